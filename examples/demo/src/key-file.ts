import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type Keys, keyRing } from '@sallyport/core'
import { UsageError } from './usage-error.ts'

const KEY_BYTES = 32
const OTHERS = 0o077

/** Draws a key ring of one key, in the form that `keyRing` reads. */
export const drawKeys = (): string => `k1:${randomBytes(KEY_BYTES).toString('base64url')}`

/**
 * Reads the keys, which are drawn when there are none yet. Of several servers that start at once, all get the same:
 * the file appears whole or not at all.
 *
 * @throws {UsageError} When others may read the file, or it holds no keys.
 */
export function keysAt(path: string): Keys {
  const drawn = `${path}.${process.pid}.new`
  writeFileSync(drawn, `${drawKeys()}\n`, { mode: 0o600, flag: 'wx' })
  try {
    linkSync(drawn, path)
  } catch (error) {
    if (!isThereAlready(error)) throw error
  } finally {
    rmSync(drawn)
  }
  if (process.platform !== 'win32' && (statSync(path).mode & OTHERS) !== 0) {
    throw new UsageError(`${path} must be readable by you alone: chmod 600 it`)
  }
  try {
    return keyRing(readFileSync(path, 'utf8'))
  } catch {
    throw new UsageError(`${path} holds no keys ("k1:…", 32 random bytes in base64url)`)
  }
}

const isThereAlready = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST'
