import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBase64url, encodeBase64url, joinParts } from '../../../packages/core/src/crypto/encoding.ts'

test('any bytes come back from base64url, and Node writes them alike', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = encodeBase64url(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64url'))
      expect(decodeBase64url(text)).toEqual(bytes)
    }),
  )
})

test.each([
  ['padding', 'Zg=='],
  ['half a padding', 'Zg='],
  ['a space', 'Zm 9v'],
  ['a line break at the end', 'Zm9v\n'],
  ['plus', 'Zm9+'],
  ['slash', 'Zm9/'],
  ['spare bits that are not zero after one byte', 'Zh'],
  ['spare bits that are not zero after two bytes', 'Zm9'],
  ['a length that no bytes have', 'Zm9vY'],
  ['a character of another script', 'Zmé9'],
])('text with %s is not base64url', (_, text) => {
  expect(decodeBase64url(text)).toBeUndefined()
})

test('a value has one text: whatever decodes is spelled as it would be encoded', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'AQgw-_=+/ \n') }))
  fc.assert(
    fc.property(text, (candidate) => {
      const bytes = decodeBase64url(candidate)
      if (bytes !== undefined) expect(encodeBase64url(bytes)).toBe(candidate)
    }),
    { numRuns: 1000 },
  )
  expect(decodeBase64url('AQg')).toEqual(Uint8Array.of(1, 8))
})

test.each([
  [
    ['ab', 'c'],
    ['a', 'bc'],
  ],
  [['a', ''], ['a']],
  [
    ['', 'a'],
    ['a', ''],
  ],
  [[''], []],
  [['\u0000\u0000\u0000\u0001a'], ['a', '']],
])('%j and %j are joined to different bytes', (one, other) => {
  expect(joinParts(...one)).not.toEqual(joinParts(...other))
})

test('different lists of parts are joined to different bytes', () => {
  const list = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '\u0000', '\u0001'), maxLength: 3 }), {
    maxLength: 3,
  })
  fc.assert(
    fc.property(list, list, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other)
      expect(Buffer.from(joinParts(...one)).equals(joinParts(...other))).toBe(same)
    }),
    { numRuns: 1000 },
  )
})

test('a part is preceded by the number of its bytes, in four of them', () => {
  expect(joinParts('é')).toEqual(Uint8Array.of(0, 0, 0, 2, 0xc3, 0xa9))
})
