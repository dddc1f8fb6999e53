import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deriveKey } from '../../../packages/core/src/crypto/key-ring.ts'
import { createSealer, type SealBinding } from '../../../packages/core/src/crypto/sealer.ts'
import { KeyError } from '../../../packages/core/src/errors.ts'
import type { Sealed, UserId } from '../../../packages/core/src/ids.ts'
import { after, alice, before, bob, foreign, k1, rotated, tamperings } from './sample-keys.ts'

const sealer = createSealer(before)
const binding: SealBinding = { userId: alice, subject: 'enrollment-1' }
const secret = Uint8Array.from({ length: 20 }, (_, index) => index * 11)

const sealedText = (text: string): Sealed => text as Sealed // as a store may give it back
const headerOf = (sealed: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString())
const withHeader = (sealed: string, header: unknown): Sealed =>
  sealedText(
    [Buffer.from(JSON.stringify(header)).toString('base64url'), ...sealed.split('.').slice(1)].join('.'),
  )

const codeOf = (error: unknown): string =>
  error instanceof KeyError ? error.code : `not a KeyError: ${error}`

/** The code of the KeyError that opening gives, or that it opened. */
const opening = (sealed: Sealed, to: SealBinding = binding, by = sealer): Promise<string> =>
  by.open(sealed, to).then(() => 'opened', codeOf)

function reading(read: () => unknown): string {
  try {
    read()
    return 'read'
  } catch (error) {
    return codeOf(error)
  }
}

test('any bytes come back from a seal, none at all included', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (plaintext) => {
      expect(await sealer.open(await sealer.seal(plaintext, binding), binding)).toEqual(plaintext)
    }),
    { numRuns: 30 },
  )
  expect(await sealer.open(await sealer.seal(new Uint8Array(0), binding), binding)).toHaveLength(0)
})

test('a seal is a compact JWE that any implementation opens with the derived key', async () => {
  const [header = '', wrappedKey, iv = '', ciphertext = '', tag = ''] = (
    await sealer.seal(secret, binding)
  ).split('.')
  const decipher = createDecipheriv('aes-256-gcm', deriveKey(k1.secret, 'seal'), Buffer.from(iv, 'base64url'))
    .setAAD(Buffer.from(header))
    .setAuthTag(Buffer.from(tag, 'base64url'))
  const opened = Buffer.concat([decipher.update(ciphertext, 'base64url'), decipher.final()])
  expect(new Uint8Array(opened)).toEqual(secret)
  expect(wrappedKey).toBe('')
  expect(headerOf(header)).toEqual({ alg: 'dir', enc: 'A256GCM', kid: 'k1', bind: expect.any(String) })
})

test('L6: a seal shows neither the secret nor the user', async () => {
  const sealed = await sealer.seal(secret, { userId: alice, subject: 'enrollment-1' })
  const shown = JSON.stringify(headerOf(sealed)) + sealed
  for (const hidden of [Buffer.from(secret).toString('base64url'), 'alice', 'enrollment-1']) {
    expect(shown).not.toContain(hidden)
  }
})

test('the same secret is sealed differently each time', async () => {
  const sealed = await Promise.all(Array.from({ length: 20 }, () => sealer.seal(secret, binding)))
  expect(new Set(sealed).size).toBe(20)
})

test('what was sealed before a rotation opens after it, until its key has left the ring', async () => {
  const sealed = await createSealer(before).seal(secret, binding)
  expect(await createSealer(rotated).open(sealed, binding)).toEqual(secret)
  expect(await opening(sealed, binding, createSealer(after))).toBe('key_unknown')
})

test('after a rotation the new key seals, and old seals are told from new ones', async () => {
  const old = await createSealer(before).seal(secret, binding)
  const resealed = await createSealer(rotated).seal(secret, binding)
  const by = createSealer(rotated)
  expect([by.keyIdOf(old), by.isCurrent(old)]).toEqual(['k1', false])
  expect([by.keyIdOf(resealed), by.isCurrent(resealed)]).toEqual(['k2', true])
  expect(await createSealer(after).open(resealed, binding)).toEqual(secret)
})

test('a lost key is told apart from a moved seal, whatever the binding', async () => {
  const sealed = await createSealer(before).seal(secret, binding)
  expect(await opening(sealed, { userId: bob, subject: 'x' }, createSealer(after))).toBe('key_unknown')
})

test.each<[string, SealBinding]>([
  ['another user', { userId: bob, subject: 'enrollment-1' }],
  ['another enrollment of its user', { userId: alice, subject: 'enrollment-2' }],
  [
    'a user and a subject that read alike when joined',
    { userId: 'alicee' as UserId, subject: 'nrollment-1' },
  ],
])('L6: a secret that was moved to %s does not open', async (_, moved) => {
  expect(await opening(await sealer.seal(secret, binding), moved)).toBe('seal_broken')
})

