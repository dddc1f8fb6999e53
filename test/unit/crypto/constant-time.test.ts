import fc from 'fast-check'
import { expect, test } from 'vitest'
import { equalBytes } from '../../../packages/core/src/crypto/constant-time.ts'

test('bytes are equal when each of them is', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      expect(equalBytes(a, b)).toBe(Buffer.from(a).equals(b))
      expect(equalBytes(a, a.slice())).toBe(true)
    }),
  )
})

test('one bit of difference at any position is seen', () => {
  const bytes = new Uint8Array(32).fill(0xa5)
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const other = bytes.slice()
    other[bit >> 3] = 0xa5 ^ (1 << (bit & 7))
    expect(equalBytes(bytes, other)).toBe(false)
  }
})

test('bytes that only begin alike are not equal', () => {
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false)
  expect(equalBytes(Uint8Array.of(1, 2, 0), Uint8Array.of(1, 2))).toBe(false)
})

/** Counts how many bytes are read. */
function counted(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly reads: () => number } {
  let reads = 0
  const proxy = new Proxy(bytes, {
    get(target, property) {
      if (typeof property === 'string' && /^\d+$/.test(property)) reads += 1
      return Reflect.get(target, property, target)
    },
  })
  return { bytes: proxy, reads: () => reads }
}

test('CWE-208: every byte is read, wherever the first difference is', () => {
  for (const position of [0, 15, 31]) {
    const a = counted(new Uint8Array(32))
    const b = counted(new Uint8Array(32).fill(1, position, position + 1))
    expect(equalBytes(a.bytes, b.bytes)).toBe(false)
    expect([a.reads(), b.reads()]).toEqual([32, 32])
  }
})
