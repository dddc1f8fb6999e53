import { expect, test } from 'vitest'
import { importOnce } from '../../../packages/core/src/crypto/import-once.ts'

const key = { id: 'k1', bytes: new Uint8Array(32).fill(1) }

test('a key is imported once, also when it is asked for twice at the same time', async () => {
  const cryptoKey = importOnce(key, 'AES-GCM', ['encrypt'])
  const [first, second] = await Promise.all([cryptoKey(), cryptoKey()])
  expect(second).toBe(first)
  expect(await cryptoKey()).toBe(first)
})

test('an imported key cannot be exported, and serves what it was imported for', async () => {
  const imported = await importOnce(key, { name: 'HMAC', hash: 'SHA-256' }, ['sign'])()
  expect(imported).toMatchObject({ type: 'secret', extractable: false, usages: ['sign'] })
  await expect(crypto.subtle.exportKey('raw', imported)).rejects.toThrow()
})
