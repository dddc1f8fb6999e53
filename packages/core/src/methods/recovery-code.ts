import { InputError } from '../errors.ts'
import { removeSeparators } from './one-time-code.ts'

/** How many codes a set has. Our choice: one can be used now and then, and the set still fits a note. */
export const RECOVERY_CODE_COUNT = 10
/**
 * The length of a code: 120 bits, which make 24 whole characters, above the 112 that let a plain hash be
 * stored (NIST SP 800-63B-4 §3.1.2.2, ASVS 5.0 6.5.2).
 */
export const RECOVERY_CODE_BYTES = 15

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ' // Crockford's base32: no I, L, O or U
const BITS_PER_CHARACTER = 5
const CODE_LENGTH = (RECOVERY_CODE_BYTES * 8) / BITS_PER_CHARACTER
const CODE = /^[0-9A-HJKMNP-TV-Z]+$/

function encodeCrockford(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let pending = 0
  for (const byte of bytes) {
    pending = (pending << 8) | byte
    bits += 8
    while (bits >= BITS_PER_CHARACTER) {
      bits -= BITS_PER_CHARACTER
      text += ALPHABET.charAt(pending >>> bits)
      pending &= (1 << bits) - 1
    }
  }
  return text
}

/**
 * Draws a set of recovery codes, grouped for reading: `9ZX4-…`. Each is its own 120 random bits, exactly.
 *
 * @param random - {@link RECOVERY_CODE_BYTES} fresh bytes from the CSPRNG for each code.
 * @throws {InputError} `input_invalid` when there are fewer.
 */
export function drawRecoveryCodes(
  random: Uint8Array,
  count: number = RECOVERY_CODE_COUNT,
): readonly string[] {
  const needed = count * RECOVERY_CODE_BYTES
  if (random.length < needed) {
    throw new InputError('input_invalid', 'random', `must have at least ${needed} bytes`)
  }
  return Array.from({ length: count }, (_, index) => {
    const bytes = random.subarray(index * RECOVERY_CODE_BYTES, (index + 1) * RECOVERY_CODE_BYTES)
    return encodeCrockford(bytes).replace(/.{4}(?=.)/g, '$&-')
  })
}

/**
 * Reads a recovery code as a user typed it: case, spaces and dashes do not matter, O is read as 0, I and L
 * as 1 (Crockford). What comes out is what its digest is made of.
 *
 * @returns The code's 24 characters, or `undefined` when it cannot be a recovery code.
 */
export function normalizeRecoveryCode(text: string): string | undefined {
  const typed = removeSeparators(text)
  // Before upper case, which makes these letters of some of other scripts.
  if (typed === undefined || !/^[0-9A-Za-z]+$/.test(typed)) return undefined
  const code = typed.toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1')
  return code.length === CODE_LENGTH && CODE.test(code) ? code : undefined
}
