import { FAKE_START_MS, fakeClock } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'

/** Says whether a promise has been resolved by now, once all that could run has run. */
async function isResolved(promise: Promise<unknown>): Promise<boolean> {
  let resolved = false
  void promise.then(() => {
    resolved = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  return resolved
}

describe('fakeClock', () => {
  test('stands still until it is moved', () => {
    const clock = fakeClock(1_000)
    expect([clock.now(), clock.now()]).toEqual([1_000, 1_000])
    clock.advance(5)
    expect(clock.now()).toBe(1_005)
  })

  test('starts at the beginning of a time step where it is given no start', () => {
    expect(fakeClock().now()).toBe(FAKE_START_MS)
    expect(new Date(FAKE_START_MS).toISOString()).toBe('2026-01-01T00:00:00.000Z')
    expect(FAKE_START_MS % 30_000).toBe(0)
  })

  test.each([
    [{ ms: 1 }, 1],
    [{ seconds: 1 }, 1_000],
    [{ minutes: 1 }, 60_000],
    [{ hours: 1 }, 3_600_000],
    [{ days: 1 }, 86_400_000],
    [{ days: 1, hours: 2, minutes: 3, seconds: 4, ms: 5 }, 93_784_005],
    [{}, 0],
  ])('advances by the span %j', (span, ms) => {
    const clock = fakeClock(0)
    clock.advance(span)
    expect(clock.now()).toBe(ms)
  })

  test.each([-1, Number.NaN, { seconds: -1 }])('refuses to advance by %j', (by) => {
    const clock = fakeClock(0)
    expect(() => clock.advance(by)).toThrow(RangeError)
    expect(clock.now()).toBe(0)
  })

  test('can be set to the past, as a server’s clock can be', () => {
    const clock = fakeClock(1_000)
    clock.set(10)
    expect(clock.now()).toBe(10)
  })

  test('ends a pause when it is moved to its end, and not a millisecond before', async () => {
    const clock = fakeClock(0)
    const pause = clock.wait(10_000)
    clock.advance(9_999)
    expect(await isResolved(pause)).toBe(false)
    clock.advance(1)
    expect(await isResolved(pause)).toBe(true)
  })

  test('ends a pause when it is set past its end', async () => {
    const clock = fakeClock(0)
    const pause = clock.wait(10)
    clock.set(11)
    expect(await isResolved(pause)).toBe(true)
  })

  test('ends pauses in the order of their ends', async () => {
    const clock = fakeClock(0)
    const ended: number[] = []
    const pauses = [30, 10, 20].map((ms) => clock.wait(ms).then(() => ended.push(ms)))
    clock.advance(30)
    await Promise.all(pauses)
    expect(ended).toEqual([10, 20, 30])
  })

  test.each([0, -1])('does not pause for %i ms', async (ms) => {
    expect(await isResolved(fakeClock().wait(ms))).toBe(true)
  })

  test('ends a pause at once when it is aborted, and then keeps nothing of it', async () => {
    const clock = fakeClock(0)
    const abort = new AbortController()
    const pause = clock.wait(10, abort.signal)
    abort.abort()
    expect(await isResolved(pause)).toBe(true)
    expect(await isResolved(clock.paused())).toBe(false)
    expect(clock.now()).toBe(0)
  })

  test('does not pause at all for a signal that is aborted already', async () => {
    expect(await isResolved(fakeClock().wait(10, AbortSignal.abort()))).toBe(true)
  })

  test('says when someone pauses, before and after they do', async () => {
    const clock = fakeClock(0)
    const early = clock.paused()
    expect(await isResolved(early)).toBe(false)
    const pause = clock.wait(10)
    expect(await isResolved(early)).toBe(true)
    expect(await isResolved(clock.paused())).toBe(true)
    clock.advance(10)
    await pause
    expect(await isResolved(clock.paused())).toBe(false)
  })
})

describe('fakeClock that advances by itself', () => {
  test('ends short pauses one by one in the order of their ends, and moves on to each', async () => {
    const clock = fakeClock(0, { autoAdvanceMs: 100 })
    const seen: (readonly [pause: number, now: number])[] = []
    await Promise.all(
      [30, 10, 20].map(async (ms) => {
        await clock.wait(ms)
        seen.push([ms, clock.now()])
      }),
    )
    expect(seen).toEqual([
      [10, 10],
      [20, 20],
      [30, 30],
    ])
  })

  test('lets what one pause set going come before the end of the next', async () => {
    const clock = fakeClock(0, { autoAdvanceMs: 100 })
    const seen: string[] = []
    const first = clock.wait(1).then(async () => {
      for (let turn = 0; turn < 50; turn++) await Promise.resolve()
      seen.push('first')
    })
    await Promise.all([first, clock.wait(2).then(() => seen.push('second'))])
    expect(seen).toEqual(['first', 'second'])
  })

  test('leaves a pause that is longer than its limit to advance', async () => {
    const clock = fakeClock(0, { autoAdvanceMs: 100 })
    const long = clock.wait(101)
    await clock.wait(100)
    expect(clock.now()).toBe(100)
    expect(await isResolved(long)).toBe(false)
    clock.advance(1)
    expect(await isResolved(long)).toBe(true)
  })

  test('does not count a short pause as someone who pauses', async () => {
    const clock = fakeClock(0, { autoAdvanceMs: 100 })
    const paused = clock.paused()
    await clock.wait(10)
    expect(await isResolved(paused)).toBe(false)
  })

  test('does not move on for a pause that was aborted', async () => {
    const clock = fakeClock(0, { autoAdvanceMs: 100 })
    const abort = new AbortController()
    const pause = clock.wait(50, abort.signal)
    abort.abort()
    await pause
    await clock.wait(10)
    expect(clock.now()).toBe(10)
  })
})
