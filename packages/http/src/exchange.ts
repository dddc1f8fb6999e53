import type { EpochMs, User } from '@sallyport/core'
import type { Body } from './body.ts'
import { readCookies } from './cookies.ts'
import { type Csrf, isAnchor, sourceOf } from './csrf.ts'
import { type Wanted, wantedBy } from './negotiate.ts'
import type { Environment } from './options.ts'
import { foundUsers, type Session } from './sessions/session.ts'

/** A session, and its user. */
export interface SignedIn {
  readonly session: Session
  readonly user: User
}

/** One request, as the endpoints see it. */
export interface Exchange {
  readonly request: Request
  /** What is asked of the endpoint; HEAD asks for what GET does. */
  readonly method: string
  /** The address that the browser sees: behind a proxy, that of the option `origin`. */
  readonly url: URL
  readonly at: EpochMs
  readonly wanted: Wanted
  readonly params: Readonly<Record<string, string>>
  readonly cookies: Readonly<Record<string, string>>
  readonly body: Body
  readonly signedIn: SignedIn | null
  /** Whether the session came as a bearer token. */
  readonly isBearer: boolean
  /** The token of the pending flow, from the header or the cookie; not known to be genuine. */
  readonly flow: string | null
  readonly csrf: Csrf
}

/** What a request says by itself: nobody has been asked anything yet. */
export function readExchange(
  env: Environment,
  request: Request,
  params: Readonly<Record<string, string>>,
): Exchange {
  const { pathname, search, origin } = new URL(request.url)
  const cookies = readCookies(request)
  const url = new URL(`${env.origin ?? origin}${pathname}${search}`)
  return {
    request,
    method: request.method === 'HEAD' ? 'GET' : request.method,
    url,
    at: env.clock.now(),
    wanted: wantedBy(request, env.pages !== null),
    params,
    cookies,
    body: { fields: {}, isForm: false },
    signedIn: null,
    isBearer: env.bearer !== null && env.bearer.find(request) !== null,
    flow: request.headers.get('x-tf-flow') ?? cookies[env.cookieNames.flow] ?? null,
    csrf: env.csrfTokens.resume(cookies[env.csrfCookieAt(url)]),
  }
}

/** Adds whose request it is. The anchor that a session keeps goes before the one in a cookie. */
export async function identify(env: Environment, exchange: Exchange): Promise<Exchange> {
  const { request, isBearer } = exchange
  const session = isBearer ? await env.bearer?.read(request) : await env.sessions.read(request)
  if (session === null || session === undefined) return exchange
  const user = foundUsers.get(session) ?? (await env.findUser(session.userId))
  if (user === null || user === undefined || !user.active) return exchange
  const csrf = isAnchor(session.csrf) ? env.csrfTokens.resume(session.csrf) : exchange.csrf
  return { ...exchange, signedIn: { session, user }, csrf }
}

/** Whether a request that changes something is the user's own doing (CWE-352). */
export async function isOwnDoing(env: Environment, exchange: Exchange): Promise<boolean> {
  const { request, url, cookies, body, csrf, signedIn, isBearer } = exchange
  const source = sourceOf(request, env.origin)
  if (source === 'same_origin') return true
  const { flow, validity } = env.cookieNames
  const ours = [flow, validity, env.csrfCookieAt(url), env.sessions.cookieName]
  // A session that came without a bearer token came by itself, whatever the host calls its cookie.
  const isBySession = signedIn !== null && !isBearer
  const hasCookies = isBySession || ours.some((name) => name !== undefined && name in cookies)
  if (!body.isForm && !hasCookies && source === 'unknown') return true
  const sent = [body.fields['csrf_token'], ...env.csrfHeaders.map((name) => request.headers.get(name))]
  const token = sent.find((value) => typeof value === 'string')
  return token !== undefined && token !== null && csrf.matches(String(token))
}
