import { hkdfSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { deriveKey, type KeyPurpose } from '../../packages/core/src/crypto/key-ring.ts'

const master = Uint8Array.from({ length: 32 }, (_, index) => index)

/**
 * The keys of the master key 00 01 … 1f, as OpenSSL's HKDF gives them. Stored values are sealed, tokens
 * signed and digests made under such keys: a change here locks users out.
 */
const derived: readonly (readonly [KeyPurpose, string])[] = [
  ['seal', '47f9c3b1299165b70884bb66959a550c57fc7dc54b78d1d5c457d83f5685a81a'],
  ['code', '383141eed22527455208792ed6feb12adb636261cc82c38bf740296d87ee7ee8'],
  ['stamp', 'd291175a7be6ea33709e4a36dd64532ab3530e8cbe13516ae3025aa640cc05b6'],
  ['flow_token', '38e323b33726fd1cc970db88abfd51b3c63bd17fe2422aa574c7c55e4fe8b2ab'],
  ['device_token', 'e901c68c7240e12cf2bbc0cae428294fe0be5180a9ac9c0b0250e0b87b2fdbff'],
]

test.each(derived)('the key derived for %s is the same in every release', (purpose, hex) => {
  expect(Buffer.from(deriveKey(master, purpose)).toString('hex')).toBe(hex)
})

test.each(derived)('RFC 5869: the key for %s is what OpenSSL derives without salt', (purpose) => {
  const openssl = hkdfSync('sha256', master, new Uint8Array(0), `sallyport/v1/${purpose}`, 32)
  expect(deriveKey(master, purpose)).toEqual(new Uint8Array(openssl))
})
