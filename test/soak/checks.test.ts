import { seededRandom } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { contradictions } from './browser.ts'
import { lineChart } from './line-chart.ts'
import { placeOf, StoreUnusable } from './place-of.ts'
import { plant } from './planted.ts'
import { judgeMemory, MAX_GROWTH_PER_MINUTE, type Point, trendOf } from './trend.ts'

describe('L6: what only its owner may hold', () => {
  const planted = plant(
    [
      'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      '1A2B-3C4D-5E6F-7G8H-9J0K-1M2N',
      'v1.cGF5bG9hZC1vZi1hLXRva2Vu.dGhlLXRhZy1vZi1hLXRva2Vu',
    ],
    new Map([['user-1', new Set(['123456'])]]),
  )

  test.each([
    ['the key of an app', '{"secret":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}'],
    ['a recovery code', 'used 1A2B-3C4D-5E6F-7G8H-9J0K-1M2N here'],
    ['a recovery code without its dashes', '"1A2B3C4D5E6F7G8H9J0K1M2N"'],
    ['a part of a token', 'tag=dGhlLXRhZy1vZi1hLXRva2Vu'],
    ['a code of this user', '{"code":"123456"}'],
  ])('%s is found', (_, text) => {
    expect(planted.find(text, 'user-1')).toHaveLength(1)
    expect(planted.find(text, null)).toHaveLength(1)
  })

  test('another user’s code, a longer number and a part of a digest are no finding', () => {
    expect(planted.find('123456', 'user-2')).toEqual([])
    expect(planted.find('1234567 1123456 a-123456-b 123456.5', 'user-1')).toEqual([])
  })
})

describe('the contract', () => {
  const failed = (status: number, reason: string) => ({ status, reason, response: {} })

  test('a documented answer is in order', () => {
    expect(contradictions('POST', '/login', { status: 200, reason: null, response: {} })).toEqual([])
    expect(contradictions('POST', '/tf-setup/v1.token', failed(400, 'proof_rejected'))).toEqual([])
    expect(contradictions('DELETE', '/tf-devices/1', failed(404, 'device_unknown'))).toEqual([])
    expect(contradictions('DELETE', '/tf-enrollments/1', failed(400, 'enrollment_unknown'))).toEqual([])
  })

  test.each([
    ['a status that the operation does not have', 'GET', failed(429, 'locked')],
    ['a status of another reason', 'POST', failed(400, 'locked')],
    ['a reason that nobody knows', 'POST', failed(400, 'whatever')],
    ['an error of the server', 'POST', failed(500, 'internal_error')],
    ['what is no envelope', 'POST', failed(200, 'not_an_envelope')],
  ])('%s is found', (_, method, answer) => {
    expect(contradictions(method, '/login', answer)).not.toEqual([])
  })
})

describe('memory over time', () => {
  const MIB = 1024 * 1024
  const noise = seededRandom('memory')
  /** A heap measured each second that gains so many bytes a minute, and swings by half a MiB. */
  const heap = (perMinute: number, seconds: number): readonly Point[] => {
    let swing = 0
    return Array.from({ length: seconds }, (_, x) => {
      swing = 0.7 * swing + ((noise.bytes(1)[0] ?? 0) / 255 - 0.5) * MIB
      return { x, y: 30 * MIB + swing + (perMinute * x) / 60 }
    })
  }

  test('a line is found again, and its interval closes on it', () => {
    const points = Array.from({ length: 50 }, (_, x) => ({ x, y: 3 * x + 7 }))
    const trend = trendOf(points)
    expect(trend?.slope).toBeCloseTo(3)
    expect(trend?.low).toBeCloseTo(3)
    expect(trend?.high).toBeCloseTo(3)
  })

  test('what is level is flat, and its interval holds zero', () => {
    const trend = judgeMemory(heap(0, 300))
    expect(trend?.verdict).toBe('flat')
    expect(trend?.low).toBeLessThan(0)
    expect(trend?.high).toBeGreaterThan(0)
  })

  test('a leak is found, and its size', () => {
    const leak = 4 * MAX_GROWTH_PER_MINUTE
    const trend = judgeMemory(heap(leak, 300))
    expect(trend?.verdict).toBe('grows')
    expect(trend?.low).toBeLessThan(leak)
    expect(trend?.high).toBeGreaterThan(leak)
  })

  test('what a process gains while it warms up is not held against it', () => {
    const warming = heap(0, 300).map(({ x, y }) => ({ x, y: y - 20 * MIB * Math.exp(-x / 15) }))
    expect(judgeMemory(warming)?.verdict).toBe('flat')
  })

  test('few samples, or a short time, are not judged', () => {
    expect(judgeMemory(heap(100 * MIB, 40))?.verdict).toBe('not_judged')
    expect(judgeMemory(heap(100 * MIB, 300).filter(({ x }) => x % 20 === 0))?.verdict).toBe('not_judged')
    expect(judgeMemory([])).toBeNull()
  })
})

describe('a store', () => {
  test.each([
    ['memory', /cannot be shared/],
    ['sqlite:', /--store must be/],
    ['mongodb://127.0.0.1/test', /--store must be/],
  ])('%s is refused, with the reason', async (store, reason) => {
    const opening = placeOf(store)
    await expect(opening).rejects.toBeInstanceOf(StoreUnusable)
    await expect(opening).rejects.toThrow(reason)
  })
})

describe('a chart', () => {
  test('is well-formed, with a line for each series and each mark', () => {
    const svg = lineChart({
      title: 'Requests',
      unit: 'requests',
      series: [
        {
          name: 'all',
          points: [
            { x: 0, y: 3 },
            { x: 10, y: 47 },
          ],
        },
      ],
      marks: [{ x: 5, kind: 'killed' }],
      seconds: 10,
    })
    expect(svg.match(/<polyline/g)).toHaveLength(1)
    expect(svg.match(/stroke="#cc3311"/g)).toHaveLength(1)
    expect(svg).toContain('>50</text>') // the axis ends above the highest value
    expect(svg).not.toContain('NaN')
  })
})
