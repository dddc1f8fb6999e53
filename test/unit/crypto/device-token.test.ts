import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createDeviceTokens,
  MAX_DEVICE_TOKEN_LENGTH,
} from '../../../packages/core/src/crypto/device-token.ts'
import { deriveKey } from '../../../packages/core/src/crypto/key-ring.ts'
import type { DeviceId, Digest, UserId } from '../../../packages/core/src/ids.ts'
import { after, alice, before, bob, foreign, k1, rotated, tamperings } from './sample-keys.ts'

const DAY_MS = 86_400_000
const issuedAt = Date.UTC(2026, 0, 15)
const expiresAt = issuedAt + 30 * DAY_MS
/** As the engine makes them; both are opaque here. */
const claims = { deviceId: 'device-1' as DeviceId, epoch: 3, stamp: 'stamp-1' as Digest }
const device = { userId: alice, ...claims, issuedAt, expiresAt }
const now = { userId: alice, at: issuedAt + DAY_MS }

const tokens = createDeviceTokens(before)
const token = await tokens.sign(device)

const decode = (part: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString())
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const [header, payload] = token.split('.').slice(0, 2).map(decode)

/** A token over any header and payload, signed as this ring signs. */
function forge(
  forgedHeader: unknown,
  forgedPayload: unknown,
  { hash = 'sha256', key = deriveKey(k1.secret, 'device_token') as Uint8Array } = {}, // of any buffer
): string {
  const signed = `${encode(forgedHeader)}.${encode(forgedPayload)}`
  return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`
}

test('a token gives back its claims to its user', async () => {
  expect(await tokens.verify(token, now)).toEqual(claims)
})

test('a token is a JWT that says what it is, who made it and for whom', () => {
  expect(header).toEqual({ alg: 'HS256', typ: 'sallyport-device+jwt', kid: 'k1' })
  expect(payload).toEqual({
    iss: 'sallyport',
    aud: 'sallyport/device',
    sub: expect.stringMatching(/^[\w-]{43}$/),
    jti: 'device-1',
    nbf: issuedAt / 1000,
    exp: expiresAt / 1000,
    epoch: 3,
    stamp: 'stamp-1',
  })
  expect(forge(header, payload)).toBe(token)
})

test('a token does not tell a shared computer whose it is', async () => {
  const userId = 'alice@example.com' as UserId
  const signed = await tokens.sign({ ...device, userId })
  expect(JSON.stringify(decode(signed.split('.')[1]))).not.toContain('alice')
  expect(await tokens.verify(signed, { ...now, userId })).toEqual(claims)
})

test('L1: another user’s token is none', async () => {
  expect(await tokens.verify(token, { ...now, userId: bob })).toBeUndefined()
  expect(await tokens.verify(token, { ...now, userId: 'alice ' as UserId })).toBeUndefined()
})

test('a token made before a rotation passes after it, until its key has left the ring', async () => {
  expect(await createDeviceTokens(rotated).verify(token, now)).toEqual(claims)
  expect(await createDeviceTokens(after).verify(token, now)).toBeUndefined()
  const renewed = await createDeviceTokens(rotated).sign(device)
  expect(await createDeviceTokens(after).verify(renewed, now)).toEqual(claims)
})

test('a token of another ring does not pass, whatever its key is called', async () => {
  expect(await tokens.verify(await createDeviceTokens(foreign).sign(device), now)).toBeUndefined()
})

test('a token is never valid at or after the end of its record, whatever the milliseconds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 9999 }), async (ms) => {
      const end = expiresAt + ms
      const signed = await tokens.sign({ ...device, expiresAt: end })
      const lastSecond = Math.floor(end / 1000) * 1000
      expect(await tokens.verify(signed, { ...now, at: lastSecond - 1 })).toEqual(claims)
      expect(await tokens.verify(signed, { ...now, at: lastSecond })).toBeUndefined()
      expect(await tokens.verify(signed, { ...now, at: end })).toBeUndefined()
      expect(await tokens.verify(signed, { ...now, at: end + 4000 })).toBeUndefined()
    }),
    { numRuns: 20 },
  )
})

test('a node whose clock is 5 s behind the one that signed takes the token, 6 s behind not', async () => {
  expect(await tokens.verify(token, { ...now, at: issuedAt })).toEqual(claims)
  expect(await tokens.verify(token, { ...now, at: issuedAt - 5000 })).toEqual(claims)
  expect(await tokens.verify(token, { ...now, at: issuedAt - 5001 })).toBeUndefined()
})

test('the time is the one given, not the system’s', async () => {
  const past = { ...device, issuedAt: 1_000_000, expiresAt: 2_000_000 }
  const signed = await tokens.sign(past)
  expect(await tokens.verify(signed, { ...now, at: 1_500_000 })).toEqual(claims)
  expect(await tokens.verify(signed, { ...now, at: Number.NaN })).toBeUndefined()
})

test('a token changed at any character does not pass', async () => {
  const changed = tamperings(token)
  const results = await Promise.all(changed.map((text) => tokens.verify(text, now)))
  expect(changed.length).toBeGreaterThan(token.length * 2)
  expect(changed.filter((_, index) => results[index] !== undefined)).toEqual([])
})

test('a token cut off or prolonged does not pass', async () => {
  const cut = Array.from({ length: token.length }, (_, length) => token.slice(0, length))
  const prolonged = ['A', '.', '.A', '=', ' ', '\n'].flatMap((more) => [token + more, more + token])
  const results = await Promise.all([...cut, ...prolonged].map((text) => tokens.verify(text, now)))
  expect(results.every((result) => result === undefined)).toBe(true)
})

test('no algorithm but HS256 passes, though the key is right', async () => {
  const key = deriveKey(k1.secret, 'device_token')
  const forged = [
    `${encode({ ...header, alg: 'none' })}.${encode(payload)}.`,
    forge({ ...header, alg: 'none' }, payload),
    forge({ ...header, alg: 'HS512' }, payload, { hash: 'sha512', key }),
    forge({ ...header, alg: 'HS384' }, payload, { hash: 'sha384', key }),
    forge({ ...header, alg: 'RS256' }, payload),
    forge({ ...header, alg: undefined }, payload),
  ]
  const results = await Promise.all(forged.map((text) => tokens.verify(text, now)))
  expect(results).toEqual(forged.map(() => undefined))
})

test('a token signed with the master key or with a key for another purpose does not pass', async () => {
  for (const key of [k1.secret, deriveKey(k1.secret, 'flow_token'), deriveKey(k1.secret, 'code')]) {
    expect(await tokens.verify(forge(header, payload, { key }), now)).toBeUndefined()
  }
})

test.each<[string, Record<string, unknown>]>([
  ['of another type', { typ: 'JWT' }],
  ['of no type', { typ: undefined }],
  ['that names no key', { kid: undefined }],
  ['that names an unknown key', { kid: 'k9' }],
  ['that names no key of text', { kid: 1 }],
  ['with a critical extension', { crit: ['b64'], b64: false }],
])('a token %s does not pass', async (_, change) => {
  expect(await tokens.verify(forge({ ...header, ...change }, payload), now)).toBeUndefined()
})

test.each<[string, Record<string, unknown>]>([
  ['another issuer', { iss: 'other' }],
  ['another audience', { aud: 'other' }],
  ['no audience', { aud: undefined }],
  ['no subject', { sub: undefined }],
  ['the bare user id for a subject', { sub: 'alice' }],
  ['no end', { exp: undefined }],
  ['an end that is no number', { exp: '9999999999' }],
  ['no beginning', { nbf: undefined }],
  ['no device', { jti: undefined }],
  ['a device that is no text', { jti: 1 }],
  ['an epoch that is no number', { epoch: '3' }],
  ['no stamp', { stamp: undefined }],
])('a token with %s does not pass, though it is signed', async (_, change) => {
  expect(await tokens.verify(forge(header, { ...payload, ...change }), now)).toBeUndefined()
})

test('a text longer than any token is not looked at, though it is signed', async () => {
  const padded = (length: number) => forge(header, { ...payload, padding: 'x'.repeat(length) })
  expect(await tokens.verify(padded(100), now)).toEqual(claims)
  expect(padded(500).length).toBeGreaterThan(MAX_DEVICE_TOKEN_LENGTH)
  expect(await tokens.verify(padded(500), now)).toBeUndefined()
})

test('the longest ids make a token well below the limit', async () => {
  const by = createDeviceTokens({ ring: [{ ...k1, id: 'k'.repeat(32) }] })
  const userId = '\u0001'.repeat(255) as UserId
  const longest = {
    ...device,
    userId,
    deviceId: 'd'.repeat(22) as DeviceId,
    stamp: 's'.repeat(43) as Digest,
  }
  const signed = await by.sign({ ...longest, epoch: Number.MAX_SAFE_INTEGER })
  expect(signed.length).toBeLessThan(MAX_DEVICE_TOKEN_LENGTH / 1.5)
  expect(await by.verify(signed, { ...now, userId })).toMatchObject({ epoch: Number.MAX_SAFE_INTEGER })
})

test('garbage is no token and throws nothing', async () => {
  const garbage = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'eyJ.A-') }),
    fc
      .constantFrom(undefined, null, 7, {}, '', '.', '..', 'e30..', 'e30.e30.', 'bnVsbA.e30.AA', 'W10.e30.AA')
      .map(
        (value) => value as string, // as plain JavaScript may pass it
      ),
  )
  await fc.assert(
    fc.asyncProperty(garbage, async (text) => {
      expect(await tokens.verify(text, now)).toBeUndefined()
    }),
    { numRuns: 500 },
  )
})
