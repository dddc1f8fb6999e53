import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createFlowTokens,
  FLOW_RANDOM_BYTES,
  type FlowTokenKind,
  MAX_FLOW_TOKEN_LENGTH,
} from '../../../packages/core/src/crypto/flow-token.ts'
import { deriveKey } from '../../../packages/core/src/crypto/key-ring.ts'
import { InputError, TokenError } from '../../../packages/core/src/errors.ts'
import type { UserId } from '../../../packages/core/src/ids.ts'
import { after, alice, BASE64URL, before, foreign, k1, rotated } from './sample-keys.ts'

const tokens = createFlowTokens(before)
const random = Uint8Array.from({ length: FLOW_RANDOM_BYTES }, (_, index) => 255 - index)
const kinds: readonly FlowTokenKind[] = ['login', 'setup', 'step_up']
const mint = (userId: UserId = alice, by = tokens) => by.mint({ kind: 'login', userId, random })

function parsing(token: string, by = tokens): string {
  try {
    by.parse(token)
    return 'parsed'
  } catch (error) {
    return error instanceof TokenError ? error.code : `not a TokenError: ${error}`
  }
}

/** A token over any payload, made as this ring makes them. */
function forge(payload: Uint8Array): string {
  const signed = `k1.${Buffer.from(payload).toString('base64url')}`
  const tag = createHmac('sha256', deriveKey(k1.secret, 'flow_token')).update(signed).digest('base64url')
  return `${signed}.${tag}`
}

const userIds = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  .filter((text) => !text.includes('\u0000'))
  .map((text) => text as UserId) // well-formed, as parseUserId would find

test('a token gives back its kind, its user and its flow', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      userIds,
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (kind, userId, bytes) => {
        const { token, flowId } = tokens.mint({ kind, userId, random: bytes })
        expect(tokens.parse(token)).toEqual({ kind, userId, flowId })
        expect(flowId).toBe(createHash('sha256').update(bytes).digest('base64url'))
        expect(token).toMatch(/^[A-Za-z0-9_.-]+$/) // as it is in a URL and in a cookie
      },
    ),
  )
})

test.each(['\uFEFFalice', '\uFEFF', ' alice ', 'ALICE', 'a.b', '😀', 'é', 'e\u0301'])(
  'the user id %j comes back byte for byte',
  (userId) => {
    expect(tokens.parse(mint(userId as UserId).token).userId).toBe(userId)
  },
)

test('the longest token there is passes, and is as long as the limit', () => {
  const by = createFlowTokens({ ring: [{ ...k1, id: 'k'.repeat(32) }] })
  const userId = 'é'.repeat(127).concat('x') as UserId // 255 bytes
  const { token } = mint(userId, by)
  expect(token).toHaveLength(MAX_FLOW_TOKEN_LENGTH)
  expect(by.parse(token).userId).toBe(userId)
})

test('a token is made from nothing but its input', () => {
  expect(mint()).toEqual(mint())
})

test('a token made before a rotation passes after it, until its key has left the ring', () => {
  const { token } = mint()
  expect(parsing(token, createFlowTokens(rotated))).toBe('parsed')
  expect(parsing(token, createFlowTokens(after))).toBe('token_invalid')
  expect(parsing(mint(alice, createFlowTokens(rotated)).token, createFlowTokens(after))).toBe('parsed')
})

test('a token of another ring does not pass, whatever its key is called', () => {
  expect(parsing(mint(alice, createFlowTokens(foreign)).token)).toBe('token_invalid')
})

test('a token that names another key of the ring does not pass', () => {
  const by = createFlowTokens(rotated)
  const { token } = mint(alice, by)
  expect(parsing(token.replace(/^k2/, 'k1'), by)).toBe('token_invalid')
})

