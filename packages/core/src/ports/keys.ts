/** One master key of the ring. Each purpose derives its own key from it (HKDF, RFC 5869). */
export interface MasterKey {
  /** Stands in clear in what the key sealed, so that the right one is found again: `[A-Za-z0-9_-]{1,32}`. */
  readonly id: string
  /** At least 32 bytes of full entropy. */
  readonly secret: Uint8Array
}

/** The key ring: the first key seals and signs, every key opens and verifies. To rotate, put a new one first. */
export interface Keys {
  readonly ring: readonly [MasterKey, ...MasterKey[]]
}
