import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InputError } from '../../../packages/core/src/errors.ts'
import {
  drawRecoveryCodes,
  normalizeRecoveryCode,
  RECOVERY_CODE_BYTES,
  RECOVERY_CODE_COUNT,
} from '../../../packages/core/src/methods/recovery-code.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const bytesOfOne = fc.uint8Array({ minLength: RECOVERY_CODE_BYTES, maxLength: RECOVERY_CODE_BYTES })
const drawOne = (random: Uint8Array): string => drawRecoveryCodes(random, 1)[0] ?? ''

/** Reads a code back as the number it writes in base 32. */
const numberOf = (code: string): bigint =>
  [...code].reduce((value, character) => value * 32n + BigInt(ALPHABET.indexOf(character)), 0n)

test('NIST look-up secrets: a code has 120 random bits, above the 112 that may be hashed plainly', () => {
  fc.assert(
    fc.property(bytesOfOne, (random) => {
      const code = normalizeRecoveryCode(drawOne(random)) ?? ''
      expect(numberOf(code)).toBe(BigInt(`0x${Buffer.from(random).toString('hex')}`))
    }),
  )
  expect(RECOVERY_CODE_BYTES * 8).toBeGreaterThanOrEqual(112)
})

test('a code is six groups of four, joined by dashes', () => {
  expect(drawOne(new Uint8Array(15))).toBe('0000-0000-0000-0000-0000-0000')
  expect(drawOne(new Uint8Array(15).fill(255))).toBe('ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ')
  expect(drawOne(Uint8Array.from({ length: 15 }, (_, index) => index))).toBe('000G-40R4-0M30-E209-185G-R38E')
})

test('a set has ten codes, each of bytes of its own', () => {
  const random = crypto.getRandomValues(new Uint8Array(RECOVERY_CODE_COUNT * RECOVERY_CODE_BYTES))
  const codes = drawRecoveryCodes(random)
  expect(codes).toHaveLength(10)
  expect(codes).toEqual(
    Array.from({ length: 10 }, (_, index) => drawOne(random.subarray(index * 15, index * 15 + 15))),
  )
  expect(new Set(codes).size).toBe(10)
})

test('CWE-330: too few random bytes make no set', () => {
  expect(() => drawRecoveryCodes(new Uint8Array(149))).toThrow(InputError)
  expect(() => drawRecoveryCodes(new Uint8Array(29), 2)).toThrow(InputError)
  expect(drawRecoveryCodes(new Uint8Array(30), 2)).toHaveLength(2)
})

test.each([
  '000G-40R4-0M30-E209-185G-R38E',
  '000g40r40m30e209185gr38e',
  ' 000G 40R4 0M30 E209 185G R38E\n',
  '000G–40R4–0M30–E209–185G–R38E',
  'oOoG-4oR4-OM3o-E2O9-I85G-R38E',
  '000g-40r4-0m30-e209-l85g-r38e',
  '000g-40r4-0m30-e209-L85g-r38e',
  '000g-40r4-0m30-e209-i85g-r38e',
])('%j is read as the code that it is', (text) => {
  expect(normalizeRecoveryCode(text)).toBe('000G40R40M30E209185GR38E')
})

test.each([
  ['nothing', ''],
  ['a character too few', '000G-40R4-0M30-E209-185G-R38'],
  ['a character too many', '000G-40R4-0M30-E209-185G-R38E0'],
  ['a U, which is not in the alphabet', '000G-40R4-0M30-E209-185G-R38U'],
  ['a dot', '000G.40R4-0M30-E209-185G-R38E'],
  ['a dotless i, which is I in upper case', '000G-40R4-0M30-E209-\u013185G-R38E'],
  ['a long s, which is S in upper case', '000G-40R4-0M30-E209-185G-R38\u017f'],
  ['a Kelvin sign, which is k in lower case', '000G-40R4-0M30-E209-185G-R38\u212a'],
  ['an accent', '000G-40R4-0M30-E209-185G-R38E\u0301'],
  ['a code of an authenticator', '123456'],
])('a text with %s cannot be a recovery code', (_, text) => {
  expect(normalizeRecoveryCode(text)).toBeUndefined()
})

test('a text too long to be a recovery code is not searched', () => {
  expect(normalizeRecoveryCode('000G40R40M30E209185GR38E'.padEnd(64))).toBeDefined()
  expect(normalizeRecoveryCode('000G40R40M30E209185GR38E'.padEnd(65))).toBeUndefined()
})

test('every code that is drawn is read back, in any case and grouping', () => {
  fc.assert(
    fc.property(bytesOfOne, fc.integer({ min: 1, max: 24 }), (random, group) => {
      const code = drawOne(random)
      const canonical = code.replaceAll('-', '')
      const regrouped = canonical.toLowerCase().replace(new RegExp(`.{${group}}`, 'g'), '$& ')
      expect(normalizeRecoveryCode(code)).toBe(canonical)
      expect(normalizeRecoveryCode(regrouped)).toBe(canonical)
    }),
  )
})

test('whatever is read is of the alphabet and reads the same again', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'0OoIlL1UuZ- '), minLength: 20, maxLength: 30 }),
  )
  fc.assert(
    fc.property(text, (typed) => {
      const code = normalizeRecoveryCode(typed)
      if (code === undefined) return
      expect([...code].every((character) => ALPHABET.includes(character))).toBe(true)
      expect(normalizeRecoveryCode(code)).toBe(code)
    }),
    { numRuns: 2000 },
  )
  expect(normalizeRecoveryCode('oilz'.repeat(6))).toBe('011Z'.repeat(6))
})
