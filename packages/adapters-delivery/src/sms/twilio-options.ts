import { ConfigError, type ConfigFault } from '@sallyport/core'
import { timeoutFaults } from '../timeout.ts'

/** What is used of the platform's `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

interface TwilioAccount {
  /** The account, `AC…`. */
  readonly accountSid: string | undefined
  /** The account's secret. */
  readonly authToken: string | undefined
  /** Where the API is. Default `https://api.twilio.com`; a region has one of its own. HTTP only on the loopback. */
  readonly baseUrl?: string
  /** How long one text may take in all, a second try included, in milliseconds. Default 9,000: core waits 10,000. */
  readonly timeoutMs?: number
  /** Default the platform's. */
  readonly fetch?: Fetch
}

/** Who the texts come from: exactly one of the two. */
type TwilioOrigin =
  | {
      /** A number in E.164, a short code, or an alphanumeric sender of up to 11 characters. */
      readonly from: string | undefined
      readonly messagingServiceSid?: never
    }
  | {
      /** A messaging service, `MG…`, which picks the number. */
      readonly messagingServiceSid: string | undefined
      readonly from?: never
    }

export type TwilioSmsOptions = TwilioAccount & TwilioOrigin

/** Options that were looked at. */
export interface Twilio {
  readonly messagesUrl: string
  readonly authorization: string
  /** The field of the form that says who it comes from. */
  readonly origin: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly fetch: Fetch
}

/** Our choice: an answer of our own, and what it says, comes before core stops waiting for one. */
const TIMEOUT_MS = 9_000

const ACCOUNT_SID = /^AC[0-9a-f]{32}$/i
const SERVICE_SID = /^MG[0-9a-f]{32}$/i
const AUTH_TOKEN = /^[\x21-\x7E]+$/
/** E.164, a short code, or letters, digits and what Twilio takes between them, with one letter at least. */
const ORIGIN = /^(?:\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 _&+-]{1,11})$/

const matches = (value: unknown, pattern: RegExp): value is string =>
  typeof value === 'string' && pattern.test(value)

/**
 * Looks at the options.
 *
 * @throws {ConfigError} `config_invalid`, with all that is wrong, and no value.
 */
export function parseTwilioOptions(options: TwilioSmsOptions): Twilio {
  const { accountSid, authToken, from, messagingServiceSid, timeoutMs = TIMEOUT_MS } = options
  const { baseUrl = 'https://api.twilio.com', fetch = globalThis.fetch } = options
  const faults: ConfigFault[] = []
  const need = (fine: boolean, field: string, message: string): void => {
    if (!fine) faults.push({ field, message })
  }
  need(matches(accountSid, ACCOUNT_SID), 'accountSid', 'must be AC and 32 hexadecimal digits')
  need(matches(authToken, AUTH_TOKEN), 'authToken', 'must be the secret of the account')
  if (messagingServiceSid === undefined)
    need(matches(from, ORIGIN), 'from', 'must be a number in E.164, a short code or an alphanumeric sender')
  else {
    need(from === undefined, 'from', 'must not be given beside messagingServiceSid')
    need(
      matches(messagingServiceSid, SERVICE_SID),
      'messagingServiceSid',
      'must be MG and 32 hexadecimal digits',
    )
  }
  const base = readBaseUrl(baseUrl)
  need(base !== undefined, 'baseUrl', 'must be the https URL of a host, with nothing after it')
  need(typeof fetch === 'function', 'fetch', 'must be a function')
  faults.push(...timeoutFaults(timeoutMs))
  if (faults.length > 0 || base === undefined) throw new ConfigError(faults)
  return {
    messagesUrl: `${base}/2010-04-01/Accounts/${accountSid}/Messages.json`,
    authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
    origin:
      messagingServiceSid === undefined
        ? { From: String(from) }
        : { MessagingServiceSid: messagingServiceSid },
    timeoutMs,
    fetch,
  }
}

const loopback: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** The origin that a URL consists of; undefined where there is more to it, or where a password would go unencrypted. */
function readBaseUrl(text: unknown): string | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined
  const { href, origin, protocol, hostname } = new URL(text)
  const isSafe = protocol === 'https:' || (protocol === 'http:' && loopback.includes(hostname))
  return isSafe && href === `${origin}/` ? origin : undefined
}
