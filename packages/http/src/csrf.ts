import type { Keys } from '@sallyport/core'
import { base64url } from 'jose'
import { deriveRing, equalTexts } from './keys.ts'

/**
 * Tells a user's own request from one that another site has made them send (CWE-352). A double submit: the
 * anchor is a random value that only the browser's cookie and the session hold, the token is its HMAC.
 * The anchor goes on into the session that a login begins, so a token outlives the login, and from then on
 * a cookie that another site has planted counts for nothing.
 */
export interface CsrfTokens {
  /** The token that belongs to an anchor, under the current key. */
  tokenOf(anchor: string): Promise<string>
  /** Whether a token belongs to an anchor, under any key of the ring. */
  matches(token: string, anchor: string): Promise<boolean>
}

const ANCHOR_BYTES = 32 // ASVS 5.0 11.5.1 asks for 128 bits; our choice is twice that
const ANCHOR = /^[A-Za-z0-9_-]{43}$/

/** Draws a new anchor. */
export function drawAnchor(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(ANCHOR_BYTES)))
}

/** Whether a cookie's value has the form of an anchor. */
export function isAnchor(value: string | undefined): value is string {
  return value !== undefined && ANCHOR.test(value)
}

/** Makes and checks tokens under a key ring. */
export function createCsrfTokens(keys: Keys): CsrfTokens {
  const ring = deriveRing(keys, 'http_csrf')
  let macKeys: Promise<readonly CryptoKey[]> | undefined
  const importKeys = async (): Promise<readonly CryptoKey[]> =>
    Promise.all(
      (await ring()).map(({ bytes }) =>
        crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
      ),
    )
  const macs = async (anchor: string): Promise<readonly string[]> => {
    macKeys ??= importKeys()
    const signed = new TextEncoder().encode(anchor)
    const tags = (await macKeys).map((key) => crypto.subtle.sign('HMAC', key, signed))
    return (await Promise.all(tags)).map((tag) => base64url.encode(new Uint8Array(tag)))
  }
  return {
    async tokenOf(anchor) {
      const [current = ''] = await macs(anchor)
      return current
    },
    async matches(token, anchor) {
      return (await macs(anchor)).map((mac) => equalTexts(mac, token)).includes(true)
    },
  }
}

/** Where a request comes from, as far as the browser says. */
export type RequestSource = 'same_origin' | 'foreign' | 'unknown'

/**
 * Reads `Sec-Fetch-Site` and `Origin`, which no page can set. Both must agree where both are there.
 *
 * @param origin - The origin that browsers see; null: it is taken from the request, and behind a proxy that
 *   ends TLS only the host can be compared.
 */
export function sourceOf(request: Request, origin: string | null): RequestSource {
  const site = request.headers.get('sec-fetch-site')
  const from = request.headers.get('origin')
  if (site === null && from === null) return 'unknown'
  if (site !== null && site !== 'same-origin') return site === 'none' && from === null ? 'unknown' : 'foreign'
  return from === null || isOwnOrigin(from, request, origin) ? 'same_origin' : 'foreign'
}

function isOwnOrigin(from: string, request: Request, origin: string | null): boolean {
  if (origin !== null) return from === origin
  return URL.canParse(from) && new URL(from).host === new URL(request.url).host
}
