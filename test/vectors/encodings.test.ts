import { expect, test } from 'vitest'
import { decodeBase64url, encodeBase64url, utf8 } from '../../packages/core/src/crypto/encoding.ts'
import { keyUri } from '../../packages/core/src/methods/authenticator.ts'
import { RFC_4648, RFC_4648_URL_SAFE } from './rfc-4648.ts'

test.each(RFC_4648)(
  'RFC 4648 §10: base64url of "$text" is that of the RFC without padding',
  ({ text, base64 }) => {
    const unpadded = base64.replaceAll('=', '')
    expect(encodeBase64url(utf8(text))).toBe(unpadded)
    expect(decodeBase64url(unpadded)).toEqual(utf8(text))
  },
)

test.each(RFC_4648_URL_SAFE)(
  'RFC 4648 Table 2: $base64url is spelled with the URL-safe characters',
  ({ bytes, base64url }) => {
    expect(encodeBase64url(Uint8Array.from(bytes))).toBe(base64url)
    expect(decodeBase64url(base64url)).toEqual(Uint8Array.from(bytes))
  },
)

test.each(RFC_4648)('RFC 4648 §10: a key URI has "$text" in base32 without padding', ({ text, base32 }) => {
  const uri = new URL(keyUri({ issuer: 'Acme', label: 'alice', secret: utf8(text) }))
  expect(uri.searchParams.get('secret')).toBe(base32.replaceAll('=', ''))
})
