import { type Keys, keyRing } from '@sallyport/core'

/** What a key of this package is for. No two purposes share a key, here or with core. */
type KeyPurpose = 'http_session' | 'http_bearer' | 'http_csrf'

/** A key of the ring as derived for one purpose. */
interface DerivedKey {
  readonly id: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** The keys of one purpose, in the ring's order, derived when they are first asked for. */
export type DerivedRing = () => Promise<readonly [DerivedKey, ...DerivedKey[]]>

const KEY_BITS = 256 // for AES-256 and HMAC-SHA-256 alike

/**
 * Derives the keys of a ring for one purpose by HKDF-SHA-256 (RFC 5869), as core does for its own.
 *
 * @throws {ConfigError} When the ring is not a valid one.
 */
export function deriveRing(keys: Keys, purpose: KeyPurpose): DerivedRing {
  const [current, ...older] = keyRing(keys.ring).ring
  const info = new TextEncoder().encode(`sallyport/v1/${purpose}`)
  const derive = async ({ id, secret }: typeof current): Promise<DerivedKey> => {
    const master = await crypto.subtle.importKey('raw', new Uint8Array(secret), 'HKDF', false, ['deriveBits'])
    const salt = new Uint8Array()
    const bits = await crypto.subtle.deriveBits(
      { name: 'HKDF', hash: 'SHA-256', salt, info },
      master,
      KEY_BITS,
    )
    return { id, bytes: new Uint8Array(bits) }
  }
  let derived: ReturnType<DerivedRing> | undefined
  return () => {
    derived ??= Promise.all([derive(current), ...older.map(derive)])
    return derived
  }
}

/** Compares two texts in a time that depends on their lengths alone (CWE-208). */
export function equalTexts(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let index = 0; index < a.length; index++) difference |= a.charCodeAt(index) ^ b.charCodeAt(index)
  return difference === 0
}