test('L6: rewriting the binding in the header does not move a secret either', async () => {
  const victims = await sealer.seal(secret, binding)
  const attackers: SealBinding = { userId: bob, subject: 'enrollment-9' }
  const own = await sealer.seal(secret, attackers)
  const moved = withHeader(victims, { ...headerOf(victims), bind: headerOf(own)['bind'] })
  expect(await opening(moved, attackers)).toBe('seal_broken')
})

test('a seal that names another key of the ring does not open', async () => {
  const by = createSealer(rotated)
  const sealed = await by.seal(secret, binding)
  const renamed = withHeader(sealed, { ...headerOf(sealed), kid: 'k1' })
  expect(by.keyIdOf(renamed)).toBe('k1')
  expect(await opening(renamed, binding, by)).toBe('seal_broken')
})

test('another ring’s seal does not open, whatever its key is called', async () => {
  const sealed = await createSealer(foreign).seal(secret, binding)
  expect(await opening(sealed)).toBe('seal_broken')
})

test('a seal changed at any character does not open', async () => {
  const sealed = await sealer.seal(secret, binding)
  const results = await Promise.all(tamperings(sealed).map((changed) => opening(sealedText(changed))))
  expect(results.length).toBeGreaterThan(sealed.length * 2)
  expect(results.filter((result) => result !== 'seal_broken' && result !== 'key_unknown')).toEqual([])
})

test('a seal cut off or prolonged at any place does not open', async () => {
  const sealed = await sealer.seal(secret, binding)
  const cut = Array.from({ length: sealed.length }, (_, length) => sealed.slice(0, length))
  const prolonged = [`${sealed}A`, `${sealed}.`, `${sealed}.A`, `A${sealed}`, `${sealed}=`, ` ${sealed}`]
  const results = await Promise.all([...cut, ...prolonged].map((text) => opening(sealedText(text))))
  expect(new Set(results)).toEqual(new Set(['seal_broken']))
})

test('a header that asks for another algorithm, or that is none, does not open', async () => {
  const sealed = await sealer.seal(secret, binding)
  const header = headerOf(sealed)
  const { kid, ...nameless } = header
  const forged = [
    { ...header, alg: 'A256KW' },
    { ...header, alg: 'PBES2-HS256+A128KW', p2s: 'AAAA', p2c: 1e9 },
    { ...header, enc: 'A128GCM' },
    { ...header, zip: 'DEF' },
    { ...header, crit: ['bind'] },
    { ...header, kid: 1 },
    { ...header, kid: [kid] },
    nameless,
    null,
    [],
    'text',
  ]
  const results = await Promise.all(forged.map((other) => opening(withHeader(sealed, other))))
  expect(new Set(results)).toEqual(new Set(['seal_broken']))
})

test('a key that wraps nothing may not be there', async () => {
  const parts = (await sealer.seal(secret, binding)).split('.')
  const wrapped = sealedText(parts.with(1, 'AAAA').join('.'))
  expect(await opening(wrapped)).toBe('seal_broken')
  expect(reading(() => sealer.keyIdOf(wrapped))).toBe('seal_broken')
})

test('a seal that was compressed is not expanded, though its key is right', async () => {
  const header = Buffer.from(
    JSON.stringify({ ...headerOf(await sealer.seal(secret, binding)), zip: 'DEF' }),
  ).toString('base64url')
  const cipher = createCipheriv('aes-256-gcm', deriveKey(k1.secret, 'seal'), Buffer.alloc(12)).setAAD(
    Buffer.from(header),
  )
  const ciphertext = Buffer.concat([cipher.update(deflateRawSync(Buffer.alloc(100_000))), cipher.final()])
  const parts = [Buffer.alloc(12), ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))
  expect(await opening(sealedText([header, '', ...parts].join('.')))).toBe('seal_broken')
})

test('a signed token is no seal, though it names a key of the ring', () => {
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid: 'k1' })).toString('base64url')
  const signature = createHmac('sha256', k1.secret).update(`${header}.e30`).digest('base64url')
  for (const payload of ['e30', '']) {
    const token = sealedText(`${header}.${payload}.${signature}`)
    expect(reading(() => sealer.keyIdOf(token))).toBe('seal_broken')
  }
})

test('garbage is a broken seal, never another error', async () => {
  const garbage = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(...'A.{}"') }),
    fc.constantFrom(undefined, null, 7, {}, '....', 'e30....', 'e30.').map((value) => value as string),
  )
  await fc.assert(
    fc.asyncProperty(garbage, async (text) => {
      expect(await opening(sealedText(text))).toBe('seal_broken')
      expect(reading(() => sealer.keyIdOf(sealedText(text)))).toBe('seal_broken')
      expect(reading(() => sealer.isCurrent(sealedText(text)))).toBe('seal_broken')
    }),
  )
})

test('L6: the error of a broken seal holds neither the seal nor the binding', async () => {
  const sealed = await sealer.seal(secret, binding)
  const error = await sealer.open(sealed, { userId: bob, subject: 'x' }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(KeyError)
  expect(String(error)).toBe('KeyError: a sealed value was moved or changed')
})
