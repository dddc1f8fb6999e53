import { describeHttp, type Reason, reasonRules } from '@sallyport/http'
import type { Chance } from '../processes/chance.ts'

/** An answer, as far as a client of these tests looks at it. */
export interface Answer {
  /** Null: the connection broke, or the client did not wait. What was asked for may have been done. */
  readonly status: number | null
  readonly reason: string | null
  readonly response: Readonly<Record<string, unknown>>
}

/** One request, for the report. */
export interface Timing {
  /** Seconds since the run began. */
  readonly atSeconds: number
  readonly ms: number
  readonly status: number | null
}

export interface BrowserOptions {
  readonly urls: readonly string[]
  readonly chance: Chance
  note(timing: Timing): void
  /** Told of every answer that the contract does not know. */
  undocumented(what: string): void
  /** Told of every value that only the browser may hold. */
  keep(secret: string): void
  now(): number
}

interface RequestOptions {
  /** Does not wait for longer. */
  readonly givesUpAfterMs?: number
}

/** A browser: it keeps cookies, and reaches a server by chance each time, as behind a load balancer. */
export interface Browser {
  get(path: string): Promise<Answer>
  post(path: string, body: Readonly<Record<string, unknown>>, options?: RequestOptions): Promise<Answer>
  remove(path: string): Promise<Answer>
  cookie(name: string): string | null
}

/** Stands for the reason of an answer that cannot be read. */
const NO_ENVELOPE = 'not_an_envelope'

const SILENCE: Answer = { status: null, reason: null, response: {} }

/** How often a client tries to reach any server: by tries and not by time, since a machine may be very busy. */
const MAX_TRIES = 600
const RETRY_MS = 100
const TIMEOUT_MS = 20_000

/** The statuses of each operation, by the method and the path of the OpenAPI document. */
const documented = readDocument()

export function openBrowser(options: BrowserOptions): Browser {
  const { urls, chance, note, undocumented, keep, now } = options
  const cookies = new Map<string, string>()

  async function reach(
    method: string,
    path: string,
    body: string | null,
    givesUpAfterMs: number,
  ): Promise<Response | null> {
    for (let tried = 1; ; tried += 1) {
      const url = chance.pick(urls as readonly [string, ...string[]]) // a fleet has servers
      const headers = {
        origin: url,
        accept: 'application/json',
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body === null ? {} : { 'content-type': 'application/json' }),
      }
      try {
        return await fetch(url + path, { method, headers, body, signal: AbortSignal.timeout(givesUpAfterMs) })
      } catch (error) {
        if (!isUnreached(error)) return null
        if (tried === MAX_TRIES) throw new Error('no server can be reached', { cause: error })
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    }
  }

  async function request(
    method: string,
    path: string,
    body: object | null,
    givesUpAfterMs = TIMEOUT_MS,
  ): Promise<Answer> {
    const startedAt = performance.now()
    const atSeconds = now()
    const response = await reach(method, path, body === null ? null : JSON.stringify(body), givesUpAfterMs)
    const text = await response?.text().catch(() => null)
    const isSilent = response === null || typeof text !== 'string'
    note({ atSeconds, ms: performance.now() - startedAt, status: isSilent ? null : response.status })
    if (isSilent) return SILENCE
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0(;|$)/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
      if (value !== '') keep(value)
    }
    const answer = parse(response.status, text)
    for (const fault of contradictions(method, path, answer)) undocumented(fault)
    return answer
  }

  return {
    get: (path) => request('GET', path, null),
    post: (path, body, { givesUpAfterMs } = {}) => request('POST', path, body, givesUpAfterMs),
    remove: (path) => request('DELETE', path, null),
    cookie: (name) => cookies.get(name) ?? null,
  }
}

/** Whether the request surely reached no server. */
function isUnreached(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}

function parse(status: number, text: string): Answer {
  try {
    const { response } = JSON.parse(text) as { response: Answer['response'] } // held to the contract below
    const { reason = null } = response
    return { status, reason: typeof reason === 'string' ? reason : null, response }
  } catch {
    return { status, reason: NO_ENVELOPE, response: {} }
  }
}

/** What an answer has against the contract: a status that the operation does not have, or another than its reason's. */
export function contradictions(method: string, path: string, { status, reason }: Answer): readonly string[] {
  const template = path
    .replace(/^\/tf-setup\/.+/, '/tf-setup/{token}')
    .replace(/^\/tf-devices\/.+/, '/tf-devices/{id}')
    .replace(/^\/tf-enrollments\/.+/, '/tf-enrollments/{id}')
  const operation = `${method} ${template}`
  const faults: string[] = []
  if (!documented.get(operation)?.has(String(status)))
    faults.push(`${operation} is answered with the status ${status}, which is not documented`)
  const isKnown = reason !== null && Object.hasOwn(reasonRules, reason)
  if (status !== 200 && (!isKnown || reasonRules[reason as Reason].status !== status))
    faults.push(`${operation} is answered with ${status} for the reason ${reason}`)
  if (reason === NO_ENVELOPE) faults.push(`${operation} is answered with what is no envelope`)
  if (reason === 'internal_error') faults.push(`${operation} is answered with internal_error`)
  return faults
}

function readDocument(): ReadonlyMap<string, ReadonlySet<string>> {
  const { paths } = describeHttp() as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object }>>>>
  } // the document's own shape
  return new Map(
    Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, { responses }]) =>
          [`${method.toUpperCase()} ${path}`, new Set(Object.keys(responses))] as const,
      ),
    ),
  )
}
