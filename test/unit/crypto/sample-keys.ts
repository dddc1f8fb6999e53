import type { UserId } from '../../../packages/core/src/ids.ts'
import type { Keys, MasterKey } from '../../../packages/core/src/ports/keys.ts'

/** Master keys that are told apart by one byte; each is used by its id. */
const sample = (id: string, fill: number): MasterKey => ({ id, secret: new Uint8Array(32).fill(fill) })

export const k1: MasterKey = sample('k1', 1)
export const k2: MasterKey = sample('k2', 2)

/** Before a rotation, after it, and once the old key has gone. */
export const before: Keys = { ring: [k1] }
export const rotated: Keys = { ring: [k2, k1] }
export const after: Keys = { ring: [k2] }

/** Another service's ring, whose key happens to have the same id. */
export const foreign: Keys = { ring: [sample('k1', 9)] }

export const alice = 'alice' as UserId // well-formed, as parseUserId would find
export const bob = 'bob' as UserId // likewise

export const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * Every text that differs from `text` in one character: at each position the neighbor that differs in the
 * last bit only, another character of the alphabet, and a dot.
 */
export function tamperings(text: string): readonly string[] {
  return [...text].flatMap((character, position) => {
    const index = BASE64URL.indexOf(character)
    const others = [BASE64URL.charAt(index ^ 1), BASE64URL.charAt((index + 17) % 64), '.']
    return others
      .filter((other) => other !== character)
      .map((other) => text.slice(0, position) + other + text.slice(position + 1))
  })
}
