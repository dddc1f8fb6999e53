import { Readable } from 'node:stream'
import { DeliveryRefused } from '@sallyport/core'
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection'
import type { SmtpServer } from './smtp-url.ts'

/** How a session is opened. */
export interface SessionOptions {
  readonly server: SmtpServer
  readonly timeoutMs: number
  readonly plaintext: 'refused' | 'allowed'
  /** Certificates in PEM that are trusted instead of the public authorities'. */
  readonly ca: string | undefined
}

/** A finished message and whom it goes to. */
export interface Letter {
  readonly from: string
  readonly to: string
  readonly content: Uint8Array
}

type Stage = 'connecting' | 'logging in' | 'sending' | 'handed over'

/**
 * One message over one connection of its own. `signal` breaks it off.
 *
 * What decides between "surely not sent" and "unknown" is whether the server has asked for the content. SMTP has
 * no other line: before it, nothing that could be delivered has left; after it, only the server's own refusal
 * says that it will not be (RFC 5321 §4.2.1: of a 4yz or 5yz reply "the requested action did not occur"). The
 * client library reports a time-out or a broken connection alike at every stage; so the content is a stream,
 * which is not read before it is asked for.
 */
export async function sendLetter(
  letter: Letter,
  options: SessionOptions,
  signal: AbortSignal,
): Promise<void> {
  const { server } = options
  let stage: Stage = 'connecting'
  async function* content(): AsyncGenerator<Uint8Array> {
    stage = 'handed over'
    yield letter.content
  }

  const connection = new SMTPConnection(connectionOptions(options))
  const broken = new Promise<never>((_, reject) => {
    connection.on('error', reject)
    // Some ends come with an answer to the command in flight, at once after them: that tells more.
    connection.once('end', () => setImmediate(reject, new Error('connection ended')))
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
  broken.catch(() => undefined) // it may break while nobody waits for it: after the message was taken

  const command = (run: (done: (error?: Error | null) => void) => void): Promise<unknown> =>
    Promise.race([
      broken,
      new Promise<void>((resolve, reject) => run((error) => (error ? reject(error) : resolve()))),
    ])
  try {
    await command((done) => connection.connect(done))
    if (server.login !== null) {
      stage = 'logging in'
      const credentials = server.login
      await command((done) => connection.login({ credentials }, done))
    }
    stage = 'sending'
    const { from, to } = letter
    const body = Readable.from(content(), { objectMode: false })
    await command((done) => connection.send({ from, to: [to] }, body, done))
    connection.quit()
  } catch (error) {
    connection.close()
    throw explain(error, stage)
  }
}

function connectionOptions({ server, timeoutMs, plaintext, ca }: SessionOptions): SMTPConnectionOptions {
  const { host, port, tls } = server
  return {
    host,
    port,
    secure: tls === 'from_start',
    requireTLS: tls === 'by_command' && plaintext === 'refused',
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    ...(ca === undefined ? {} : { tls: { ca } }),
  }
}

/**
 * What a caller may know of a failure: the stage, and codes from closed lists. The server's words are left out,
 * and so is the cause: a server may repeat an address, a line of the message or what it was told at the login.
 */
function explain(error: unknown, stage: Stage): Error {
  const { code, originalCode, responseCode } = error as {
    readonly code?: unknown
    readonly originalCode?: unknown
    readonly responseCode?: unknown
  } // what nodemailer puts on its errors; an abort's reason has none of it
  const reply = typeof responseCode === 'number' && responseCode >= 400 ? responseCode : undefined
  const symbols = [code, originalCode, reply].filter((value) => /^[A-Z0-9_]{3,50}$/.test(String(value ?? '')))
  const details = symbols.length === 0 ? '' : ` (${symbols.join(', ')})`
  if (stage !== 'handed over')
    return new DeliveryRefused(`the mail was not sent: failed while ${stage}${details}`)
  if (reply !== undefined)
    return new DeliveryRefused(`the mail was not sent: the server refused it${details}`)
  return new Error(`it is not known whether the mail was sent: no answer after it was handed over${details}`)
}
