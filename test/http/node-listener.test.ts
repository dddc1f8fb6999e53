import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { toNodeListener, toWebRequest } from '@sallyport/http/node'
import { expect, onTestFinished, test } from 'vitest'
import { deploy, PASSWORD } from './deployment.ts'

const credentials = JSON.stringify({ username: 'bob', password: PASSWORD })

async function listen(
  listener: (incoming: IncomingMessage, outgoing: ServerResponse) => unknown,
): Promise<{ readonly origin: string; readonly port: number }> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens on a port
  return { origin: `http://127.0.0.1:${port}`, port }
}

function begin(http = {}) {
  const deployment = deploy({ http })
  deployment.user('bob')
  return { ...deployment, listener: toNodeListener(deployment.http.fetch) }
}

const post = (url: string, body: string, type = 'application/json') =>
  fetch(url, { method: 'POST', headers: { 'content-type': type }, body })

test('a whole login over node:http, cookies and all', async () => {
  const { listener, given, clock } = begin()
  const { app } = await given.authenticator('bob')
  const { origin } = await listen(listener)
  const login = await post(`${origin}/login`, credentials)
  expect(login.status).toBe(200)
  expect(login.headers.getSetCookie()).toHaveLength(2)
  const { response } = (await login.json()) as { response: Record<string, string> } // an envelope
  const validated = await fetch(`${origin}/tf-validate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tf-flow': response['tf_flow_token'] ?? '' },
    body: JSON.stringify({ code: app.codeAt(clock.now()) }),
  })
  expect(await validated.json()).toMatchObject({ meta: { code: 200 }, response: { user: { id: 'bob' } } })
})

test('mounted under a path, as Express does it: the address before mounting counts', async () => {
  const { listener } = begin({ prefix: '/auth' })
  const { origin } = await listen((incoming, outgoing) =>
    listener(
      Object.assign(incoming, { originalUrl: incoming.url, url: incoming.url?.replace('/auth', '') }),
      outgoing,
    ),
  )
  expect((await post(`${origin}/auth/login`, credentials)).status).toBe(200)
})

test.each([
  ['JSON', 'application/json', credentials, JSON.parse(credentials) as object],
  ['a text', 'application/json', credentials, credentials],
  ['bytes', 'application/json', credentials, new TextEncoder().encode(credentials)],
])('a body that a parser has read before, as %s', async (_what, type, sent, body) => {
  const { listener } = begin()
  const { origin } = await listen(async (incoming, outgoing) => {
    for await (const _chunk of incoming);
    await listener(Object.assign(incoming, { body }), outgoing)
  })
  expect((await post(`${origin}/login`, sent, type)).status).toBe(200)
})

test('a form that a parser has read before, with a field that came twice', async () => {
  const { listener } = begin()
  const { origin, port } = await listen(async (incoming, outgoing) => {
    for await (const _chunk of incoming);
    await listener(Object.assign(incoming, { body: { username: ['bob', 'eve'], password: 'x' } }), outgoing)
  })
  const reply = await fetch(`${origin}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: `http://127.0.0.1:${port}` },
    body: 'username=bob&username=eve&password=x',
  })
  expect(await reply.json()).toMatchObject({ response: { field_errors: { username: [expect.any(String)] } } })
})

test('a body above the limit is not read to its end', async () => {
  const { listener } = begin()
  const { port } = await listen(listener)
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
    const sending = request({ port, host: '127.0.0.1', path: '/login', method: 'POST', headers }, (reply) => {
      resolve(reply.statusCode)
      sending.destroy()
    })
    sending.on('error', reject)
    for (let chunk = 0; chunk < 40; chunk++) sending.write('x'.repeat(1024))
  })
  expect(status).toBe(413)
})

test.each([
  [
    'an absolute address of somewhere else',
    'GET http://evil.test/login HTTP/1.1\r\nHost: acme.test\r\nConnection: close\r\n\r\n',
    400,
  ],
  ['a Host that is none', 'GET /login HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', 400],
  ['TRACE', 'TRACE /login HTTP/1.1\r\nHost: acme.test\r\nConnection: close\r\n\r\n', 400],
  ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: acme.test\r\nConnection: close\r\n\r\n', 400],
  ['no Host, in HTTP/1.0', 'GET /login HTTP/1.0\r\n\r\n', 200],
  ['two slashes', 'GET //evil.test/login HTTP/1.1\r\nHost: acme.test\r\nConnection: close\r\n\r\n', 404],
])('%s', async (_what, head, status) => {
  const { listener } = begin()
  const { port } = await listen(listener)
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(head))
    let text = ''
    socket
      .on('data', (chunk) => (text += String(chunk)))
      .on('end', () => resolve(text))
      .on('error', reject)
  })
  expect(Number(answer.split(' ')[1])).toBe(status)
})

test('a handler that breaks its promise is answered with a bare 500', async () => {
  const { origin } = await listen(toNodeListener(() => Promise.reject(new Error('secret'))))
  const reply = await fetch(`${origin}/login`)
  expect([reply.status, await reply.text()]).toEqual([500, ''])
})

test.each([
  [
    'a request',
    'GET /me?a=b HTTP/1.1\r\nHost: acme.test\r\nCookie: session=x\r\n',
    'http://acme.test/me?a=b',
    'session=x',
  ],
  [
    'a Host that is none',
    'GET /me HTTP/1.1\r\nHost: a b\r\nCookie: session=x\r\n',
    'http://localhost/',
    null,
  ],
  [
    'an address of somewhere else',
    'GET http://evil.test/me HTTP/1.1\r\nHost: acme.test\r\nCookie: session=x\r\n',
    'http://localhost/',
    null,
  ],
  ['TRACE', 'TRACE /me HTTP/1.1\r\nHost: acme.test\r\n', 'http://acme.test/me', null],
])('for a route of the host’s own, from %s', async (_what, head, url, cookie) => {
  const seen: Request[] = []
  const { port } = await listen((incoming, outgoing) => {
    seen.push(toWebRequest(incoming))
    outgoing.end()
  })
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${head}Connection: close\r\n\r\n`))
    socket.on('end', resolve).on('error', reject).resume()
  })
  expect(seen.map((request) => [request.url, request.headers.get('cookie')])).toEqual([[url, cookie]])
})
