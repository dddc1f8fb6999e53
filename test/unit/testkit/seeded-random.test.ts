import { createHash } from 'node:crypto'
import { seededRandom } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('seededRandom', () => {
  test('is SHA-256 over the seed and a counter, block by block', () => {
    expect(hex(seededRandom('seed').bytes(96))).toBe(['seed:0', 'seed:1', 'seed:2'].map(sha256).join(''))
  })

  test('gives the same bytes in every release', () => {
    expect(hex(seededRandom(1).bytes(8))).toBe(sha256('1:0').slice(0, 16))
    expect(sha256('1:0').slice(0, 16)).toBe('a6685f3b62d57bfc')
  })

  test.each([[[0, 1, 2, 29, 64]], [[32, 32, 32]], [[96]], [[1, 31, 33, 31]]])(
    'gives one stream, however it is cut: %j',
    (lengths) => {
      const random = seededRandom('seed')
      const parts = lengths.map((length) => random.bytes(length))
      expect(parts.map((part) => part.length)).toEqual(lengths)
      expect(parts.map(hex).join('')).toBe(hex(seededRandom('seed').bytes(96)))
    },
  )

  test('gives bytes of the caller’s own', () => {
    const random = seededRandom('seed')
    const first = random.bytes(16)
    const before = hex(first)
    random.bytes(16).fill(0)
    first.fill(0)
    expect(hex(seededRandom('seed').bytes(16))).toBe(before)
    expect(hex(random.bytes(32))).toBe(sha256('seed:1'))
  })

  test('gives other bytes for another seed', () => {
    expect(hex(seededRandom(1).bytes(16))).not.toBe(hex(seededRandom(2).bytes(16)))
  })
})
