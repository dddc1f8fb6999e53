import { consoleDelivery } from '@sallyport/adapters-delivery'
import { memoryStore } from '@sallyport/adapters-memory'
import { createTwoFactor, type Keys, keyRing, type TwoFactor } from '@sallyport/core'
import { findUser } from './users.ts'

/** "k1:…", 32 random bytes in base64url; drawn anew for each start where the environment has none. */
export const keys: Keys = keyRing(process.env['SALLYPORT_KEYS'] ?? `k1:${randomKey()}`)

export const twoFactor: TwoFactor = createTwoFactor({
  policy: { issuer: 'Acme', methods: ['authenticator', 'email'], required: true },
  store: memoryStore(), // forgets with the process: an application takes sqliteStore, postgresStore or mysqlStore
  keys,
  findUser,
  mailer: consoleDelivery().mailer, // prints the codes: for development only
})

function randomKey(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
}
