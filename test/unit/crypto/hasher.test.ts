import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHasher } from '../../../packages/core/src/crypto/hasher.ts'
import { deriveKey } from '../../../packages/core/src/crypto/key-ring.ts'
import type { Digest, UserId } from '../../../packages/core/src/ids.ts'
import { after, alice, BASE64URL, before, bob, foreign, k1, rotated } from './sample-keys.ts'

const digest = (text: string): Digest => text as Digest // as a store may give it back
const hasher = createHasher(before)

test('a code’s digest is the HMAC-SHA-256 under the key for codes', () => {
  const expected = createHmac('sha256', deriveKey(k1.secret, 'code')).update('c1:123456').digest('base64url')
  expect(hasher.code.digest('c1:123456')).toBe(expected)
})

test('a code matches its own digest and no other', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      fc.pre(one !== other)
      expect(hasher.code.matches(one, hasher.code.digest(one))).toBe(true)
      expect(hasher.code.matches(other, hasher.code.digest(one))).toBe(false)
    }),
  )
})

test('a code that was sent before a rotation is right after it, until its key has gone', () => {
  const sent = createHasher(before).code.digest('123456')
  expect(createHasher(rotated).code.matches('123456', sent)).toBe(true)
  expect(createHasher(rotated).code.digest('123456')).toBe(createHasher(after).code.digest('123456'))
  expect(createHasher(after).code.matches('123456', sent)).toBe(false)
})

test('a secret that stands under two ids, as when a key is renamed, matches as one', () => {
  const renamed = createHasher({ ring: [{ ...k1, id: 'new-name' }, k1] })
  expect(renamed.code.matches('123456', hasher.code.digest('123456'))).toBe(true)
})

test('a digest made under another ring matches nothing, whatever its key is called', () => {
  expect(hasher.code.matches('123456', createHasher(foreign).code.digest('123456'))).toBe(false)
})

test.each(['', 'A', 'AAAA', '!', `${hasher.code.digest('123456')}=`, hasher.code.digest('123456').slice(1)])(
  'what is no digest (%j) matches nothing',
  (stored) => {
    expect(hasher.code.matches('123456', digest(stored))).toBe(false)
  },
)

test('a digest changed at any character matches nothing', () => {
  const stored = hasher.code.digest('123456')
  for (const position of stored.split('').keys()) {
    for (const other of BASE64URL) {
      const changed = stored.slice(0, position) + other + stored.slice(position + 1)
      expect(hasher.code.matches('123456', digest(changed))).toBe(changed === stored)
    }
  }
})

test('L6: the digest of a code is no use without the key: six digits have a million plain hashes', () => {
  const plain = createHash('sha256').update('123456').digest('base64url')
  expect(hasher.code.digest('123456')).not.toBe(plain)
  expect(hasher.code.digest('123456')).not.toBe(
    createHmac('sha256', k1.secret).update('123456').digest('base64url'),
  )
})

test('digests of one purpose are not digests of another', () => {
  const text = '123456'
  const all = [
    hasher.code.digest(text),
    hasher.stamps(alice, text)[0],
    hasher.recoveryCode(alice, text),
    hasher.flowId(new TextEncoder().encode(text)),
  ]
  expect(new Set<string>(all).size).toBe(4)
})

test('a stamp has a digest under each key of the ring, the current one first', () => {
  const [old] = createHasher(before).stamps(alice, 's1')
  const [current, ...older] = createHasher(rotated).stamps(alice, 's1')
  expect(older).toEqual([old])
  expect(createHasher(after).stamps(alice, 's1')).toEqual([current])
  expect(current).not.toBe(old)
})

test('a stamp’s digest is bound to its user and its text, and cannot be shifted between them', () => {
  const stamp = (user: string, text: string): Digest => hasher.stamps(user as UserId, text)[0]
  const all = [stamp('ab', 'c'), stamp('a', 'bc'), stamp('ab', 'd'), stamp('abc', '')]
  expect(new Set(all).size).toBe(4)
  expect(stamp('ab', 'c')).toBe(all[0])
})

test('a recovery code’s digest needs no key: it stays the same under every ring', () => {
  expect(createHasher(after).recoveryCode(alice, 'CODE')).toBe(hasher.recoveryCode(alice, 'CODE'))
})

/** A text as digests take it: after its length in bytes. */
function part(text: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(text))
  return Buffer.concat([length, Buffer.from(text)])
}

test('a stamp’s digest is HMAC-SHA-256 under its own key, over user and stamp, each with its length', () => {
  const expected = createHmac('sha256', deriveKey(k1.secret, 'stamp'))
    .update(Buffer.concat([part('alice'), part('s1')]))
    .digest('base64url')
  expect(hasher.stamps(alice, 's1')).toEqual([expected])
})

test('a recovery code’s digest is SHA-256 over purpose, user and code, each with its length', () => {
  const expected = createHash('sha256')
    .update(Buffer.concat([part('sallyport/v1/recovery_code'), part('alice'), part('CODE')]))
    .digest('base64url')
  expect(hasher.recoveryCode(alice, 'CODE')).toBe(expected)
})

test('one user’s recovery code is not another’s', () => {
  expect(hasher.recoveryCode(alice, 'CODE')).not.toBe(hasher.recoveryCode(bob, 'CODE'))
  expect(hasher.recoveryCode('aliceC' as UserId, 'ODE')).not.toBe(hasher.recoveryCode(alice, 'CODE'))
})

test('a flow is named by the SHA-256 of its random part', () => {
  const random = new Uint8Array(32).fill(5)
  expect(hasher.flowId(random)).toBe(createHash('sha256').update(random).digest('base64url'))
})
