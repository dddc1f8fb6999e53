import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { ConfigError, type ConfigFault } from '../errors.ts'
import type { Keys, MasterKey } from '../ports/keys.ts'
import { decodeBase64url, utf8 } from './encoding.ts'

/** The least length of a master key: the output of SHA-256, which HKDF runs on (RFC 5869 §2.2). */
const MIN_KEY_BYTES = 32

/** What a derived key is for. No two purposes share a key, and no master key is used as it is. */
export type KeyPurpose = 'seal' | 'code' | 'stamp' | 'flow_token' | 'device_token'

/** A key of the ring as derived for one purpose. */
export interface DerivedKey {
  readonly id: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

const DERIVED_KEY_BYTES = 32 // for AES-256 and HMAC-SHA-256 alike
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/

/** What was given for one key, before it is known to be one. */
type Candidate = { readonly malformed: string } | { readonly id: unknown; readonly secret: unknown }

function parseEntry(entry: string): Candidate {
  const colon = entry.indexOf(':')
  if (colon < 0) return { malformed: 'must be "id:secret"' }
  return { id: entry.slice(0, colon), secret: decodeBase64url(entry.slice(colon + 1)) }
}

/** A host in plain JavaScript has no compiler to say what a key is. */
function parseKey(key: unknown): Candidate {
  if (typeof key !== 'object' || key === null) return { malformed: 'must be an object with id and secret' }
  return { id: 'id' in key ? key.id : undefined, secret: 'secret' in key ? key.secret : undefined }
}

function parseText(text: string): readonly Candidate[] {
  const trimmed = text.trim()
  return trimmed === '' ? [] : trimmed.split(',').map((entry) => parseEntry(entry.trim()))
}

/**
 * Makes the key ring, from an environment variable or from bytes. The first key seals and signs; every key
 * opens and verifies. To rotate, put a new key first; remove the old one once nothing is sealed under it.
 *
 * @param source - `"k2:BASE64URL,k1:BASE64URL"` (`undefined` stands for a variable that is not set), or the
 *   keys themselves. An id is `[A-Za-z0-9_-]{1,32}`, a secret {@link MIN_KEY_BYTES} random bytes or more.
 * @returns A frozen ring with its own copies of the secrets.
 * @throws {ConfigError} With every fault, each named by its position. No id and no secret is repeated, since
 *   the two may have been swapped.
 *
 * @example
 * ```ts
 * const keys = keyRing('2026-01:q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k')
 * ```
 */
export function keyRing(source: string | readonly MasterKey[] | undefined): Keys {
  const candidates = typeof source === 'string' ? parseText(source) : (source ?? []).map(parseKey)
  const faults: ConfigFault[] = []
  const positions = new Map<string, number>()
  const keys: MasterKey[] = []

  for (const [position, candidate] of candidates.entries()) {
    const field = `keys[${position}]`
    if ('malformed' in candidate) {
      faults.push({ field, message: candidate.malformed })
      continue
    }
    const { id, secret } = candidate
    if (typeof id !== 'string' || !KEY_ID.test(id)) {
      faults.push({ field: `${field}.id`, message: 'must be 1 to 32 letters, digits, "_" or "-"' })
    } else if (positions.has(id)) {
      faults.push({ field: `${field}.id`, message: `must differ from that of keys[${positions.get(id)}]` })
    } else {
      positions.set(id, position)
    }
    if (!(secret instanceof Uint8Array)) {
      const message =
        typeof source === 'string' ? 'must be base64url without padding' : 'must be a Uint8Array'
      faults.push({ field: `${field}.secret`, message })
    } else if (secret.length < MIN_KEY_BYTES) {
      faults.push({ field: `${field}.secret`, message: `must have at least ${MIN_KEY_BYTES} bytes` })
    } else if (typeof id === 'string') {
      keys.push(Object.freeze({ id, secret: secret.slice() }))
    }
  }

  const [current, ...older] = keys
  if (candidates.length === 0) faults.push({ field: 'keys', message: 'must hold at least one key' })
  if (faults.length > 0 || current === undefined) throw new ConfigError(faults)
  return Object.freeze({ ring: Object.freeze([current, ...older] as const) })
}

/**
 * Derives the key for one purpose from a master key: HKDF-SHA-256 (RFC 5869) without salt, the purpose as
 * `info`. What these keys protect is stored, so neither may ever change: a new scheme takes a new version.
 */
export function deriveKey(master: Uint8Array, purpose: KeyPurpose): Uint8Array<ArrayBuffer> {
  const derived = hkdf(sha256, master, undefined, utf8(`sallyport/v1/${purpose}`), DERIVED_KEY_BYTES)
  return new Uint8Array(derived) // its own buffer, as WebCrypto's types ask
}

/**
 * Derives every key of a ring for one purpose, in the ring's order. Call it once, not for each operation.
 *
 * @throws {ConfigError} When a ring that a host made by hand is not one that {@link keyRing} would make.
 */
export function deriveRing(keys: Keys, purpose: KeyPurpose): readonly [DerivedKey, ...DerivedKey[]] {
  const [current, ...older] = keyRing(keys.ring).ring
  const derive = ({ id, secret }: MasterKey): DerivedKey => ({ id, bytes: deriveKey(secret, purpose) })
  return [derive(current), ...older.map(derive)]
}