test('ASVS 11.2.4: a token changed at any character, to any other, does not pass', () => {
  const { token } = mint()
  const passed: string[] = []
  for (const position of token.split('').keys()) {
    for (const other of `${BASE64URL}.=+/% \n\u0000`) {
      const changed = token.slice(0, position) + other + token.slice(position + 1)
      if (changed !== token && parsing(changed) !== 'token_invalid') passed.push(changed)
    }
  }
  expect(passed).toEqual([])
  expect(parsing(token)).toBe('parsed')
})

test('a token cut off or prolonged at any place does not pass: a flow has one token string', () => {
  const { token } = mint()
  const cut = Array.from({ length: token.length }, (_, length) => token.slice(0, length))
  const prolonged = ['A', '.', '.A', '=', ' ', '\n'].flatMap((more) => [token + more, more + token])
  const doubled = [`${token}.${token}`, token.replace('.', '..')]
  for (const text of [...cut, ...prolonged, ...doubled]) expect(parsing(text)).toBe('token_invalid')
})

test('parts of two genuine tokens do not make a third', () => {
  const one = mint().token.split('.')
  const other = tokens.mint({ kind: 'setup', userId: alice, random: new Uint8Array(32) }).token.split('.')
  expect(parsing(one.with(1, other[1] ?? '').join('.'))).toBe('token_invalid')
  expect(parsing(one.with(2, other[2] ?? '').join('.'))).toBe('token_invalid')
})

test('garbage never passes and never throws anything else', () => {
  const garbage = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'k1A.-') }),
    fc.constantFrom(undefined, null, 7, {}, [mint().token], '', '.', '..', 'k1..', '__proto__.A.A').map(
      (value) => value as string, // as plain JavaScript may pass it
    ),
  )
  fc.assert(
    fc.property(garbage, (text) => {
      expect(parsing(text)).toBe('token_invalid')
    }),
    { numRuns: 1000 },
  )
})

const bytesOf = (kind: number, userId: Uint8Array): Uint8Array => Uint8Array.of(kind, ...random, ...userId)

test('a payload that a later release may write is refused, though its MAC is right', () => {
  expect(parsing(forge(bytesOf(1, Buffer.from('alice'))))).toBe('parsed')
  expect(parsing(forge(bytesOf(0, Buffer.from('alice'))))).toBe('token_invalid')
  expect(parsing(forge(bytesOf(4, Buffer.from('alice'))))).toBe('token_invalid')
})

test.each<[string, Uint8Array]>([
  ['nothing', new Uint8Array(0)],
  ['a kind alone', Uint8Array.of(1)],
  ['half of a random part', bytesOf(1, new Uint8Array(0)).subarray(0, 20)],
  ['no user id', bytesOf(1, new Uint8Array(0))],
  ['a user id that is not UTF-8', bytesOf(1, Uint8Array.of(0xc3))],
  ['a user id with a NUL', bytesOf(1, Uint8Array.of(0))],
])('a payload that holds %s is refused, though its MAC is right', (_, payload) => {
  expect(parsing(forge(payload))).toBe('token_invalid')
})

test('a text longer than any token is refused before it is looked at', () => {
  const { token } = mint()
  const hashedInHalfASecond = 'A'.repeat(64 * 2 ** 20)
  const endless = `${token.slice(0, 3)}${hashedInHalfASecond}.${'A'.repeat(43)}`
  const started = performance.now()
  expect(parsing(endless)).toBe('token_invalid')
  expect(performance.now() - started).toBeLessThan(50)
})

test.each([0, 16, 31, 33])('a random part of %i bytes makes no token', (length) => {
  const input = { kind: 'login', userId: alice, random: new Uint8Array(length) } as const
  expect(() => tokens.mint(input)).toThrow(InputError)
})

test('L6: the error of a token does not repeat it', () => {
  const { token } = mint()
  const changed = `${token.slice(0, -1)}!`
  try {
    tokens.parse(changed)
    expect.unreachable()
  } catch (error) {
    expect(String(error)).toBe('TokenError: not a flow token of this key ring')
  }
})
