import type { SmsMessage } from '@sallyport/core'
import type { Twilio } from './twilio-options.ts'

/** What one request to Twilio came to. */
export type Attempt =
  | { readonly kind: 'accepted' }
  /** Twilio said no, or the request never reached it. `retryAfterMs`: the same request may do better later. */
  | { readonly kind: 'not_sent'; readonly why: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'unknown'; readonly why: string }

/** Our choice: Twilio asks for "a short period" without saying how long. */
const PAUSE_MS = 500

/** Failures of a connection that was never made: not a byte of the request had left (getaddrinfo, connect(2), undici). */
const neverConnected: readonly string[] = [
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]

/** Sends one request, and says what it came to in words that hold neither a number nor a text. */
export async function attemptSend(
  twilio: Twilio,
  message: SmsMessage,
  signal: AbortSignal,
): Promise<Attempt> {
  const { fetch, messagesUrl, authorization, origin } = twilio
  let response: Response
  let body: unknown
  try {
    response = await fetch(messagesUrl, {
      method: 'POST',
      headers: { Authorization: authorization, Accept: 'application/json' },
      body: new URLSearchParams({ To: message.to, ...origin, Body: message.text }),
      redirect: 'manual', // a redirect could take the password elsewhere
      signal,
    })
    body = await readJson(response)
  } catch (error) {
    const code = codeOf(error)
    if (code !== undefined && neverConnected.includes(code))
      return { kind: 'not_sent', why: `no connection to Twilio (${code})`, retryAfterMs: 0 }
    const why = signal.aborted ? 'no answer from Twilio in time' : 'the connection to Twilio broke'
    return { kind: 'unknown', why }
  }
  return judge(response, body)
}

function judge({ status, headers }: Response, body: unknown): Attempt {
  const code = numberAt(body, 'code')
  const why = `Twilio answered ${status}${code === undefined ? '' : ` with its error ${code}`}`
  if (status >= 400 && status < 500)
    return { kind: 'not_sent', why, retryAfterMs: status === 429 ? pauseOf(headers) : null }
  // Anybody on the way can say 200: only Twilio names a message.
  if (status >= 200 && status < 300 && isNamed(body)) return { kind: 'accepted' }
  return { kind: 'unknown', why }
}

/** What is no JSON counts as nothing; a body that breaks off is the connection's failure. */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const numberAt = (body: unknown, key: string): number | undefined => {
  const value = isObject(body) ? body[key] : undefined
  return Number.isInteger(value) ? Number(value) : undefined
}

const isNamed = (body: unknown): boolean =>
  isObject(body) && /^(?:SM|MM)[0-9a-f]{32}$/i.test(String(body['sid']))

/** RFC 9110 §10.2.3, in seconds; a date is not worth a clock. */
function pauseOf(headers: Headers): number {
  const seconds = headers.get('retry-after') ?? ''
  return /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : PAUSE_MS
}

/** A system error's code: `fetch` puts the error itself into the cause of its own. */
function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined
  const code = isObject(cause) ? cause['code'] : undefined
  return typeof code === 'string' ? code : undefined
}
