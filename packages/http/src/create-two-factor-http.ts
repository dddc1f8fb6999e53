import { type EpochMs, StoreError } from '@sallyport/core'
import { Hono } from 'hono'
import { type Answer, fail, isFailure, succeed } from './answer.ts'
import { type Body, readBody } from './body.ts'
import { type Endpoint, type HttpMethod, reading } from './endpoint.ts'
import { endpoints, pathOf } from './endpoints.ts'
import { type Exchange, identify, isOwnDoing, readExchange } from './exchange.ts'
import { type FirstFactorVerdict, isOutdated } from './first-factor.ts'
import { answerLogin } from './login-answers.ts'
import { describeHttp, type OpenApiPart } from './openapi.ts'
import { type Environment, parseOptions, type TwoFactorHttpOptions } from './options.ts'
import { siteOf } from './page-input.ts'
import type { Site } from './pages.ts'
import type { EndpointName } from './paths.ts'
import { fileHeaders, respond, securityHeaders } from './respond.ts'
import { emptyResponse } from './responses.ts'

/** A first factor that the host has proven elsewhere: by OAuth, by a link in a mail. */
export interface ProvenFirstFactor extends Omit<Extract<FirstFactorVerdict, { kind: 'verified' }>, 'kind'> {
  /** Default: now. */
  readonly at?: EpochMs
  readonly remember?: boolean
  /** Where the pages lead the browser when all is done: a path of this origin. Anything else, or nothing, leads home. */
  readonly next?: string
}

/** The HTTP contract. Made by {@link createTwoFactorHttp}. */
export interface TwoFactorHttp {
  /** Answers a request. Needs no `this`; never rejects. */
  readonly fetch: (request: Request) => Promise<Response>
  /**
   * Goes on where a first factor of the host's own ends, such as the return from an OAuth provider. The answer
   * is that of `POST /login`: the pages, where there are any, lead a browser on, and a client that wants JSON says
   * so (`Accept: application/json`); a host without pages takes over the `Set-Cookie` headers. The host has made
   * sure that the request is the user's own doing (OAuth's `state`).
   */
  readonly signIn: (request: Request, proven: ProvenFirstFactor) => Promise<Response>
  /** The OpenAPI 3.1 document, as it is served. Made when it is first asked for. */
  readonly openApi: OpenApiPart
  /** Where everything is, for pages of the host's own that lead here. */
  readonly site: Site
}

/**
 * Puts the HTTP contract together: parses requests, keeps cookies, and puts what core decides into answers.
 *
 * @throws {ConfigError} With what cannot work.
 *
 * @example
 * ```ts
 * const http = createTwoFactorHttp({ twoFactor, findUser, keys, verifyPassword, dummyVerify, prefix: '/auth' })
 * const response = await http.fetch(request)
 * ```
 */
export function createTwoFactorHttp(options: TwoFactorHttpOptions): TwoFactorHttp {
  const env = parseOptions(options)
  let document: OpenApiPart | undefined
  const openApi = () => {
    document ??= describeHttp(env.paths)
    return document
  }
  const app = new Hono()
  for (const [key, endpoint] of Object.entries(endpoints)) {
    const name = key as keyof typeof endpoints // entries loses the keys
    app.all(pathOf(env.paths, name), (c) => answerRequest(env, c.req.raw, name, endpoint, c.req.param()))
  }
  app.get(env.paths.openApi, () =>
    Response.json(openApi(), { headers: { ...securityHeaders, vary: 'Cookie' } }),
  )
  app.all(env.paths.openApi, (c) => answerRequest(env, c.req.raw, 'openApi', { GET: describing }, {}))
  app.onError(lastResort)
  routePages(app, env)
  app.notFound((c) => answerRequest(env, c.req.raw, null, null, {}))
  return {
    fetch: async (request) => app.fetch(request),
    signIn: (request, proven) => signIn(env, request, proven),
    get openApi() {
      return openApi()
    },
    site: siteOf(env),
  }
}

/** What the pages bring of their own: files, which are the same for everyone, and forms. */
function routePages(app: Hono, env: Environment): void {
  const { files = {}, forms = {} } = env.pages ?? {}
  for (const [path, { type, body }] of Object.entries(files)) {
    const headers = { ...securityHeaders, ...fileHeaders, 'content-type': type }
    app.get(env.prefix + path, () => new Response(body, { headers }))
  }
  for (const [path, show] of Object.entries(forms)) {
    const shownBy: Environment = { ...env, pages: { show } }
    app.post(env.prefix + path, (c) => answerRequest(shownBy, c.req.raw, null, { POST: showing }, {}))
  }
}

/** Stands for a form of the pages: what it is answered with is theirs. */
const showing = reading({
  summary: 'A form of the pages.',
  response: emptyResponse,
  failures: [],
  run: async () => succeed({}),
})

