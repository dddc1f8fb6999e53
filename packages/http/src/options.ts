import { type Clock, ConfigError, type Keys, systemClock, type TwoFactor, type User } from '@sallyport/core'
import { needsSecureCookies } from './cookies.ts'
import { type CsrfTokens, createCsrfTokens } from './csrf.ts'
import type { FirstFactor } from './first-factor.ts'
import { type HttpCatalog, parseHttpCatalog } from './messages.ts'
import type { Pages } from './pages.ts'
import { type Paths, resolvePaths } from './paths.ts'
import type { BearerTokens } from './sessions/bearer.ts'
import { sealedSessions } from './sessions/sealed-cookie.ts'
import type { FindUser, Sessions } from './sessions/session.ts'

/** The names of the cookies. */
export interface CookieNames {
  /** The pending flow. Default `tf_flow`. */
  readonly flow: string
  /** The remembered browser. Default `tf_validity`. */
  readonly validity: string
  /**
   * What CSRF tokens hang on until there is a session. Default `__Host-tf_csrf`, which no other subdomain can plant
   * (RFC 6265bis §4.1.3.2); on plain http to the loopback, where browsers take no such name, `tf_csrf`.
   */
  readonly csrf: string
}

/** How requests are told from forged ones. */
export interface CsrfOptions {
  /** The headers that a token may come in. Default `X-CSRF-Token` alone. */
  readonly headers?: readonly string[]
  /** A cookie, readable by scripts, that the token is put into as well. Default: none. */
  readonly cookieName?: string | null
}

/** What a host gives to {@link createTwoFactorHttp}. */
export interface TwoFactorHttpOptions extends FirstFactor {
  readonly twoFactor: TwoFactor
  /** The same as core's. */
  readonly findUser: FindUser
  /** The same as core's: the keys of this package are derived from it. */
  readonly keys: Keys
  /** Default {@link sealedSessions}. */
  readonly sessions?: Sessions
  /** Tokens for clients without cookies; see {@link bearerTokens}. Default: none. */
  readonly bearer?: BearerTokens
  /** What clients are told of a user. Default: `id`, `username` (the label) and `email`. */
  readonly toUserView?: (user: User) => Readonly<Record<string, unknown>>
  /** How users may name themselves, the first being the one a form asks for. Default `email` and `username`. */
  readonly identityAttributes?: readonly string[]
  /** How a user who is logged in is named to `verifyPassword`. Default: by mail address, else by label. */
  readonly identityOf?: (user: User) => string
  /** What every path begins with, such as `/auth`. Default: nothing. */
  readonly prefix?: string
  readonly paths?: Partial<Paths>
  readonly cookieNames?: Partial<CookieNames>
  /** Default `Strict`: not sent after a cross-site return, such as that from an OAuth provider. */
  readonly validitySameSite?: 'Strict' | 'Lax'
  /** The origin that browsers see, such as `https://acme.test`. Needed behind a proxy that ends TLS. */
  readonly origin?: string
  readonly csrf?: CsrfOptions
  /** Texts in place of the English ones. */
  readonly messages?: Partial<HttpCatalog>
  /** Answers clients that want no JSON. Default: they get 406. */
  readonly pages?: Pages
  /** Is told of what is answered with 500 or 503 only: a broken store, a lost key, an error of the host's own. */
  readonly onError?: (error: unknown) => void
  readonly clock?: Clock
}

/** The options after parsing: what every request is answered with. */
export interface Environment extends FirstFactor {
  readonly twoFactor: TwoFactor
  readonly findUser: FindUser
  readonly sessions: Sessions
  readonly bearer: BearerTokens | null
  readonly toUserView: (user: User) => Readonly<Record<string, unknown>>
  readonly identityAttributes: readonly string[]
  readonly identityOf: (user: User) => string
  readonly prefix: string
  readonly paths: Paths
  readonly cookieNames: Pick<CookieNames, 'flow' | 'validity'>
  /** The name of the cookie for CSRF, at the address that the browser sees. */
  readonly csrfCookieAt: (url: URL) => string
  readonly validitySameSite: 'Strict' | 'Lax'
  readonly origin: string | null
  readonly csrfTokens: CsrfTokens
  readonly csrfHeaders: readonly string[]
  readonly csrfCookieName: string | null
  readonly catalog: HttpCatalog
  readonly pages: Pages | null
  readonly onError: (error: unknown) => void
  readonly clock: Clock
}

const COOKIE_NAME = /^[\w!#$%&'*.^`|~+-]+$/ // RFC 6265 §4.1.1

/**
 * Parses a host's options.
 *
 * @throws {ConfigError} With what cannot work.
 */
export function parseOptions(options: TwoFactorHttpOptions): Environment {
  const { origin, keys, findUser, clock = systemClock, csrf = {} } = options
  const faults = []
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).origin !== origin)) {
    faults.push({ field: 'origin', message: 'must be an origin, such as https://acme.test' })
  }
  const cookieNames = { flow: 'tf_flow', validity: 'tf_validity', csrf: 'tf_csrf', ...options.cookieNames }
  for (const [name, cookie] of Object.entries(cookieNames)) {
    if (!COOKIE_NAME.test(cookie))
      faults.push({ field: `cookieNames.${name}`, message: 'must be a cookie’s name' })
  }
  if (new Set(Object.values(cookieNames)).size < 3)
    faults.push({ field: 'cookieNames', message: 'must differ' })
  if (faults.length > 0) throw new ConfigError(faults)
  const located = origin === undefined ? {} : { origin }
  return {
    twoFactor: options.twoFactor,
    findUser,
    verifyPassword: options.verifyPassword,
    dummyVerify: options.dummyVerify,
    ...(options.verifyPasscode === undefined ? {} : { verifyPasscode: options.verifyPasscode }),
    sessions: options.sessions ?? sealedSessions({ keys, findUser, clock, ...located }),
    bearer: options.bearer ?? null,
    toUserView: options.toUserView ?? defaultUserView,
    identityAttributes: options.identityAttributes ?? ['email', 'username'],
    identityOf: options.identityOf ?? (({ email, label }) => email ?? label),
    prefix: options.prefix ?? '',
    paths: resolvePaths(options.prefix ?? '', options.paths),
    cookieNames,
    csrfCookieAt: (url) =>
      options.cookieNames?.csrf ?? (needsSecureCookies(url) ? '__Host-tf_csrf' : 'tf_csrf'),
    validitySameSite: options.validitySameSite ?? 'Strict',
    origin: origin ?? null,
    csrfTokens: createCsrfTokens(keys),
    csrfHeaders: csrf.headers ?? ['X-CSRF-Token'],
    csrfCookieName: csrf.cookieName ?? null,
    catalog: parseHttpCatalog(options.messages),
    pages: options.pages ?? null,
    onError: options.onError ?? (() => undefined),
    clock,
  }
}

function defaultUserView({ id, label, email = null }: User): Readonly<Record<string, unknown>> {
  return { id, username: label, email }
}
