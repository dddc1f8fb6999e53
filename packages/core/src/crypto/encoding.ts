import { decode, encode } from 'jose/base64url'

const encoder = new TextEncoder()

/** The UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text)
}

/** Base64url without padding (RFC 4648 §5). */
export function encodeBase64url(bytes: Uint8Array): string {
  return encode(bytes)
}

/**
 * Decodes base64url, taking one spelling only: no padding, no white space, unused bits zero (RFC 4648 §3.5).
 * Platform decoders forgive all three, so that one value would have many texts.
 *
 * @returns The bytes, or `undefined` when the text is not what {@link encodeBase64url} writes.
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  try {
    const bytes = decode(text)
    return encode(bytes) === text ? bytes : undefined
  } catch {
    return undefined
  }
}

const LENGTH_BYTES = 4

/**
 * Joins texts so that no two lists give the same bytes: each part is preceded by its length (32 bits,
 * big-endian). Without lengths `['ab', 'c']` and `['a', 'bc']` would have one digest.
 */
export function joinParts(...parts: readonly string[]): Uint8Array<ArrayBuffer> {
  const encoded = parts.map(utf8)
  const joined = new Uint8Array(encoded.reduce((size, part) => size + LENGTH_BYTES + part.length, 0))
  const view = new DataView(joined.buffer)
  let offset = 0
  for (const part of encoded) {
    view.setUint32(offset, part.length)
    joined.set(part, offset + LENGTH_BYTES)
    offset += LENGTH_BYTES + part.length
  }
  return joined
}