/** Stands for the document where another method than GET is told so. */
const describing = reading({
  summary: 'This document.',
  response: emptyResponse,
  failures: [],
  run: async () => succeed({}),
})

async function answerRequest(
  env: Environment,
  request: Request,
  name: EndpointName | null,
  endpoint: Endpoint | null,
  params: Readonly<Record<string, string>>,
): Promise<Response> {
  let exchange = readExchange(env, request, params)
  try {
    if (exchange.wanted === 'nothing') return await respond(env, exchange, name, fail('not_acceptable'))
    // A page shows also there who is logged in, and its form has to have the token of their session.
    if (exchange.wanted === 'page') exchange = await identify(env, exchange)
    if (endpoint === null) return await respond(env, exchange, name, fail('not_found'))
    const notAllowed = () =>
      respond(
        env,
        exchange,
        name,
        fail('method_not_allowed', { headers: { allow: Object.keys(endpoint).join(', ') } }),
      )
    const sent = exchange.method
    if (!Object.hasOwn(endpoint, sent) && !isForForms(endpoint, sent)) return await notAllowed()
    const body = sent === 'GET' ? exchange.body : await readBody(request)
    if (isFailure(body)) return await respond(env, exchange, name, body)
    const method = isForForms(endpoint, sent) ? methodOf(body, sent) : sent
    const operation = Object.hasOwn(endpoint, method) ? endpoint[method as HttpMethod] : undefined // looked up
    if (operation === undefined) return await notAllowed()
    exchange = { ...exchange, body }
    if (exchange.wanted !== 'page') exchange = await identify(env, exchange)
    const mayRun = method === 'GET' || (await isOwnDoing(env, exchange))
    const answer = mayRun ? await operation.run(env, exchange) : fail('csrf')
    return await respond(env, exchange, name, answer)
  } catch (error) {
    return respondToError(env, exchange, name, error)
  }
}

/** Whether a form reaches this endpoint: it can only POST, where the endpoint has a PATCH or a DELETE. */
const isForForms = (endpoint: Endpoint, sent: string): boolean =>
  sent === 'POST' && ('PATCH' in endpoint || 'DELETE' in endpoint)

/** The method that a form stands for, by its field `_method`; as any other POST it has to be the user's own doing. */
function methodOf({ fields, isForm }: Body, sent: string): string {
  const asked = fields['_method']
  return isForm && (asked === 'PATCH' || asked === 'DELETE') ? asked : sent
}

/** What nobody has foreseen: told to the host, and to the client only that it was so. */
async function respondToError(
  env: Environment,
  exchange: Exchange,
  name: EndpointName | null,
  error: unknown,
): Promise<Response> {
  try {
    env.onError(error)
  } catch {
    // An observer that fails changes no answer.
  }
  const answer: Answer = fail(error instanceof StoreError ? 'busy' : 'internal_error')
  const nobodys: Exchange = { ...exchange, signedIn: null }
  try {
    return await respond(env, nobodys, name, answer)
  } catch {
    return respond(env, { ...nobodys, wanted: 'json' }, name, answer) // the pages cannot be shown either
  }
}

/** Where even an answer to an error cannot be made. */
function lastResort(): Response {
  const response = { errors: [], field_errors: {}, reason: 'internal_error' }
  return Response.json({ meta: { code: 500 }, response }, { status: 500, headers: securityHeaders })
}

async function signIn(env: Environment, request: Request, proven: ProvenFirstFactor): Promise<Response> {
  const read = readExchange(env, request, {})
  const exchange: Exchange = {
    ...read,
    method: 'POST',
    wanted: read.wanted === 'page' ? 'page' : 'json',
    body: { fields: { next: proven.next ?? '' }, isForm: false }, // not what the callback's own query says
  }
  try {
    const { userId, amr = [], channel = null, at = exchange.at, remember = false } = proven
    const identified = await identify(env, exchange)
    if (identified.signedIn !== null) {
      // A browser that is logged in goes on; one that is somebody else's is told, on a page of no endpoint.
      const isOwn = identified.signedIn.session.userId === userId
      return await respond(env, identified, isOwn ? 'login' : null, fail('already_signed_in'))
    }
    const user = proven.securityStamp === undefined ? null : await env.findUser(userId)
    if (user !== null && user !== undefined && isOutdated(proven, user)) {
      return await respond(env, identified, 'login', fail('credentials_invalid'))
    }
    const remembered = exchange.cookies[env.cookieNames.validity] ?? null
    const firstFactor = { amr, at, channel }
    const step = await env.twoFactor.login({ userId, firstFactor, remembered, remember })
    return await respond(env, identified, 'login', await answerLogin(env, identified, step))
  } catch (error) {
    return respondToError(env, exchange, 'login', error)
  }
}
