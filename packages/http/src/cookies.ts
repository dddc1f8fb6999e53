import { parse, serialize } from 'hono/utils/cookie'

/** How a cookie goes out. Each is for the whole host and hidden from scripts, unless said otherwise. */
export interface CookieOptions {
  readonly sameSite: 'Strict' | 'Lax' | 'None'
  /** Seconds; absent: until the browser is closed; 0: gone now. */
  readonly maxAgeSeconds?: number
  readonly isReadable?: boolean
}

/** The loopback (RFC 6761 §6.3, RFC 5735): `http` to it never leaves the machine. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/

/**
 * Whether cookies for this address must be marked Secure: always, save on plain http to the loopback, where
 * some browsers would not keep them.
 */
export function needsSecureCookies({ protocol, hostname }: URL): boolean {
  return protocol !== 'http:' || !LOOPBACK.test(hostname)
}

/** Reads the cookies of a request. Of two of one name the first counts: the one with the longer path. */
export function readCookies(request: Request): Readonly<Record<string, string>> {
  return parse(request.headers.get('cookie') ?? '')
}

/** Names that browsers take from Secure cookies only (RFC 6265bis §4.1.3). */
const SECURE_NAME = /^__(host|secure)-/i

/** Writes a `Set-Cookie`. */
export function writeCookie(name: string, value: string, url: URL, options: CookieOptions): string {
  const { sameSite, maxAgeSeconds, isReadable = false } = options
  return serialize(name, value, {
    path: '/',
    httpOnly: !isReadable,
    secure: needsSecureCookies(url) || SECURE_NAME.test(name),
    sameSite,
    ...(maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds }),
  })
}
