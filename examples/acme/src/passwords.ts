import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt)

/** OWASP Password Storage Cheat Sheet: N = 2^14 (16 MiB), r = 8, p = 5. */
const COST: ScryptOptions = { cost: 2 ** 14, blockSize: 8, parallelization: 5 }
const HASH_BYTES = 32

export interface PasswordHash {
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16)
  return { salt, hash: await derive(password, salt, HASH_BYTES, COST) }
}

export async function isPassword(password: string, { salt, hash }: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, salt, HASH_BYTES, COST), hash)
}

/** What no password hashes to: checked in place of a user who does not exist. */
export const dummyHash: PasswordHash = { salt: randomBytes(16), hash: randomBytes(HASH_BYTES) }
