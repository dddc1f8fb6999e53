import { sha256 } from '@noble/hashes/sha2.js'
import type { Digest } from '../ids.ts'
import { encodeBase64url, utf8 } from './encoding.ts'

/**
 * The SHA-256 of a JSON value. Two values that differ in nothing but the order of their keys have one digest:
 * databases and log pipelines do not keep it.
 */
export function digestJson(value: unknown): Digest {
  return encodeBase64url(sha256(utf8(JSON.stringify(value, sortKeys)))) as Digest // what the brand stands for
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
