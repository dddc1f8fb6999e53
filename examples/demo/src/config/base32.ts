/** RFC 4648 §6. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const BITS_PER_CHARACTER = 5
/** RFC 4226 §4 R6: 128 bits at least. */
const MIN_CHARACTERS = 26

const normalize = (text: string): string => text.replace(/[\s=-]/g, '').toUpperCase()

/** Whether the text is a secret as authenticator apps show it: base32, however grouped. */
export function isBase32Secret(text: string): boolean {
  const characters = normalize(text)
  return characters.length >= MIN_CHARACTERS && /^[A-Z2-7]+$/.test(characters)
}

/** Decodes what {@link isBase32Secret} holds for. */
export function decodeBase32(text: string): Uint8Array {
  const bits = [...normalize(text)]
    .map((character) => ALPHABET.indexOf(character).toString(2).padStart(BITS_PER_CHARACTER, '0'))
    .join('')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
}
