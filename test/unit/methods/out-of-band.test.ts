import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ConfigError, SnapshotError } from '../../../packages/core/src/errors.ts'
import type { ChallengeId } from '../../../packages/core/src/ids.ts'
import type { Method } from '../../../packages/core/src/methods/method.ts'
import {
  drawDigits,
  emailMethod,
  maskEmail,
  maskPhone,
  smsMethod,
} from '../../../packages/core/src/methods/out-of-band.ts'
import { sampleMac } from './sample-mac.ts'

const WORDS = 2 ** 32

/** Big-endian words of 32 bits. */
function words(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4)
  return new Uint8Array(bytes)
}

const lengths = [
  { digits: 6, codes: 1_000_000, limit: 4_294_000_000 },
  { digits: 7, codes: 10_000_000, limit: 4_290_000_000 },
  { digits: 8, codes: 100_000_000, limit: 4_200_000_000 },
] as const

test.each(lengths)(
  'CWE-330: of the words below the limit, equally many give each code of $digits digits',
  ({ digits, codes, limit }) => {
    // Taken: 0 … limit - 1, modulo the number of codes, which divides the limit. No greater limit would fit.
    expect(limit % codes).toBe(0)
    expect(limit + codes).toBeGreaterThan(WORDS)
    expect(drawDigits(words(limit - 1), digits)).toBe('9'.repeat(digits))
    expect(() => drawDigits(words(limit), digits)).toThrow('no code could be drawn')
    expect(() => drawDigits(words(WORDS - 1), digits)).toThrow('no code could be drawn')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: limit - 1 }), (word) => {
        expect(drawDigits(words(word), digits)).toBe(String(word % codes).padStart(digits, '0'))
      }),
    )
  },
)

test('a rejected word is skipped, not bent', () => {
  expect(drawDigits(words(4_294_000_000, WORDS - 1, 42), 6)).toBe('000042')
})

test('the first word that fits is the code, whatever follows', () => {
  expect(drawDigits(words(123_456, 654_321), 6)).toBe('123456')
})

test.each(lengths)(
  'the stated odds of drawing no code of $digits digits from 64 bytes hold',
  ({ digits, limit }) => {
    const odds = ((WORDS - limit) / WORDS) ** 16
    expect(odds).toBeLessThan({ 6: 5e-59, 7: 4e-27, 8: 4e-27 }[digits])
  },
)

test('bytes that are fewer than a word draw no code', () => {
  expect(() => drawDigits(new Uint8Array(3), 6)).toThrow('no code could be drawn')
  expect(() => drawDigits(Uint8Array.from([255, 255, 255, 255, 0, 0, 0]), 6)).toThrow(
    'no code could be drawn',
  )
})

test('bytes that are a view into a larger buffer are that view alone', () => {
  const larger = new Uint8Array(words(1, 222_222, 3))
  expect(drawDigits(larger.subarray(4, 8), 6)).toBe('222222')
})

test('codes of real random bytes fall evenly into ten parts', () => {
  const draws = 20_000
  const counts = new Array<number>(10).fill(0)
  for (let draw = 0; draw < draws; draw++) {
    const first = Number(drawDigits(crypto.getRandomValues(new Uint8Array(64)), 6)[0])
    counts[first] = (counts[first] ?? 0) + 1
  }
  const chiSquare = counts.reduce((sum, seen) => sum + (seen - draws / 10) ** 2 / (draws / 10), 0)
  expect(chiSquare).toBeLessThan(60) // 9 degrees of freedom: above it once in a billion runs
})

const parseAddress = (text: string): string | undefined => (text.startsWith('+') ? text : undefined)
const c1 = 'challenge-1' as ChallengeId // an id is opaque here
const c2 = 'challenge-2' as ChallengeId // likewise

const methods: readonly (readonly [string, Method])[] = [
  ['email', emailMethod()],
  ['sms', smsMethod({ parseAddress })],
]

const issue = (method: Method, random: Uint8Array = words(123_456)) => {
  const issued = method.issue?.({ random, challengeId: c1, mac: sampleMac })
  return { code: issued?.code ?? '', digest: issued?.digest ?? sampleMac.digest(''), issued }
}
const check = (method: Method, proof: string, { digest = issue(method).digest, challengeId = c1 } = {}) =>
  method.check({ proof, at: 0, challengeId, digest, methodData: null, mac: sampleMac })

test('the email method says what it is', () => {
  expect(emailMethod()).toMatchObject({
    kind: 'email',
    amr: ['otp'],
    channel: 'email',
    addressed: 'user_email',
    challengeSeconds: 300,
  })
})

test('the sms method says what it is', () => {
  const method = smsMethod({ parseAddress })
  expect(method).toMatchObject({
    kind: 'sms',
    amr: ['sms'],
    channel: 'sms',
    addressed: 'given',
    challengeSeconds: 120,
  })
  expect(method.parseAddress?.('+14155550123')).toBe('+14155550123')
  expect(method.parseAddress?.('garbage')).toBeUndefined()
  expect(method.maskAddress?.('+14155550123')).toBe('***23')
})

