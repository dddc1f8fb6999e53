import type { EpochMs } from '@sallyport/core'
import { Secret, TOTP } from 'otpauth'

/** What an authenticator app makes of an `otpauth://` URI. */
export interface SimulatedAuthenticator {
  readonly issuer: string
  /** The account as the app shows it beside the issuer. */
  readonly account: string
  readonly algorithm: 'SHA1' | 'SHA256' | 'SHA512'
  readonly digits: number
  readonly periodSeconds: number
  /** The code that the app shows at a moment. */
  codeAt(at: EpochMs): string
  /** A code of the right form that no time step within ten of this moment has. */
  wrongCodeAt(at: EpochMs): string
}

/** How far around a moment `wrongCodeAt` avoids the codes of: wider than any drift a server accepts. */
const AVOIDED_STEPS = 10

/**
 * Scans a Key URI as strictly as the strictest app would, so that a test fails where a phone might.
 *
 * @throws {TypeError} When the URI does not follow the Key URI format; the message names the part and never
 *   holds the secret.
 */
export function simulatedAuthenticator(uri: string): SimulatedAuthenticator {
  const url = URL.canParse(uri) ? new URL(uri) : malformed('it is no URI')
  if (url.protocol !== 'otpauth:') malformed('the scheme must be otpauth')
  if (url.host !== 'totp') malformed('the type must be totp')
  if (url.hash !== '') malformed('there must be no fragment')
  // Some apps read a bare plus in the query as a blank, others as a plus.
  if (url.search.includes('+')) malformed('a plus in the query must be written %2B, a blank %20')

  const { issuer, account } = parseLabel(url.pathname)
  const named = parameter(url, 'issuer') ?? malformed('the parameter issuer is missing')
  if (named !== issuer) malformed('the issuer must be the same in label and parameter')

  const secret = parseSecret(parameter(url, 'secret') ?? malformed('the parameter secret is missing'))
  const algorithm = parseAlgorithm(parameter(url, 'algorithm') ?? 'SHA1')
  const digits = parseNumber(parameter(url, 'digits') ?? '6', 'digits', /^[678]$/)
  const periodSeconds = parseNumber(parameter(url, 'period') ?? '30', 'period', /^[1-9]\d{0,3}$/)

  const codeAt = (at: EpochMs): string =>
    TOTP.generate({ secret, algorithm, digits, period: periodSeconds, timestamp: at })

  return {
    issuer,
    account,
    algorithm,
    digits,
    periodSeconds,
    codeAt,
    wrongCodeAt(at) {
      const stepMs = periodSeconds * 1_000
      const steps = Array.from({ length: 2 * AVOIDED_STEPS + 1 }, (_, i) => at + (i - AVOIDED_STEPS) * stepMs)
      const avoided = new Set(steps.map((step) => codeAt(Math.max(0, step))))
      let wrong = 0
      while (avoided.has(String(wrong).padStart(digits, '0'))) wrong++
      return String(wrong).padStart(digits, '0')
    },
  }
}

function malformed(fault: string): never {
  throw new TypeError(`malformed Key URI: ${fault}`)
}

/** `Issuer:account`, percent-encoded; neither part may be empty or hold another colon. */
function parseLabel(pathname: string): { issuer: string; account: string } {
  const label = decode(pathname.replace(/^\//, ''))
  const [issuer = '', account = '', ...more] = label.split(':')
  if (more.length > 0) malformed('the label must hold one colon, which neither issuer nor account may hold')
  if (issuer.trim() === '') malformed('the label must begin with the issuer')
  if (account.trim() === '') malformed('the label must name the account')
  return { issuer, account: account.trimStart() } // the format allows blanks before the account
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return malformed('the label must be percent-encoded UTF-8')
  }
}

function parameter(url: URL, name: string): string | undefined {
  const values = url.searchParams.getAll(name)
  if (values.length > 1) malformed(`the parameter ${name} is given twice`)
  return values[0]
}

/** RFC 4648 base32 in capitals and without padding, as the format asks. */
function parseSecret(text: string): Secret {
  if (!/^[A-Z2-7]+$/.test(text)) malformed('the secret must be base32 in capitals, without padding')
  // Five bits a character: these lengths leave no whole byte at the end.
  if ([1, 3, 6].includes(text.length % 8)) malformed('the secret must be whole bytes')
  return Secret.fromBase32(text)
}

function parseAlgorithm(text: string): 'SHA1' | 'SHA256' | 'SHA512' {
  if (text === 'SHA1' || text === 'SHA256' || text === 'SHA512') return text
  return malformed('the algorithm must be SHA1, SHA256 or SHA512')
}

function parseNumber(text: string, name: string, form: RegExp): number {
  return form.test(text) ? Number(text) : malformed(`the parameter ${name} is not a number in range`)
}
