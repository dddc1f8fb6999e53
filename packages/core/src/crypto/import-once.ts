import type { DerivedKey } from './key-ring.ts'

/**
 * Imports a key into WebCrypto when it is first asked for, and keeps it: importing costs as much as the
 * operation itself. The key cannot be exported again.
 */
export function importOnce(
  key: DerivedKey,
  algorithm: AlgorithmIdentifier | HmacImportParams,
  usages: KeyUsage[],
): () => Promise<CryptoKey> {
  let imported: Promise<CryptoKey> | undefined
  return () => {
    imported ??= crypto.subtle.importKey('raw', key.bytes, algorithm, false, usages)
    return imported
  }
}
