import { sha256 } from '@noble/hashes/sha2.js'
import { InputError, TokenError } from '../errors.ts'
import { type FlowId, type FlowToken, MAX_USER_ID_BYTES, parseUserId, type UserId } from '../ids.ts'
import type { Keys } from '../ports/keys.ts'
import { equalBytes } from './constant-time.ts'
import { decodeBase64url, encodeBase64url, utf8 } from './encoding.ts'
import { deriveRing } from './key-ring.ts'
import { createMac, type Mac } from './mac.ts'

/** The kind of flow that a token continues. */
export type FlowTokenKind = 'login' | 'setup' | 'step_up'

/** What a flow's token says, once it is known to be genuine. */
interface FlowTokenClaims {
  readonly kind: FlowTokenKind
  readonly userId: UserId
  readonly flowId: FlowId
}

/** The capability to continue one flow. Safe in URLs and cookies: letters, digits, `_`, `-` and `.`. */
export interface FlowTokens {
  /**
   * Makes the token of a new flow. The same input gives the same token.
   *
   * @param input.random - {@link FLOW_RANDOM_BYTES} fresh bytes from the CSPRNG.
   * @throws {InputError} `input_invalid` when `random` has another length.
   */
  mint(input: { readonly kind: FlowTokenKind; readonly userId: UserId; readonly random: Uint8Array }): {
    readonly token: FlowToken
    readonly flowId: FlowId
  }
  /**
   * Reads a token that this ring made. A flow has one token string only: no second spelling of it passes.
   *
   * @throws {TokenError} `token_invalid` for everything else.
   */
  parse(token: string): FlowTokenClaims
}

/** The random part of a token. ASVS 5.0 11.5.1 asks for 128 bits; our choice is the digest's own 256. */
export const FLOW_RANDOM_BYTES = 32

const KIND_BYTES = { login: 1, setup: 2, step_up: 3 } as const satisfies Record<FlowTokenKind, number>
const KINDS: ReadonlyMap<number | undefined, FlowTokenKind> = new Map([
  [KIND_BYTES.login, 'login'],
  [KIND_BYTES.setup, 'setup'],
  [KIND_BYTES.step_up, 'step_up'],
])

const MAC_LENGTH = 43 // 32 bytes in base64url
const MAX_KEY_ID_LENGTH = 32
const MAX_PAYLOAD_LENGTH = Math.ceil(((1 + FLOW_RANDOM_BYTES + MAX_USER_ID_BYTES) * 4) / 3)

/** The longest token there is; anything longer is refused before it is looked at. */
export const MAX_FLOW_TOKEN_LENGTH: number = MAX_KEY_ID_LENGTH + 1 + MAX_PAYLOAD_LENGTH + 1 + MAC_LENGTH

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }) // a user id may begin with U+FEFF

const invalid = (cause?: unknown): TokenError =>
  new TokenError('token_invalid', 'not a flow token of this key ring', { cause })

/** The one digest that the brand stands for. */
const flowIdOf = (random: Uint8Array): FlowId => encodeBase64url(sha256(random)) as FlowId

const tagOf = (mac: Mac, signed: string): string => encodeBase64url(mac(utf8(signed)))

/** Reads `kind byte, random part, user id`, which the MAC has vouched for. */
function readPayload(payload: string): FlowTokenClaims {
  const bytes = decodeBase64url(payload)
  const kind = KINDS.get(bytes?.[0])
  if (bytes === undefined || kind === undefined) throw invalid() // made by a release that knows more kinds
  const userIdAt = 1 + FLOW_RANDOM_BYTES
  try {
    const userId = parseUserId(decoder.decode(bytes.subarray(userIdAt)))
    return { kind, userId, flowId: flowIdOf(bytes.subarray(1, userIdAt)) }
  } catch (cause) {
    throw invalid(cause)
  }
}

/**
 * Makes and reads the flow tokens of a key ring: `key id . payload . HMAC-SHA-256`, synchronously.
 *
 * @throws {ConfigError} When the ring is not a valid one.
 */
export function createFlowTokens(keys: Keys): FlowTokens {
  const [current, ...older] = deriveRing(keys, 'flow_token')
  const currentMac = createMac(current.bytes)
  const macs = new Map([[current.id, currentMac]])
  for (const { id, bytes } of older) macs.set(id, createMac(bytes))

  return {
    mint({ kind, userId, random }) {
      if (random.length !== FLOW_RANDOM_BYTES) {
        throw new InputError('input_invalid', 'random', `must have ${FLOW_RANDOM_BYTES} bytes`)
      }
      const payload = encodeBase64url(Uint8Array.of(KIND_BYTES[kind], ...random, ...utf8(userId)))
      const signed = `${current.id}.${payload}`
      const token = `${signed}.${tagOf(currentMac, signed)}` as FlowToken // what the brand stands for
      return { token, flowId: flowIdOf(random) }
    },
    parse(token) {
      if (typeof token !== 'string' || token.length > MAX_FLOW_TOKEN_LENGTH) throw invalid()
      const [keyId = '', payload = '', tag = '', ...rest] = token.split('.')
      const mac = macs.get(keyId)
      if (mac === undefined || rest.length > 0) throw invalid()
      // Compared as text: a tag has one spelling then, and so has the payload, whose text it covers.
      if (!equalBytes(utf8(tag), utf8(tagOf(mac, `${keyId}.${payload}`)))) throw invalid()
      return readPayload(payload)
    },
  }
}
