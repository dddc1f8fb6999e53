import { sha256 } from '@noble/hashes/sha2.js'
import type { Digest, FlowId, UserId } from '../ids.ts'
import type { CodeMac } from '../methods/method.ts'
import type { Keys } from '../ports/keys.ts'
import { equalBytes } from './constant-time.ts'
import { decodeBase64url, encodeBase64url, joinParts, utf8 } from './encoding.ts'
import { deriveRing, type KeyPurpose } from './key-ring.ts'
import { createMac, type Mac } from './mac.ts'

/** The digests that stored values are compared by. All of it is synchronous. */
export interface Hasher {
  /** Digests of one-time codes: HMAC-SHA-256 under a key of their own. */
  readonly code: CodeMac
  /**
   * Digests of a host's security stamp, bound to its user, under each key of the ring, the current one
   * first. Store the first; a stored digest that is any of them is still that stamp.
   */
  stamps(userId: UserId, securityStamp: string): readonly [Digest, ...Digest[]]
  /**
   * The digest of a recovery code, bound to its user: SHA-256 without a key, so that no lost key locks an
   * owner out. That resists guessing because of the code's 120 bits (NIST SP 800-63B-4 §3.1.2.2: at least
   * 112 for a plain hash).
   *
   * @param normalizedCode - As `normalizeRecoveryCode` gives it.
   */
  recoveryCode(userId: UserId, normalizedCode: string): Digest
  /** Names a flow's row by the SHA-256 of its token's random part, which the store then never sees. */
  flowId(randomPart: Uint8Array): FlowId
}

/** Names the only unkeyed digest over text, so that it is no digest of anything else. */
const RECOVERY_CODE_DOMAIN = 'sallyport/v1/recovery_code'

/** The one place that makes digests, which is what the brand stands for. */
const digestOf = (bytes: Uint8Array): Digest => encodeBase64url(bytes) as Digest

/**
 * Makes the digests of a key ring.
 *
 * @throws {ConfigError} When the ring is not a valid one.
 */
export function createHasher(keys: Keys): Hasher {
  const macsFor = (purpose: KeyPurpose): readonly [Mac, ...Mac[]] => {
    const [current, ...older] = deriveRing(keys, purpose)
    return [createMac(current.bytes), ...older.map((key) => createMac(key.bytes))]
  }
  const codeMacs = macsFor('code')
  const [stampMac, ...olderStampMacs] = macsFor('stamp')

  const code: CodeMac = {
    digest: (text) => digestOf(codeMacs[0](utf8(text))),
    matches(text, digest) {
      const stored = decodeBase64url(digest)
      if (stored === undefined) return false
      const message = utf8(text)
      let matched = false
      for (const mac of codeMacs) if (equalBytes(mac(message), stored)) matched = true // all keys, always
      return matched
    },
  }

  return {
    code,
    stamps(userId, securityStamp) {
      const message = joinParts(userId, securityStamp)
      return [digestOf(stampMac(message)), ...olderStampMacs.map((mac) => digestOf(mac(message)))]
    },
    recoveryCode: (userId, normalizedCode) =>
      digestOf(sha256(joinParts(RECOVERY_CODE_DOMAIN, userId, normalizedCode))),
    flowId: (randomPart) => encodeBase64url(sha256(randomPart)) as FlowId, // what the brand stands for
  }
}
