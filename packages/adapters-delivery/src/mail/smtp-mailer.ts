import {
  ConfigError,
  type ConfigFault,
  DeliveryRefused,
  type Mailer,
  type MailMessage,
} from '@sallyport/core'
import MailComposer from 'nodemailer/lib/mail-composer'
import { timeoutFaults } from '../timeout.ts'
import { isHeaderText, isMailAddress, type Mailbox, readMailbox } from './addresses.ts'
import { renderHtml } from './render-html.ts'
import { type SessionOptions, sendLetter } from './smtp-session.ts'
import { readSmtpUrl } from './smtp-url.ts'

export interface SmtpMailerOptions {
  /** Who the mails come from: `Acme <login@acme.test>`, or the address alone. */
  readonly from: string | undefined
  /**
   * Renders a message's HTML; null sends the text alone. Default {@link renderHtml}. Whatever it puts into the
   * page it has to escape: a text holds what users call themselves.
   */
  readonly html?: (message: MailMessage) => string | null
  /** How long one mail may take in all, in milliseconds. Default 9,000: core waits 10,000 for a sender. */
  readonly timeoutMs?: number
  /** Certificates in PEM to trust instead of the public authorities': for a server with a certificate of your own. */
  readonly ca?: string
  /**
   * Sends also where the server offers no TLS. Off by default: who sits on the path, or only strips STARTTLS from
   * the server's greeting, then reads every code and the password of the URL. For a mail catcher on your own
   * machine, or a relay on the same host.
   */
  readonly dangerouslyAllowPlaintext?: boolean
}

/** A mailer that holds connections while it sends. */
export interface SmtpMailer extends Mailer {
  /** Breaks off what is being sent, and refuses what comes later. */
  close(): void
}

/** Our choice: an answer of our own, and what it says, comes before core stops waiting for one. */
const TIMEOUT_MS = 9_000

/**
 * Sends mail over SMTP, with the text as it is and an HTML alternative, each mail over a connection of its own.
 *
 * It throws `DeliveryRefused` when the mail surely was not sent: a recipient that is not one plain address, no
 * connection, no TLS, a refused login, a refused recipient or message, or a time-out before the server asked for
 * the content. Any other error means that the content was handed over and no answer came. No error holds the URL,
 * an address, or any of the message.
 *
 * @param url - `smtps://user:password@host` (TLS from the start, port 465) or `smtp://…` (STARTTLS, which must
 * succeed, port 587). Percent-encode reserved characters of the user and the password.
 * @throws {ConfigError} `config_invalid`, naming `url`, `from`, `html`, `timeoutMs` or `ca`, and never their values.
 *
 * @example
 * const mailer = smtpMailer(process.env['SMTP_URL'], { from: 'Acme <login@acme.test>' })
 */
export function smtpMailer(url: string | undefined, options: SmtpMailerOptions): SmtpMailer {
  const { from, session, html } = parseOptions(url, options)
  const closed = new AbortController()
  return {
    async send(message) {
      const content = await compose(from, message, html)
      if (closed.signal.aborted) throw new DeliveryRefused('the mailer is closed')
      const deadline = new AbortController()
      const timer = setTimeout(() => deadline.abort(timedOut()), session.timeoutMs)
      const signal = AbortSignal.any([closed.signal, deadline.signal])
      try {
        await sendLetter({ from: from.address, to: message.to, content }, session, signal)
      } finally {
        clearTimeout(timer)
      }
    },
    close: () => closed.abort(new Error('closed')),
  }
}

const timedOut = (): Error => Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })

type Render = (message: MailMessage) => string | null

function parseOptions(
  url: string | undefined,
  options: SmtpMailerOptions,
): { readonly from: Mailbox; readonly session: SessionOptions; readonly html: Render } {
  const { html = renderHtml, timeoutMs = TIMEOUT_MS, ca, dangerouslyAllowPlaintext = false } = options
  const server = readSmtpUrl(url)
  const from = typeof options.from === 'string' ? readMailbox(options.from) : undefined
  const faults: ConfigFault[] = [...timeoutFaults(timeoutMs)]
  if (typeof html !== 'function') faults.push({ field: 'html', message: 'must be a function' })
  if (ca !== undefined && !String(ca).includes('-----BEGIN CERTIFICATE-----'))
    faults.push({ field: 'ca', message: 'must be certificates in PEM' })
  if (from === undefined)
    faults.unshift({ field: 'from', message: 'must be one mail address, such as Acme <login@acme.test>' })
  if ('field' in server) throw new ConfigError([server, ...faults])
  if (from === undefined || faults.length > 0) throw new ConfigError(faults)
  const plaintext = dangerouslyAllowPlaintext === true ? 'allowed' : 'refused'
  return { from, html, session: { server, timeoutMs, plaintext, ca } }
}

/** Writes a message out, or refuses one that would not arrive as what it is. */
async function compose(from: Mailbox, message: MailMessage, html: Render): Promise<Uint8Array> {
  const { to, subject, text } = message
  if (!isMailAddress(to)) throw new DeliveryRefused('the recipient is not one plain mail address')
  if (!isHeaderText(subject)) throw new DeliveryRefused('the subject holds control characters')
  const page = render(html, message)
  return new MailComposer({
    from,
    to: { name: '', address: to },
    subject,
    text,
    ...(page === null ? {} : { html: page }),
    // RFC 3834 §5: no machine is to answer this, and no out-of-office note is to quote a code.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build()
}

/** A host's renderer may fail with an error that quotes the message; nothing was sent, and nothing is repeated. */
function render(html: Render, message: MailMessage): string | null {
  try {
    return html(message)
  } catch {
    throw new DeliveryRefused('the renderer of HTML failed')
  }
}
