/** The lengths of a one-time code: six at least (RFC 4226 §4 R4), eight at most for people to type. */
export type CodeDigits = 6 | 7 | 8

/** The longest proof that is looked at. Our choice: a recovery code, the longest there is, and room to spare. */
export const MAX_PROOF_LENGTH = 64

const SEPARATORS = /[\s\p{Dash_Punctuation}]/gu

/** Removes the spaces and dashes that people put into codes; gives `undefined` for a text that is too long. */
export function removeSeparators(text: string): string | undefined {
  return text.length > MAX_PROOF_LENGTH ? undefined : text.replace(SEPARATORS, '')
}

/**
 * Reads a one-time code as a user typed it.
 *
 * @returns The code, or `undefined` when it is not exactly `digits` ASCII digits, spaces and dashes aside.
 */
export function normalizeCode(proof: string, digits: CodeDigits): string | undefined {
  const code = removeSeparators(proof)
  return code?.length === digits && /^[0-9]+$/.test(code) ? code : undefined
}

/**
 * Compares two codes in a time that depends on their length alone, never on where they differ (ASVS 5.0
 * 11.2.4, CWE-208).
 */
export function equalCodes(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let index = 0; index < a.length; index++) difference |= a.charCodeAt(index) ^ b.charCodeAt(index)
  return difference === 0
}
