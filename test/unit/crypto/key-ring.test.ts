import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deriveKey, deriveRing, keyRing } from '../../../packages/core/src/crypto/key-ring.ts'
import { ConfigError, type ConfigFault } from '../../../packages/core/src/errors.ts'
import type { Keys, MasterKey } from '../../../packages/core/src/ports/keys.ts'
import { k1, k2 } from './sample-keys.ts'

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const text = (...keys: readonly MasterKey[]): string =>
  keys.map(({ id, secret }) => `${id}:${base64url(secret)}`).join(',')

function faultsOf(source: Parameters<typeof keyRing>[0]): readonly ConfigFault[] {
  try {
    keyRing(source)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

test('a ring is read from text in its order, the first key being the current one', () => {
  expect(keyRing(text(k2, k1))).toEqual({ ring: [k2, k1] })
})

test('a ring may be given as bytes', () => {
  expect(keyRing([k1, k2])).toEqual({ ring: [k1, k2] })
})

test('white space around the entries of a variable is ignored', () => {
  expect(keyRing(` ${text(k2)} ,\n  ${text(k1)}\n`)).toEqual({ ring: [k2, k1] })
})

test.each([
  ['a variable that is not set', undefined],
  ['an empty variable', ''],
  ['a blank variable', ' \n'],
  ['an empty list', []],
])('%s makes no ring', (_, source) => {
  expect(faultsOf(source)).toEqual([{ field: 'keys', message: 'must hold at least one key' }])
})

test('every fault is listed, by position', () => {
  const good = base64url(k1.secret)
  const source = [
    'no-colon',
    `:${good}`,
    `${'x'.repeat(33)}:${good}`,
    `bad id:${good}`,
    `ok:${good}`,
    `ok:${good}`,
    'empty:',
    'padded:AAAA=',
    `standard:${'+'.repeat(44)}`,
    `short:${base64url(new Uint8Array(31))}`,
    'bad/id:also bad',
  ].join(',')
  const id = 'must be 1 to 32 letters, digits, "_" or "-"'
  const encoding = 'must be base64url without padding'
  const length = 'must have at least 32 bytes'
  expect(faultsOf(source)).toEqual([
    { field: 'keys[0]', message: 'must be "id:secret"' },
    { field: 'keys[1].id', message: id },
    { field: 'keys[2].id', message: id },
    { field: 'keys[3].id', message: id },
    { field: 'keys[5].id', message: 'must differ from that of keys[4]' },
    { field: 'keys[6].secret', message: length },
    { field: 'keys[7].secret', message: encoding },
    { field: 'keys[8].secret', message: encoding },
    { field: 'keys[9].secret', message: length },
    { field: 'keys[10].id', message: id },
    { field: 'keys[10].secret', message: encoding },
  ])
})

test.each([[0], [null], ['k1:secret'], [{}]])(
  'a list with %j in it is refused, and the place is named',
  (key) => {
    const keys = [{ id: 'k1', secret: new Uint8Array(32) }, key]
    expect(() => keyRing(keys as never)).toThrow(ConfigError) // a host in plain JavaScript may give anything
    expect(() => keyRing(keys as never)).toThrow(/^keys\[1\]/)
  },
)

test('a list of keys has the same faults', () => {
  const mistyped = { id: 7, secret: 'text' } as unknown as MasterKey // as plain JavaScript may pass it
  const nameless = { secret: k1.secret } as unknown as MasterKey // likewise
  expect(faultsOf([k1, { id: 'k1', secret: new Uint8Array(31) }, mistyped, nameless])).toEqual([
    { field: 'keys[1].id', message: 'must differ from that of keys[0]' },
    { field: 'keys[1].secret', message: 'must have at least 32 bytes' },
    { field: 'keys[2].id', message: 'must be 1 to 32 letters, digits, "_" or "-"' },
    { field: 'keys[2].secret', message: 'must be a Uint8Array' },
    { field: 'keys[3].id', message: 'must be 1 to 32 letters, digits, "_" or "-"' },
  ])
})

test('an id of 32 characters and a secret of 32 bytes are enough and not too much', () => {
  const key = { id: 'Az09_-'.padEnd(32, 'x'), secret: new Uint8Array(randomBytes(32)) }
  expect(keyRing(text(key))).toEqual({ ring: [key] })
})

test('L6: no error repeats a secret, also when id and secret were swapped', () => {
  const secret = fc.uint8Array({ minLength: 9, maxLength: 40 }).map(base64url)
  const entry = fc
    .tuple(secret, fc.constantFrom('id:S', 'S:id', 'S', ':S', 'id:S=', 'id:S!', 'S:S', 'id: S'))
    .map(([value, shape]) => ({ value, written: shape.replaceAll('S', value) }))
  fc.assert(
    fc.property(fc.array(entry, { minLength: 2, maxLength: 4 }), (entries) => {
      const faults = faultsOf(entries.map(({ written }) => written).join(','))
      const told = new ConfigError(faults).message + JSON.stringify(faults)
      expect(faults.length).toBeGreaterThan(0) // two ids are always alike, or one is missing
      for (const { value } of entries) expect(told).not.toContain(value)
    }),
  )
})

test('a ring keeps its own copies: wiping what it was made of changes nothing', () => {
  const secret = new Uint8Array(32).fill(7)
  const { ring } = keyRing([{ id: 'k', secret }])
  secret.fill(0)
  expect(ring[0].secret).toEqual(new Uint8Array(32).fill(7))
})

test('a ring is frozen', () => {
  const keys = keyRing([k1])
  expect(Object.isFrozen(keys) && Object.isFrozen(keys.ring) && Object.isFrozen(keys.ring[0])).toBe(true)
})

test('no two purposes and no two master keys derive one key, and none is the master key', () => {
  const purposes = ['seal', 'code', 'stamp', 'flow_token', 'device_token'] as const
  const derived = [k1, k2].flatMap(({ secret }) => purposes.map((purpose) => deriveKey(secret, purpose)))
  const all = [...derived, k1.secret, k2.secret].map(base64url)
  expect(new Set(all).size).toBe(12)
  expect(derived.every(({ length }) => length === 32)).toBe(true)
})

test('the keys of a ring are derived in its order, under their ids', () => {
  expect(deriveRing({ ring: [k2, k1] }, 'code')).toEqual([
    { id: 'k2', bytes: deriveKey(k2.secret, 'code') },
    { id: 'k1', bytes: deriveKey(k1.secret, 'code') },
  ])
})

test('CWE-330: nothing is derived from a ring made by hand whose key is a password', () => {
  const weak: Keys = { ring: [{ id: 'k', secret: new TextEncoder().encode('hunter2') }] }
  expect(() => deriveRing(weak, 'seal')).toThrow(ConfigError)
})
