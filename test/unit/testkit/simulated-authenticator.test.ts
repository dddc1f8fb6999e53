import { simulatedAuthenticator } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'

// The secrets of RFC 6238 appendix B, in base32.
const SHA1_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const SHA256_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA'
const SHA512_SECRET = `${SHA1_SECRET}${SHA1_SECRET}${SHA1_SECRET}GEZDGNA`

const uri = (query = '', label = 'Acme:ada%40acme.test'): string =>
  `otpauth://totp/${label}?secret=${SHA1_SECRET}&issuer=Acme${query}`

describe('simulatedAuthenticator', () => {
  const vectors: readonly (readonly [algorithm: string, secret: string, seconds: number, code: string])[] = [
    ['SHA1', SHA1_SECRET, 59, '94287082'],
    ['SHA256', SHA256_SECRET, 59, '46119246'],
    ['SHA512', SHA512_SECRET, 59, '90693936'],
    ['SHA1', SHA1_SECRET, 1_111_111_109, '07081804'],
    ['SHA256', SHA256_SECRET, 1_111_111_109, '68084774'],
    ['SHA512', SHA512_SECRET, 1_111_111_109, '25091201'],
    ['SHA1', SHA1_SECRET, 20_000_000_000, '65353130'],
    ['SHA256', SHA256_SECRET, 20_000_000_000, '77737706'],
    ['SHA512', SHA512_SECRET, 20_000_000_000, '47863826'],
  ]
  test.each(vectors)(
    'shows the code of RFC 6238 appendix B: %s, %s at %i s',
    (algorithm, secret, seconds, code) => {
      const app = simulatedAuthenticator(
        `otpauth://totp/Acme:ada?secret=${secret}&issuer=Acme&algorithm=${algorithm}&digits=8`,
      )
      expect(app.codeAt(seconds * 1_000)).toBe(code)
    },
  )

  test('reads issuer, account and the defaults of the format', () => {
    const { issuer, account, algorithm, digits, periodSeconds } = simulatedAuthenticator(uri())
    expect({ issuer, account, algorithm, digits, periodSeconds }).toEqual({
      issuer: 'Acme',
      account: 'ada@acme.test',
      algorithm: 'SHA1',
      digits: 6,
      periodSeconds: 30,
    })
  })

  test('reads what is percent-encoded, and a blank before the account', () => {
    const app = simulatedAuthenticator(
      `otpauth://totp/Caf%C3%A9%20%26%20Co%3A%20ada%3F?secret=${SHA1_SECRET}&issuer=Caf%C3%A9%20%26%20Co`,
    )
    expect([app.issuer, app.account]).toEqual(['Café & Co', 'ada?'])
  })

  test('changes the code with the period', () => {
    const app = simulatedAuthenticator(uri('&period=60'))
    expect(app.codeAt(59_999)).toBe(app.codeAt(0))
    expect(app.codeAt(60_000)).not.toBe(app.codeAt(0))
  })

  test('gives a wrong code that no time step nearby has', () => {
    const app = simulatedAuthenticator(uri())
    for (const at of [0, 59_000, 1_111_111_109_000]) {
      const near = Array.from({ length: 21 }, (_, i) => app.codeAt(Math.max(0, at + (i - 10) * 30_000)))
      expect(app.wrongCodeAt(at)).toMatch(/^\d{6}$/)
      expect(near).not.toContain(app.wrongCodeAt(at))
    }
  })

  const malformed: readonly (readonly [about: string, uri: string, message: string])[] = [
    ['no URI', 'hello', 'no URI'],
    ['another scheme', uri().replace('otpauth:', 'https:'), 'scheme'],
    ['another type', uri().replace('totp', 'hotp'), 'type'],
    ['a fragment', `${uri()}#x`, 'fragment'],
    ['a bare plus', uri().replaceAll('Acme', 'Ac+me'), 'plus'],
    ['no label', uri('', ''), 'label'],
    ['a label without an issuer', uri('', 'ada'), 'account'],
    ['an empty issuer', uri('', ':ada'), 'issuer'],
    ['an empty account', uri('', 'Acme:'), 'account'],
    ['a second colon', uri('', 'Acme:ada:x'), 'colon'],
    ['a second colon, encoded', uri('', 'Acme:ada%3Ax'), 'colon'],
    ['a broken percent-encoding', uri('', 'Acme:%E0%A4'), 'percent-encoded'],
    ['no issuer parameter', uri().replace('&issuer=Acme', ''), 'issuer'],
    ['two issuers that differ', uri().replace('issuer=Acme', 'issuer=Evil'), 'same'],
    ['no secret', 'otpauth://totp/Acme:ada?issuer=Acme', 'secret'],
    ['an empty secret', 'otpauth://totp/Acme:ada?secret=&issuer=Acme', 'base32'],
    ['a secret in small letters', uri().replace(SHA1_SECRET, SHA1_SECRET.toLowerCase()), 'base32'],
    ['a padded secret', uri().replace(SHA1_SECRET, 'GEZDGNBV======'), 'base32'],
    ['a secret with half a byte', uri().replace(SHA1_SECRET, `${SHA1_SECRET}A`), 'whole bytes'],
    ['a parameter given twice', uri('&secret=AAAA'), 'twice'],
    ['an unknown algorithm', uri('&algorithm=MD5'), 'algorithm'],
    ['five digits', uri('&digits=5'), 'digits'],
    ['digits that are no number', uri('&digits=six'), 'digits'],
    ['a period of zero', uri('&period=0'), 'period'],
    ['a negative period', uri('&period=-30'), 'period'],
  ]
  test.each(malformed)('rejects %s', (_about, malformedUri, message) => {
    expect(() => simulatedAuthenticator(malformedUri)).toThrow(TypeError)
    expect(() => simulatedAuthenticator(malformedUri)).toThrow(message)
  })

  test('never tells the secret in an error (L6)', () => {
    for (const [, malformedUri] of malformed) {
      expect(() => simulatedAuthenticator(malformedUri)).not.toThrow(SHA1_SECRET)
    }
  })
})
