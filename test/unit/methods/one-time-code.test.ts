import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  equalCodes,
  MAX_PROOF_LENGTH,
  normalizeCode,
  removeSeparators,
} from '../../../packages/core/src/methods/one-time-code.ts'

test.each([
  '123456',
  '123 456',
  '123-456',
  ' 123456 ',
  '1 2 3 4 5 6',
  '12-34-56',
  '123\u00a0456',
  '123\u2013456',
  '123456\r\n',
  '\t123456',
])('%j is the code 123456', (proof) => {
  expect(normalizeCode(proof, 6)).toBe('123456')
})

test('leading zeros belong to a code', () => {
  expect(normalizeCode('000 012', 6)).toBe('000012')
})

test.each([
  '',
  ' ',
  '------',
  '12345',
  '1234567',
  '12345a',
  '12345.',
  '+12345',
  '1e5',
  '0x1234',
  '１２３４５６',
  '١٢٣٤٥٦',
  '12345\u00b2',
  '12345\u0000',
  '123456\u200b',
])('%j cannot be a code of six digits', (proof) => {
  expect(normalizeCode(proof, 6)).toBeUndefined()
})

test.each([6, 7, 8] as const)('a code of %i digits has neither less nor more', (digits) => {
  expect(normalizeCode('1'.repeat(digits - 1), digits)).toBeUndefined()
  expect(normalizeCode('1'.repeat(digits), digits)).toBe('1'.repeat(digits))
  expect(normalizeCode('1'.repeat(digits + 1), digits)).toBeUndefined()
})

test('whatever passes is digits alone, and reads the same again', () => {
  const proof = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(...'0123456789 -–a１'), maxLength: 9 }),
  )
  fc.assert(
    fc.property(proof, (text) => {
      const code = normalizeCode(text, 6)
      if (code === undefined) return
      expect(code).toMatch(/^[0-9]{6}$/)
      expect(normalizeCode(code, 6)).toBe(code)
    }),
    { numRuns: 2000 },
  )
  expect(normalizeCode('1-2–3 456', 6)).toBe('123456')
})

test('a text that is too long is not searched', () => {
  expect(removeSeparators(`1${' '.repeat(MAX_PROOF_LENGTH - 1)}`)).toBe('1')
  expect(removeSeparators(`1${' '.repeat(MAX_PROOF_LENGTH)}`)).toBeUndefined()
})

test('codes are equal when each of their characters is', () => {
  const code = fc.string({ unit: fc.constantFrom('0', '1'), maxLength: 8 })
  fc.assert(
    fc.property(code, code, (a, b) => {
      expect(equalCodes(a, b)).toBe(a === b)
    }),
    { numRuns: 2000 },
  )
})

test('one digit of difference at any position is seen', () => {
  for (const position of [0, 1, 2, 3, 4, 5]) {
    expect(equalCodes('555555', `${'5'.repeat(position)}4${'5'.repeat(5 - position)}`)).toBe(false)
  }
})

test('CWE-208: every character is read, wherever the first difference is', () => {
  for (const other of ['956789', '456489', '456780']) {
    const reads: number[] = []
    const code = {
      length: 6,
      charCodeAt(index: number): number {
        reads.push(index)
        return '456789'.charCodeAt(index)
      },
    } as unknown as string // what is compared of a text
    expect(equalCodes(code, other)).toBe(false)
    expect(reads).toEqual([0, 1, 2, 3, 4, 5])
  }
})
