import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMac } from '../../../packages/core/src/crypto/mac.ts'

test('a MAC is the HMAC-SHA-256 that OpenSSL computes, for each of many messages under one key', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 80 }),
      fc.array(fc.uint8Array(), { minLength: 2 }),
      (key, messages) => {
        const mac = createMac(key)
        for (const message of messages) {
          const openssl = createHmac('sha256', key).update(message).digest()
          expect(Buffer.from(mac(message)).equals(openssl)).toBe(true)
        }
      },
    ),
  )
})
