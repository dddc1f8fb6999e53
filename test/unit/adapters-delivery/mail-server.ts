import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { onTestFinished } from 'vitest'
import { localhostCertificate, localhostKey } from './localhost-certificate.ts'

/** What a mail server was given, as a reader's mail program would show it. */
interface Received {
  readonly from: string
  readonly to: readonly string[]
  readonly isSecure: boolean
  readonly user: string | undefined
  readonly raw: string
  readonly mail: Email
}

/** The port that a server was given on the loopback. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a listening server has a port')
  return address.port
}

/** A port on which nobody listens. */
export async function deadPort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  server.close()
  await once(server, 'close')
  return port
}

/** A real mail server, which lets everybody in unless told otherwise, for as long as a test runs. */
export async function mailServer(options: SMTPServerOptions = {}) {
  const received: Received[] = []
  const server = new SMTPServer({
    key: localhostKey,
    cert: localhostCertificate,
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 1,
    onAuth: ({ username }, _session, answer) => answer(null, { user: username ?? '' }),
    async onData(stream, session, answer) {
      const chunks: Buffer[] = []
      for await (const chunk of stream) chunks.push(chunk)
      const raw = Buffer.concat(chunks).toString('utf8')
      const { mailFrom, rcptTo } = session.envelope
      received.push({
        from: mailFrom === false ? '' : mailFrom.address,
        to: rcptTo.map(({ address }) => address),
        isSecure: session.secure,
        user: typeof session.user === 'string' ? session.user : undefined,
        raw,
        mail: await PostalMime.parse(raw),
      })
      answer()
    },
    ...options,
  })
  server.on('error', () => undefined) // a client that hangs up is what some tests are about
  const port = await listen(server.server)
  onTestFinished(() => new Promise((resolve) => server.close(resolve)))
  return { port, received }
}

/** Its replies, by the first word of a command; `null` ends the connection, `''` is silence. */
export type Script = Readonly<Record<string, string | null>>

/** A mail server that follows a script: for what no well-behaved one does. `.` is the end of the content. */
export async function scriptedServer(script: Script): Promise<number> {
  const replies: Script = {
    CONNECT: '220 scripted',
    EHLO: '250 scripted',
    MAIL: '250 ok',
    RCPT: '250 ok',
    DATA: '354 go on',
    '.': '250 ok',
    QUIT: null,
    ...script,
  }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    let inContent = false
    let rest = ''
    const reply = (to: string): void => {
      const text = replies[to] ?? null
      if (text === null) socket.destroy()
      else if (text !== '') socket.write(`${text}\r\n`)
      if (to === 'DATA') inContent = text?.startsWith('354') === true
    }
    reply('CONNECT')
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (!inContent) reply(line.split(' ')[0]?.toUpperCase() ?? '')
        else if (line === '.') {
          inContent = false
          reply('.')
        }
      }
    })
  })
  const port = await listen(server)
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return port
}
