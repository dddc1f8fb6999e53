import { createHash } from 'node:crypto'
import type { Random } from '@sallyport/core'

const BLOCK_BYTES = 32

/**
 * Predictable bytes for tests: the same seed gives the same bytes, on every machine and in every release.
 * Whoever knows the seed knows every secret that comes of it: NEVER use it outside of tests.
 *
 * The stream is SHA-256 in counter mode: the blocks `SHA-256(seed ‖ ":" ‖ n)` for n = 0, 1, 2, … with the
 * seed and n in decimal and UTF-8. A call takes the next bytes of the stream, none twice.
 */
export function seededRandom(seed: number | string): Random {
  let counter = 0
  let left = new Uint8Array()

  return {
    bytes(length) {
      while (left.length < length) {
        const block = createHash('sha256').update(`${seed}:${counter++}`).digest()
        const grown = new Uint8Array(left.length + BLOCK_BYTES)
        grown.set(left)
        grown.set(block, left.length)
        left = grown
      }
      const taken = left.slice(0, length)
      left = left.slice(length)
      return taken
    },
  }
}
