import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttp2Server, connect as openHttp2 } from 'node:http2'
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

/** Sends the lines of a request as they are, and gives the status of the answer. */
async function sendLines(port: number, lines: readonly string[], body = ''): Promise<number> {
  const answer = await new Promise<string>((resolve, reject) => {
    const head = [...lines, 'Connection: close', '', body].join('\r\n')
    const socket = connect(port, '127.0.0.1', () => socket.write(head))
    let text = ''
    socket
      .on('data', (chunk) => (text += String(chunk)))
      .on('end', () => resolve(text))
      .on('error', reject)
  })
  return Number(answer.split(' ')[1])
}

test.each([
  ['an absolute address of somewhere else', ['GET http://evil.test/login HTTP/1.1', 'Host: acme.test'], 400],
  ['a Host that is none', ['GET /login HTTP/1.1', 'Host: a b'], 400],
  ['TRACE', ['TRACE /login HTTP/1.1', 'Host: acme.test'], 400],
  ['an asterisk', ['OPTIONS * HTTP/1.1', 'Host: acme.test'], 400],
  ['no Host, in HTTP/1.0', ['GET /login HTTP/1.0'], 200],
  ['two slashes', ['GET //evil.test/login HTTP/1.1', 'Host: acme.test'], 404],
])('%s', async (_what, lines, status) => {
  const { listener } = begin()
  const { port } = await listen(listener)
  expect(await sendLines(port, lines)).toBe(status)
})

/** A listener, and the addresses that its handler is given: none where it is not run. */
function beginTelling() {
  const seen: string[] = []
  const listener = toNodeListener(async ({ url }) => {
    seen.push(url)
    return new Response()
  })
  return { seen, listener }
}

/** Sends a request as it is written: the status of the answer, and the addresses that the handler was given. */
async function askedFor(lines: readonly string[]) {
  const { seen, listener } = beginTelling()
  const { port } = await listen(listener)
  return { status: await sendLines(port, lines), seen }
}

test('a Host that brings a path along does not lead past a limit that looks at the address', async () => {
  const { listener, verified } = begin({ prefix: '/auth' })
  const { port } = await listen((incoming, outgoing) => {
    const isLimited = incoming.url === '/auth/login'
    return isLimited ? outgoing.writeHead(429).end() : listener(incoming, outgoing)
  })
  const fields = ['Content-Type: application/json', `Content-Length: ${credentials.length}`]
  const send = (target: string, host: string) =>
    sendLines(port, [`POST ${target} HTTP/1.1`, `Host: ${host}`, ...fields], credentials)
  expect(await send('/auth/login', 'acme.test')).toBe(429)
  expect(await send('/auth/x', 'acme.test/auth/login?')).toBe(400)
  expect(await send('/auth/x/../login', 'acme.test')).toBe(400)
  expect(await send('/auth/%6cogin', 'acme.test')).toBe(400)
  expect(verified).toEqual([])
  expect(await send('/auth/login?next=/', 'acme.test')).toBe(200) // and a good one is answered by the handler
})

test.each([
  ['acme.test', 'http://acme.test'],
  ['ACME.test:80', 'http://acme.test'],
  ['acme.test:8080', 'http://acme.test:8080'],
  ['acme.test:', 'http://acme.test'],
  ['some_service', 'http://some_service'],
  ['127.0.0.1:3000', 'http://127.0.0.1:3000'],
  ['[::1]', 'http://[::1]'],
  ['[2001:DB8::1]:8443', 'http://[2001:db8::1]:8443'],
])('a Host of %s', async (host, origin) => {
  expect(await askedFor(['GET /auth/x?y=1 HTTP/1.1', `Host: ${host}`])).toEqual({
    status: 200,
    seen: [`${origin}/auth/x?y=1`],
  })
})

test.each([
  '',
  'acme.test/auth/login?',
  'acme.test/auth/login#',
  'acme.test\\auth\\login?',
  'acme.test/',
  'acme.test?',
  'acme.test#',
  'user@acme.test',
  '@acme.test',
  'http://acme.test',
  'acme.test, evil.test',
  'a\tb',
  'acme%2etest',
  ':80',
  'acme.test:99999',
  'acme.test:x',
  '[::1',
  '[::1]x',
  '[acme.test]',
  '::1',
])('a Host of "%s" is none: 400, and nothing is run', async (host) => {
  expect(await askedFor(['GET /auth/x HTTP/1.1', `Host: ${host}`])).toEqual({ status: 400, seen: [] })
})