test.each(methods)('%s has neither a secret nor a memory', (_, method) => {
  expect(method.begin({ random: new Uint8Array(64), issuer: 'Acme', label: 'alice' })).toEqual({
    methodData: null,
  })
})

test.each(methods)('%s draws a code of six digits and keeps only its digest', (_, method) => {
  const { issued } = issue(method)
  expect(issued).toEqual({ code: '123456', digest: sampleMac.digest('challenge-1:123456') })
})

test.each(methods)('the code that %s sent is accepted, spaces and dashes aside', (_, method) => {
  for (const proof of ['123456', '123 456', '123-456\n']) {
    expect(check(method, proof)).toEqual({ kind: 'accepted', methodData: null })
  }
})

test.each(methods)('another code is not the one that %s sent', (_, method) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999 }), (number) => {
      const kind = number === 123_456 ? 'accepted' : 'rejected'
      expect(check(method, String(number).padStart(6, '0')).kind).toBe(kind)
    }),
  )
  expect(check(method, '123457')).toEqual({ kind: 'rejected', cause: 'code_mismatch' })
})

test.each(methods)('ASVS 6.6.2: the code of one challenge of %s is not right for another', (_, method) => {
  expect(check(method, '123456', { challengeId: c2 })).toEqual({ kind: 'rejected', cause: 'code_mismatch' })
})

test.each(methods)('a code of %s that was drawn anew voids the one before', (_, method) => {
  const { digest } = issue(method, words(654_321))
  expect(check(method, '123456', { digest }).kind).toBe('rejected')
  expect(check(method, '654321', { digest }).kind).toBe('accepted')
})

test.each(methods)('what cannot be a code of %s is malformed, which is no attempt', (_, method) => {
  for (const proof of ['', '12345', '1234567', 'abcdef', '１２３４５６']) {
    expect(check(method, proof)).toEqual({ kind: 'malformed' })
  }
})

test.each(methods)('a challenge of %s for which no code was drawn is a broken snapshot', (_, method) => {
  const input = { proof: '123456', at: 0, challengeId: c1, methodData: null, mac: sampleMac }
  expect(() => method.check(input)).toThrow(SnapshotError)
})

test('codes may have up to eight digits and be valid up to ten minutes', () => {
  const method = emailMethod({ digits: 8, challengeSeconds: 600 })
  expect(method.challengeSeconds).toBe(600)
  expect(issue(method).code).toBe('00123456')
  expect(check(method, '0012 3456').kind).toBe('accepted')
  expect(check(method, '123456').kind).toBe('malformed')
  expect(smsMethod({ parseAddress, digits: 7, challengeSeconds: 1 })).toMatchObject({ challengeSeconds: 1 })
})

test.each([0, -1, 601, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'NIST out-of-band: a code that is valid for %d seconds is refused',
  (challengeSeconds) => {
    expect(() => emailMethod({ challengeSeconds })).toThrow('email.challengeSeconds')
    expect(() => smsMethod({ parseAddress, challengeSeconds })).toThrow('sms.challengeSeconds')
  },
)

test('NIST out-of-band: a code of fewer than six digits is refused, and every fault is told', () => {
  const digits = 4 as 6 // as plain JavaScript may pass it
  const faulty = () => emailMethod({ digits, challengeSeconds: 3600 })
  expect(faulty).toThrow(ConfigError)
  expect(faulty).toThrow(/email\.digits: must be 6, 7 or 8; email\.challengeSeconds: /)
})

test.each([
  ['alice@example.com', 'a***@example.com'],
  ['al@example.com', 'a***@example.com'],
  ['a@example.com', '***@example.com'],
  ['@example.com', '***@example.com'],
  ['"a@b"@example.com', '"***@example.com'],
  ['😀x@example.com', '😀***@example.com'],
  ['no address', '***'],
  ['', '***'],
])('the mail address %j is shown as %j', (address, masked) => {
  expect(maskEmail(address)).toBe(masked)
})

test('a masked mail address shows one character of its local part and not its length', () => {
  const local = fc.string({ unit: fc.constantFrom(...'bcdefgh'), minLength: 2, maxLength: 30 })
  fc.assert(
    fc.property(local, (name) => {
      expect(maskEmail(`${name}@x.test`)).toBe(`${name[0]}***@x.test`)
    }),
  )
})

test.each([
  ['+14155550123', '***23'],
  ['+1 (415) 555-0187', '***87'],
  ['+4912345', '***45'],
  ['12345', '***'],
  ['+1', '***'],
  ['', '***'],
])('the phone number %j is shown as %j', (number, masked) => {
  expect(maskPhone(number)).toBe(masked)
})
