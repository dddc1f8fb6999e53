import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'

/** HMAC-SHA-256 (RFC 2104) under one key. */
export type Mac = (message: Uint8Array) => Uint8Array

/** Keys an HMAC-SHA-256 once, so that each message costs only its own hashing. */
export function createMac(key: Uint8Array): Mac {
  const keyed = hmac.create(sha256, key)
  return (message) => keyed.clone().update(message).digest()
}
