import { sha256 } from '@noble/hashes/sha2.js'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { compactDecrypt } from 'jose/jwe/compact/decrypt'
import { CompactEncrypt } from 'jose/jwe/compact/encrypt'
import { KeyError } from '../errors.ts'
import type { Sealed, UserId } from '../ids.ts'
import type { Keys } from '../ports/keys.ts'
import { decodeBase64url, encodeBase64url, joinParts } from './encoding.ts'
import { importOnce } from './import-once.ts'
import { type DerivedKey, deriveRing } from './key-ring.ts'

/** Whose value it is, and which of that user's: an enrollment's id, `recovery_codes`. */
export interface SealBinding {
  readonly userId: UserId
  readonly subject: string
}

/**
 * Encrypts secrets for storage: compact JWE (RFC 7516), `dir` with A256GCM. The key's id and a digest of the
 * binding stand in the protected header, which the tag covers: a value that is moved to another user or
 * subject, or changed in any character, does not open.
 */
export interface Sealer {
  /** Seals under the current key. */
  seal(plaintext: Uint8Array, binding: SealBinding): Promise<Sealed>
  /**
   * Opens a value sealed for the same binding under any key of the ring.
   *
   * @throws {KeyError} `key_unknown` when its key has left the ring, `seal_broken` when it was moved or
   *   changed.
   */
  open(sealed: Sealed, binding: SealBinding): Promise<Uint8Array>
  /**
   * The id of the key that a value names. Read, not verified: only {@link Sealer.open} verifies.
   *
   * @throws {KeyError} `seal_broken` when the value does not have the form of a seal.
   */
  keyIdOf(sealed: Sealed): string
  /**
   * Whether a value names the current key; if not, seal it anew.
   *
   * @throws {KeyError} `seal_broken` when the value does not have the form of a seal.
   */
  isCurrent(sealed: Sealed): boolean
}

const ALGORITHM = 'dir'
const ENCRYPTION = 'A256GCM'
const openOptions = {
  keyManagementAlgorithms: [ALGORITHM],
  contentEncryptionAlgorithms: [ENCRYPTION],
  maxDecompressedLength: 0, // nothing here is compressed
}

const bindingDigest = ({ userId, subject }: SealBinding): string =>
  encodeBase64url(sha256(joinParts('sallyport/v1/seal_binding', userId, subject)))

function broken(cause?: unknown): KeyError {
  return new KeyError('seal_broken', 'a sealed value was moved or changed', { cause })
}

/** What a seal's header says, unverified. */
interface SealHeader {
  readonly keyId: string
  readonly binding: unknown
}

/**
 * The tag covers the text of the header but only the bytes of the other parts, whose last characters have
 * bits to spare: each is held to its one spelling, so that every changed character is noticed.
 */
function hasSealForm(sealed: string): boolean {
  const [, wrappedKey, ...parts] = sealed.split('.')
  return wrappedKey === '' && parts.length === 3 && parts.every((part) => decodeBase64url(part) !== undefined)
}

function readHeader(sealed: Sealed): SealHeader {
  try {
    const { kid, bind } = decodeProtectedHeader(sealed)
    if (hasSealForm(sealed) && typeof kid === 'string') return { keyId: kid, binding: bind }
  } catch (cause) {
    throw broken(cause)
  }
  throw broken()
}

/**
 * Makes the sealer of a key ring. AES-GCM with random nonces is good for 2^32 values under one key (NIST
 * SP 800-38D §8.3): rotate the ring long before.
 *
 * @throws {ConfigError} When the ring is not a valid one.
 */
export function createSealer(keys: Keys): Sealer {
  const usable = (key: DerivedKey) => ({
    id: key.id,
    cryptoKey: importOnce(key, 'AES-GCM', ['encrypt', 'decrypt']),
  })
  const [currentKey, ...olderKeys] = deriveRing(keys, 'seal')
  const current = usable(currentKey)
  const ring = [current, ...olderKeys.map(usable)]

  return {
    async seal(plaintext, binding) {
      const header = { alg: ALGORITHM, enc: ENCRYPTION, kid: current.id, bind: bindingDigest(binding) }
      const jwe = new CompactEncrypt(plaintext).setProtectedHeader(header)
      return (await jwe.encrypt(await current.cryptoKey())) as Sealed // what the brand stands for
    },
    async open(sealed, binding) {
      const header = readHeader(sealed)
      const key = ring.find(({ id }) => id === header.keyId)
      if (key === undefined) throw new KeyError('key_unknown', 'the key of a sealed value is not in the ring')
      if (header.binding !== bindingDigest(binding)) throw broken()
      try {
        const { plaintext } = await compactDecrypt(sealed, await key.cryptoKey(), openOptions)
        return plaintext
      } catch (cause) {
        throw broken(cause)
      }
    },
    keyIdOf: (sealed) => readHeader(sealed).keyId,
    isCurrent: (sealed) => readHeader(sealed).keyId === current.id,
  }
}
