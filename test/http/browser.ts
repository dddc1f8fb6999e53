import { AssertionError } from 'node:assert'
import { endpoints, pathOf } from '../../packages/http/src/endpoints.ts'
import { defaultPaths } from '../../packages/http/src/paths.ts'
import { csrfTokenField } from '../../packages/http/src/responses.ts'

/** An answer, opened. */
interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly code: unknown
  readonly response: Readonly<Record<string, unknown>>
}

export interface BrowserOptions {
  /** Sends no cookies and keeps none. */
  readonly isCookieless?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

type Body = Readonly<Record<string, unknown>>

/** A client that keeps cookies, and sends the last CSRF token that it was told. */
export interface Browser {
  readonly cookies: Map<string, string>
  /** The last CSRF token. */
  csrf: string | null
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Reply>
  post(path: string, body?: Body, headers?: Readonly<Record<string, string>>): Promise<Reply>
  delete(path: string): Promise<Reply>
  send(path: string, init: RequestInit): Promise<Reply>
}

export function openBrowser(
  fetch: (request: Request) => Promise<Response>,
  origin: string,
  { isCookieless = false, headers: always = {} }: BrowserOptions,
): Browser {
  const cookies = new Map<string, string>()
  const browser: Browser = {
    cookies,
    csrf: null,
    get: (path, headers = {}) => browser.send(path, { headers }),
    post(path, body = {}, headers = {}) {
      const proof = browser.csrf === null ? {} : { 'x-csrf-token': browser.csrf }
      const sent = { 'content-type': 'application/json', ...proof, ...headers }
      return browser.send(path, { method: 'POST', body: JSON.stringify(body), headers: sent })
    },
    delete: (path) =>
      browser.send(path, { method: 'DELETE', headers: { 'x-csrf-token': browser.csrf ?? '' } }),
    async send(path, init) {
      const headers = new Headers({ accept: 'application/json', ...always })
      if (!isCookieless && cookies.size > 0) {
        headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
      }
      for (const [name, value] of new Headers(init.headers)) headers.set(name, value)
      const response = await fetch(new Request(`${origin}${path}`, { ...init, headers }))
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
        if (/max-age=0(;|$)/i.test(cookie)) cookies.delete(name)
        else cookies.set(name, value)
      }
      const reply = await open(response)
      const token = reply.response['csrf_token']
      if (!isCookieless && typeof token === 'string') browser.csrf = token
      checkDocumented(path, init.method ?? 'GET', reply)
      return reply
    },
  }
  return browser
}

type Envelope = { readonly meta: { readonly code: number }; readonly response: Reply['response'] }

/** Reads an envelope; an answer that is none fails the test. */
async function open(response: Response): Promise<Reply> {
  const { status, headers } = response
  const text = await response.text()
  if (text === '' || !headers.get('content-type')?.startsWith('application/json')) {
    return { status, headers, text, code: null, response: {} }
  }
  const parsed = JSON.parse(text) as Partial<Envelope> // checked below
  if ('openapi' in parsed) return { status, headers, text, code: null, response: {} }
  const { meta, response: fields } = parsed
  if (meta?.code !== status || typeof fields !== 'object') {
    throw new AssertionError({ message: `no envelope of a ${status}: ${text}` })
  }
  return { status, headers, text, code: meta.code, response: fields }
}

const documented = Object.entries(endpoints).map(([name, endpoint]) => ({
  pattern: new RegExp(`^${pathOf(defaultPaths, name as keyof typeof endpoints).replace(/:\w+/, '[^/]+')}$`), // entries loses the keys
  endpoint,
}))

/** Every success is one that the OpenAPI document describes, field by field. */
function checkDocumented(path: string, method: string, { status, response }: Reply): void {
  const pathname = path.split('?')[0] ?? ''
  const found = documented.find(({ pattern }) => pattern.test(pathname))
  const operation = found?.endpoint[method as 'GET']
  if (operation === undefined || status !== 200) return
  const checked = operation.response.extend({ csrf_token: csrfTokenField }).strict().safeParse(response)
  if (!checked.success) {
    throw new AssertionError({ message: `${method} ${path} is not as documented: ${checked.error.message}` })
  }
}
