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
  /** Goes on from an anchor that was kept; where there is none of an anchor's form, a new one is drawn. */
  resume(kept: string | null | undefined): Csrf
}

/** What one exchange's token hangs on. The token is derived when it is first asked for, and once. */
export interface Csrf {
  readonly anchor: string
  readonly isNew: boolean
  /** The token that belongs to the anchor, under the current key. */
  token(): Promise<string>
  /** Whether a token belongs to the anchor, under any key of the ring. */
  matches(token: string): Promise<boolean>
}

const ANCHOR_BYTES = 32 // ASVS 5.0 11.5.1 asks for 128 bits; our choice is twice that
const ANCHOR = /^[A-Za-z0-9_-]{43}$/

function drawAnchor(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(ANCHOR_BYTES)))
}

/** Whether what a cookie or a session keeps has the form of an anchor. */
export function isAnchor(kept: string | null | undefined): kept is string {
  return typeof kept === 'string' && ANCHOR.test(kept)
}

/** Makes and checks tokens under a key ring. */
export function createCsrfTokens(keys: Keys): CsrfTokens {
  const ring = deriveRing(keys, 'http_csrf')
  const importKeys = async (): Promise<readonly [CryptoKey, ...CryptoKey[]]> => {
    const [current, ...older] = await ring()
    return [
      await importKey(current.bytes),
      ...(await Promise.all(older.map(({ bytes }) => importKey(bytes)))),
    ]
  }
  let imported: ReturnType<typeof importKeys> | undefined
  const macKeys = () => {
    imported ??= importKeys()
    return imported
  }
  return {
    resume(kept) {
      const isNew = !isAnchor(kept)
      const anchor = isNew ? drawAnchor() : kept
      let derived: Promise<string> | undefined
      const token = () => {
        derived ??= macKeys().then(([current]) => macOf(anchor, current))
        return derived
      }
      return {
        anchor,
        isNew,
        token,
        async matches(sent) {
          const [, ...older] = await macKeys()
          const macs = await Promise.all([token(), ...older.map((key) => macOf(anchor, key))])
          return macs.map((mac) => equalTexts(mac, sent)).includes(true)
        },
      }
    },
  }
}

const importKey = (bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])

async function macOf(anchor: string, key: CryptoKey): Promise<string> {
  const tag = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(anchor))
  return base64url.encode(new Uint8Array(tag))
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
