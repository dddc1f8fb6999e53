import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'
import { listen } from './mail-server.ts'

export const ACCOUNT = `AC${'0123456789abcdef'.repeat(2)}`
export const TOKEN = 'token-hunter2'
export const MESSAGE = `SM${'fedcba9876543210'.repeat(2)}`

/** What it answers: a status and a body, silence, or the end of the connection. */
export type Answer =
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  | 'hang'
  | 'hang up'
  | 'half an answer'

const accepted: Answer = { status: 201, body: { sid: MESSAGE, status: 'queued', error_code: null } }

/** Twilio's own form of an error, which repeats what it was sent. */
export const failed = (
  status: number,
  code: number,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers,
  body: {
    code,
    status,
    message: "The 'To' number +4915123456789 with 493817 is not valid",
    more_info: TOKEN,
  },
})

/**
 * Stands in for Twilio's API on the loopback. Like Twilio it refuses what does not authenticate, is no form, or has
 * another path, before it gives the next of its answers; when they are used up it accepts.
 */
export async function twilioStandIn(...answers: readonly Answer[]) {
  const forms: Readonly<Record<string, string>>[] = []
  let planned = answers
  let requests = 0
  const server = createServer(async (request, response) => {
    requests += 1
    const reply = (status: number, body: unknown, headers = {}): void => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const { authorization = '', 'content-type': type = '' } = request.headers
    const [scheme, credentials = ''] = authorization.split(' ')
    if (scheme !== 'Basic' || Buffer.from(credentials, 'base64').toString() !== `${ACCOUNT}:${TOKEN}`)
      return reply(401, { code: 20003, message: 'Authenticate', status: 401 })
    if (request.method !== 'POST' || request.url !== `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`)
      return reply(404, { code: 20404, message: 'Not Found', status: 404 })
    if (!type.startsWith('application/x-www-form-urlencoded'))
      return reply(415, { code: 20415, message: 'Unsupported Media Type', status: 415 })
    forms.push(Object.fromEntries(new URLSearchParams(text)))
    const [answer = accepted, ...later] = planned
    planned = later
    if (answer === 'hang') return
    if (answer === 'hang up') return void request.socket.destroy()
    if (answer === 'half an answer') {
      response.writeHead(201, { 'Content-Length': '1000' })
      response.write('{"sid":', () => request.socket.destroy())
      return
    }
    reply(answer.status, answer.body, answer.headers)
  })
  const port = await listen(server)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    forms,
    get requests() {
      return requests
    },
  }
}
