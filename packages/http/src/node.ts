import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

/** What a framework may have put on a request: the address before mounting, and a body that it has read. */
interface FrameworkRequest extends IncomingMessage {
  readonly originalUrl?: string
  readonly body?: unknown
}

/** A listener for `node:http`, and a handler for the frameworks that run on it. Never rejects. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * Runs a Fetch handler on `node:http`, Express, Fastify or Koa. A body that a parser such as `express.json()`
 * has read before is used as it was parsed. The handler is run for the path that `request.url` tells and for no other: a
 * `Host` that is more than a host, and a path that leads to another one, are answered with 400.
 *
 * @example
 * ```ts
 * createServer(toNodeListener(http.fetch)).listen(3000)
 * express().use('/auth', toNodeListener(http.fetch)) // with `prefix: '/auth'`
 * ```
 */
export function toNodeListener(handler: (request: Request) => Promise<Response>): NodeListener {
  return async (incoming, outgoing) => {
    try {
      const request = toRequest(incoming, outgoing)
      if (request === null) {
        outgoing.writeHead(400, { 'cache-control': 'no-store', connection: 'close' }).end()
        return
      }
      await write(await handler(request), outgoing)
    } catch {
      // The client has gone, or the handler broke its promise: there is nobody to tell more.
      if (!outgoing.headersSent) outgoing.writeHead(500, { 'cache-control': 'no-store' })
      outgoing.end()
    }
  }
}

/**
 * A Node request as Fetch has it, without its body: what `sessions.read` asks for in a route of your own. Never
 * throws: what cannot be read as a request comes out as one that says nothing, and so belongs to nobody.
 *
 * @example
 * ```ts
 * app.get('/me', async (request, response) => {
 *   const session = await sessions.read(toWebRequest(request))
 * })
 * ```
 */
export function toWebRequest(incoming: IncomingMessage): Request {
  try {
    return new Request(addressOf(incoming), { headers: headersOf(incoming) })
  } catch {
    return new Request('http://localhost/')
  }
}

/** Null where Node takes what the Fetch standard does not, such as TRACE, and for a broken host or a path in disguise. */
function toRequest(incoming: FrameworkRequest, outgoing: ServerResponse): Request | null {
  const { method = 'GET' } = incoming
  const aborting = new AbortController()
  outgoing.once('close', () => aborting.abort())
  try {
    const url = addressOf(incoming)
    if (!isAsAsked(url, incoming)) return null
    const headers = headersOf(incoming)
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const body = hasBody ? bodyOf(incoming, headers) : null
    // `duplex` is the standard's for a body that streams; the types of the DOM lack it.
    return new Request(url, { method, headers, body, signal: aborting.signal, duplex: 'half' } as RequestInit)
  } catch {
    return null
  }
}

/** A host and a port, with nothing in them that ends a host in an address (RFC 3986 §3.2.2). */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d*)?$/i
/** What a request line asks for: a path, or a whole address (RFC 9112 §3.2.1 and §3.2.2). */
const TARGET = /^(?:https?:\/\/([^/?]*))?(.*)$/i
/** A letter, a digit or one of `-._~`, percent-encoded: none needs to be (RFC 3986 §2.3). */
const NEEDLESSLY_ENCODED = /%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/i

/**
 * The address that was asked for, before any mounting.
 *
 * @throws {TypeError} When it is none, or one of somewhere else.
 */
function addressOf(incoming: FrameworkRequest): URL {
  const { authority, target } = targetOf(incoming)
  if (!target.startsWith('/')) throw new TypeError('no path')
  return new URL(`${originOf(incoming, authority)}${target}`)
}

/** The path that was asked for, with its query; and its host, where the request line names one. */
function targetOf({ url, originalUrl = url ?? '/' }: FrameworkRequest) {
  const [, authority, target = ''] = TARGET.exec(originalUrl) ?? []
  return { authority, target: authority === undefined || target.startsWith('/') ? target : `/${target}` }
}

/** Where the request was sent to. Whatever names a host names the same one (RFC 9112 §3.2, RFC 9113 §8.3.1). */
function originOf({ headers, rawHeaders, socket }: IncomingMessage, authority: string | undefined): string {
  const fields = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host')
  if (fields.length > 1) throw new TypeError('two Host fields')
  const scheme = 'encrypted' in socket && socket.encrypted === true ? 'https' : 'http'
  const named = [authority, headers[':authority'], headers.host].flat().filter((host) => host !== undefined)
  if (!named.every((host) => HOST.test(host))) throw new TypeError('a host that is none')
  const [origin = `${scheme}://localhost`, ...others] = named.map(
    (host) => new URL(`${scheme}://${host}`).origin,
  )
  if (others.some((other) => other !== origin)) throw new TypeError('an address of somewhere else')
  return origin
}

/**
 * Whether a path leads nowhere else than it says. A limit in front of the handler has looked at the path as it came; `URL`
 * takes `/x/../login`, and `/login#x`, for `/login`, and the router takes `/%6cogin` for it.
 *
 * @throws {URIError} When the path is broken and was not taken as it is.
 */
function isAsAsked({ pathname }: URL, incoming: FrameworkRequest): boolean {
  const [path = ''] = targetOf(incoming).target.split('?')
  if (NEEDLESSLY_ENCODED.test(path)) return false
  return pathname === path || decodeURI(pathname) === decodeURI(path)
}

/** @throws {TypeError} When a name or a value is none. */
function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (!name.startsWith(':')) headers.append(name, rawHeaders[index + 1] ?? '')
  }
  return headers
}

/** The body as a stream, or anew from what a framework has made of it. */
function bodyOf(incoming: FrameworkRequest, headers: Headers): BodyInit | null {
  const { body } = incoming
  if (body === undefined || !incoming.readableEnded) return Readable.toWeb(incoming) as ReadableStream // one standard, two declarations
  headers.delete('content-length')
  headers.delete('transfer-encoding')
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new Uint8Array(body)
  if (!headers.get('content-type')?.includes('form')) return JSON.stringify(body)
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(body as Record<string, unknown>)) {
    for (const each of [value].flat()) form.append(name, String(each)) // what a form's parser gives: texts and lists
  }
  return form
}

async function write(response: Response, outgoing: ServerResponse): Promise<void> {
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie') outgoing.setHeader(name, value)
  }
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) outgoing.appendHeader('set-cookie', cookies)
  outgoing.statusCode = response.status
  outgoing.end(new Uint8Array(await response.arrayBuffer())) // answers are small
}
