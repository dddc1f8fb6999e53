import type { ConfigFault } from '@sallyport/core'

/** Where the server is, and how to log in to it. */
export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** `from_start` for smtps, `by_command` (STARTTLS) for smtp. */
  readonly tls: 'from_start' | 'by_command'
  readonly login: { readonly user: string; readonly pass: string } | null
}

/** RFC 6409 §3.1 for submission, RFC 8314 §3.3 for submission over TLS. */
const defaultPorts = { 'smtp:': 587, 'smtps:': 465 } as const

const isScheme = (protocol: string): protocol is keyof typeof defaultPorts =>
  Object.hasOwn(defaultPorts, protocol)

/** What must be said of a URL that cannot be used. It never says what the URL holds: there is a password in it. */
const faults = {
  form: 'must be a URL such as smtps://user:password@mail.example.com, with reserved characters percent-encoded',
  scheme: 'must begin with smtp:// or smtps://',
  host: 'must name a host',
  extra: 'must end after the host and port: options are given beside it',
  login: 'must give a user and a password, or neither',
} as const

/** Reads the URL of a mail server, or says what is wrong with it, without an echo. */
export function readSmtpUrl(text: unknown): SmtpServer | ConfigFault {
  const fault = (name: keyof typeof faults): ConfigFault => ({ field: 'url', message: faults[name] })
  // Its constructor would throw the whole text along with its error.
  if (typeof text !== 'string' || !URL.canParse(text)) return fault('form')
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text)
  if (!isScheme(protocol)) return fault('scheme')
  if (hostname === '') return fault('host')
  if ((pathname !== '' && pathname !== '/') || search !== '' || hash !== '') return fault('extra')
  if ((username === '') !== (password === '')) return fault('login')
  const [host, user, pass] = [hostname, username, password].map(decode)
  if (host === undefined || user === undefined || pass === undefined) return fault('form')
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: port === '' ? defaultPorts[protocol] : Number(port),
    tls: protocol === 'smtps:' ? 'from_start' : 'by_command',
    login: user === '' ? null : { user, pass },
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
