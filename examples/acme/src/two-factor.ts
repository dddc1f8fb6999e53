import { consoleDelivery } from '@sallyport/adapters-delivery'
import { sqliteStore } from '@sallyport/adapters-sql'
import { createTwoFactor, type Keys, keyRing, type TwoFactor } from '@sallyport/core'
import { findUser } from './users.ts'

/** "k1:…", 32 random bytes in base64url. Without it a key is drawn at each start, and what is stored is lost with it. */
export const keys: Keys = keyRing(process.env['SALLYPORT_KEYS'] ?? `k1:${randomKey()}`)

export const twoFactor: TwoFactor = createTwoFactor({
  policy: { issuer: 'Acme', methods: ['authenticator', 'email'], required: true },
  store: sqliteStore(process.env['DATABASE'] ?? ':memory:'),
  keys,
  findUser,
  mailer: consoleDelivery().mailer, // prints the codes: for development only
})

function randomKey(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
}