test('two Host fields, also of the same host: 400, and nothing is run', async () => {
  expect(await askedFor(['GET / HTTP/1.1', 'Host: acme.test', 'Host: acme.test'])).toEqual({
    status: 400,
    seen: [],
  })
})

test.each([
  ['/auth/x?y=//z/../w\\', 'http://acme.test/auth/x?y=//z/../w\\'],
  ['//evil.test/x', 'http://acme.test//evil.test/x'],
  ['///', 'http://acme.test///'],
  ['/a%2f..%5c%zz', 'http://acme.test/a%2f..%5c%zz'],
  ['/a"<b>', 'http://acme.test/a%22%3Cb%3E'],
  ['http://acme.test/x?y', 'http://acme.test/x?y'],
  ['http://acme.test//evil.test/x', 'http://acme.test//evil.test/x'],
  ['HTTP://ACME.test:80/x', 'http://acme.test/x'],
  ['http://acme.test', 'http://acme.test/'],
  ['http://acme.test?y', 'http://acme.test/?y'],
  ['https://acme.test/x', 'http://acme.test/x'], // the connection says how it came, not the client
])('the target %s', async (target, url) => {
  expect(await askedFor([`GET ${target} HTTP/1.1`, 'Host: acme.test'])).toEqual({ status: 200, seen: [url] })
})

test.each([
  '/x/../auth/login',
  '/x/%2E%2e/auth/login',
  '/./auth/login',
  '/auth\\login',
  '/auth/login#x',
  '/auth/%6cogin',
  '/auth/l%6Fgin?x',
  '/auth/%6cogin%zz',
  '/auth%2Dx',
  '/%7Euser',
  '/\\evil.test/auth/login',
  'http://evil.test/auth/login',
  'http://acme.test:81/auth/login',
  'http://acme.test@evil.test/auth/login',
  'http://evil.test@acme.test/auth/login',
  'http://acme.test/x/../auth/login',
  'http:///auth/login',
  'ftp://acme.test/auth/login',
])('the target %s leads to another one: 400, and nothing is run', async (target) => {
  expect(await askedFor([`GET ${target} HTTP/1.1`, 'Host: acme.test'])).toEqual({ status: 400, seen: [] })
})

test.each([
  ['an authority', { ':authority': 'acme.test:8080' }, 200, ['http://acme.test:8080/x']],
  ['a host in its place', { host: 'acme.test' }, 200, ['http://acme.test/x']],
  ['both', { ':authority': 'acme.test', host: 'acme.test:80' }, 200, ['http://acme.test/x']],
  ['both, and they differ', { ':authority': 'acme.test', host: 'evil.test' }, 400, []],
  ['an authority that is none', { ':authority': 'acme.test,evil.test' }, 400, []], // Node refuses a path in it
])('HTTP/2 with %s', async (_what, headers, status, urls) => {
  const { seen, listener } = beginTelling()
  // Node’s own HTTP/2 server speaks to listeners of HTTP/1; its types do not say so.
  const answer = (...given: unknown[]) => listener(...(given as Parameters<typeof listener>))
  const server = createHttp2Server(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a port
  const client = openHttp2(`http://127.0.0.1:${port}`)
  onTestFinished(() => {
    client.destroy()
    server.close()
  })
  const answered = new Promise<unknown>((resolve, reject) => {
    const sending = client.request({ ':path': '/x', ...headers })
    sending.on('response', (reply) => resolve(reply[':status'])).on('error', reject)
    sending.end()
  })
  expect(await answered).toBe(status)
  expect(seen).toEqual(urls)
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
    'a Host that brings a path along',
    'GET /x HTTP/1.1\r\nHost: acme.test/me?\r\nCookie: session=x\r\n',
    'http://localhost/',
    null,
  ],
  [
    'an address of somewhere else',
    'GET http://evil.test/me HTTP/1.1\r\nHost: acme.test\r\nCookie: session=x\r\n',
    'http://localhost/',
    null,
  ],
  [
    'a path in disguise: it is the host’s router that goes by it',
    'GET /x/../m%65 HTTP/1.1\r\nHost: acme.test\r\nCookie: session=x\r\n',
    'http://acme.test/m%65',
    'session=x',
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
