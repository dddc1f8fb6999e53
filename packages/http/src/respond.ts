import type { Answer } from './answer.ts'
import { type CookieOptions, writeCookie } from './cookies.ts'
import { type Envelope, wordAnswer } from './envelope.ts'
import type { Exchange } from './exchange.ts'
import type { Environment } from './options.ts'
import { toPageInput } from './page-input.ts'
import type { EndpointName } from './paths.ts'

/** On everything that is answered here: not kept, not framed, not guessed at, and no address leaks on. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
}
/** On a file of the pages, whose path changes with what is in it. */
export const fileHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'public, max-age=31536000, immutable',
}
/** JSON is never a page, whatever a browser makes of it. */
const JSON_POLICY = "default-src 'none'; frame-ancestors 'none'"

/** Puts an answer into a response: words, cookies, headers. */
export async function respond(
  env: Environment,
  exchange: Exchange,
  endpoint: EndpointName | null,
  answer: Answer,
): Promise<Response> {
  // What CSRF tokens hang on goes into the session that a login begins, and ends with it.
  const csrf = answer.session === null ? env.csrfTokens.resume(null) : exchange.csrf
  const csrfToken = await csrf.token()
  const { envelope, retryAfterSeconds } = wordAnswer(env.catalog, answer, exchange.at, csrfToken)
  const cookies = await writeCookies(env, { ...exchange, csrf }, answer, csrfToken)
  const response = await render(env, exchange, endpoint, answer, envelope)
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries({ ...securityHeaders, ...answer.headers }))
    headers.set(name, value)
  headers.append('vary', 'Cookie')
  if (response.status === 401) headers.set('www-authenticate', challengeOf(env, answer))
  if (retryAfterSeconds !== null) headers.set('retry-after', String(retryAfterSeconds))
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  const body = exchange.request.method === 'HEAD' ? null : response.body
  return new Response(body, { status: response.status, headers })
}

/** What a 401 has to ask for (RFC 9110 §11.6.1): a login, or for a session that is stale a step-up (RFC 9470 §3). */
function challengeOf({ twoFactor }: Environment, answer: Answer): string {
  if (answer.kind === 'success' || answer.reason !== 'reauth_required') return 'Bearer'
  return `Bearer error="insufficient_user_authentication", max_age="${twoFactor.policy.freshnessSeconds}"`
}

async function render(
  env: Environment,
  exchange: Exchange,
  endpoint: EndpointName | null,
  answer: Answer,
  envelope: Envelope,
): Promise<Response> {
  if (exchange.wanted === 'page' && env.pages !== null) {
    return env.pages.show(toPageInput(env, exchange, endpoint, answer, envelope))
  }
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-security-policy': JSON_POLICY,
  }
  return new Response(JSON.stringify(envelope), { status: envelope.meta.code, headers })
}

async function writeCookies(
  env: Environment,
  exchange: Exchange,
  answer: Answer,
  csrfToken: string,
): Promise<readonly string[]> {
  const { request, url, at, csrf } = exchange
  const { flow, session, remembered } = answer
  const { cookieNames } = env
  const cookies: string[] = []
  const set = (name: string, value: string, options: CookieOptions) =>
    cookies.push(writeCookie(name, value, url, options))
  if (flow) {
    set(cookieNames.flow, flow, { sameSite: 'Lax' })
  } else if (flow === null && cookieNames.flow in exchange.cookies) {
    set(cookieNames.flow, '', { sameSite: 'Lax', maxAgeSeconds: 0 })
  }
  if (remembered) {
    const maxAgeSeconds = Math.max(0, Math.floor((remembered.expiresAt - at) / 1000))
    set(cookieNames.validity, remembered.token, { sameSite: env.validitySameSite, maxAgeSeconds })
  } else if (remembered === null && cookieNames.validity in exchange.cookies) {
    set(cookieNames.validity, '', { sameSite: env.validitySameSite, maxAgeSeconds: 0 })
  }
  if (session) {
    if (!exchange.isBearer) cookies.push(...((await env.sessions.create(session, request)).cookies ?? []))
  } else if (session === null) {
    await env.bearer?.revoke(request)
    cookies.push(...((await env.sessions.destroy(request)).cookies ?? []))
  }
  if (csrf.isNew) set(env.csrfCookieAt(url), csrf.anchor, { sameSite: 'Lax' })
  if (env.csrfCookieName !== null) set(env.csrfCookieName, csrfToken, { sameSite: 'Lax', isReadable: true })
  return cookies
}
