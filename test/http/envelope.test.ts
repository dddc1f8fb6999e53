import { memoryStore } from '@sallyport/adapters-memory'
import { StoreError } from '@sallyport/core'
import { reasonRules } from '@sallyport/http'
import { describe, expect, test } from 'vitest'
import { deploy, ORIGIN, PASSWORD } from './deployment.ts'

const json = { 'content-type': 'application/json' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const credentials = { username: 'bob', password: PASSWORD }

function begin(options: Parameters<typeof deploy>[0] = {}) {
  const deployment = deploy(options)
  deployment.user('bob')
  return { ...deployment, browser: deployment.newBrowser() }
}

describe('the envelope', () => {
  test('a success: meta.code is the status', async () => {
    const { text, status } = await begin().browser.post('/login', credentials)
    expect(status).toBe(200)
    expect(JSON.parse(text)).toEqual({
      meta: { code: 200 },
      response: { tf_required: false, user: expect.any(Object), csrf_token: expect.any(String) },
    })
  })

  test('a failure: errors, field_errors and reason; of the whole form under the empty field', async () => {
    const { text } = await begin().browser.post('/login', { username: 'bob', password: 'x' })
    expect(JSON.parse(text)).toEqual({
      meta: { code: 400 },
      response: {
        errors: ['The user or the password is wrong.'],
        field_errors: { '': ['The user or the password is wrong.'] },
        reason: 'credentials_invalid',
        csrf_token: expect.any(String),
      },
    })
  })

  test('a host replaces texts; an unknown key is a ConfigError', async () => {
    const messages = { 'reason.credentials_invalid': 'Nein.' }
    const { response } = await begin({ http: { messages } }).browser.post('/login', {
      ...credentials,
      password: 'x',
    })
    expect(response['errors']).toEqual(['Nein.'])
    expect(() => deploy({ http: { messages: { nonsense: 'x' } as object } })).toThrow('messages.nonsense')
  })

  test('every reason has a text, and a status of the contract', () => {
    for (const { status } of Object.values(reasonRules)) {
      expect([400, 401, 404, 405, 406, 413, 415, 429, 500, 503]).toContain(status)
    }
  })

  test.each([
    ['nothing said', {}, 200],
    ['anything', { accept: '*/*' }, 200],
    ['JSON', { accept: 'application/json' }, 200],
    ['JSON rather than a page', { accept: 'text/html;q=0.5, application/json' }, 200],
    ['a page', { accept: 'text/html' }, 406],
    ['a page rather than JSON', { accept: 'text/html, application/json;q=0.9' }, 200],
    ['anything but JSON', { accept: '*/*, application/json;q=0' }, 406],
    ['nonsense', { accept: ';;;,q=,/' }, 406],
  ])('Accept: %s, and no pages: %d', async (_what, headers, status) => {
    const { http } = begin()
    const reply = await http.fetch(new Request('https://acme.test/login', { headers }))
    expect(reply.status).toBe(status)
    expect(reply.headers.get('content-type')).toMatch(/^application\/json/)
  })

  test.each([
    ['text/html', 'page'],
    ['text/html, application/json', 'page'],
    ['application/json', 'json'],
    ['*/*', 'page'],
  ])('with pages, Accept: %s: %s', async (accept, answered) => {
    const { http } = begin({
      http: { pages: { show: ({ endpoint, status }) => new Response(`${endpoint} ${status}`, { status }) } },
    })
    const reply = await http.fetch(new Request('https://acme.test/login', { headers: { accept } }))
    expect((await reply.text()).startsWith('{')).toBe(answered === 'json')
    expect(reply.headers.get('cache-control')).toBe('no-store')
  })

  test('a JSON body is answered with JSON, whatever is accepted', async () => {
    const { http } = begin()
    const init = {
      method: 'POST',
      headers: { ...json, accept: 'text/html' },
      body: JSON.stringify(credentials),
    }
    expect((await http.fetch(new Request('https://acme.test/login', init))).status).toBe(200)
  })

  test('404, and 405 with Allow', async () => {
    const { browser } = begin()
    expect(await browser.get('/nothing')).toMatchObject({ status: 404, response: { reason: 'not_found' } })
    const reply = await browser.delete('/login')
    expect(reply).toMatchObject({ status: 405, response: { reason: 'method_not_allowed' } })
    expect(reply.headers.get('allow')).toBe('GET, POST')
    expect((await browser.get('/logout')).headers.get('allow')).toBe('POST')
    expect((await browser.send('/openapi.json', { method: 'PUT' })).headers.get('allow')).toBe('GET')
  })

  test('HEAD is a GET without its body', async () => {
    const { http } = begin()
    const reply = await http.fetch(new Request('https://acme.test/login', { method: 'HEAD' }))
    expect([reply.status, await reply.text()]).toEqual([200, ''])
  })

  test.each([
    ['said to be', { 'content-length': '16385' }, '{}'],
    ['found to be', {}, JSON.stringify({ ...credentials, more: 'x'.repeat(16 * 1024) })],
  ])('a body that is %s above 16 KiB: 413', async (_what, headers, body) => {
    const { browser, verified } = begin()
    const reply = await browser.send('/login', { method: 'POST', headers: { ...json, ...headers }, body })
    expect(reply).toMatchObject({ status: 413, response: { reason: 'body_too_large' } })
    expect(verified).toEqual([])
  })

  test.each(['text/plain', 'multipart/form-data; boundary=x', 'application/xml', 'application/jsonx'])(
    'a body of type %s: 415',
    async (type) => {
      const { browser } = begin()
      const init = { method: 'POST', headers: { 'content-type': type }, body: JSON.stringify(credentials) }
      expect(await browser.send('/login', init)).toMatchObject({ status: 415 })
    },
  )

  test.each([
    ['not JSON', '{"username":'],
    ['a list', '[]'],
    ['a text', '"bob"'],
    ['null', 'null'],
    ['a number', '7'],
    ['deeply nested', '['.repeat(16_000)],
    ['not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['cut within a character', new Uint8Array([0x22, 0xe2, 0x82])],
  ])('a body that is %s: 400', async (_what, body) => {
    const { browser } = begin()
    expect(await browser.send('/login', { method: 'POST', headers: json, body })).toMatchObject({
      status: 400,
      response: { reason: 'body_malformed' },
    })
  })

  const manyFields = (count: number) =>
    Array.from({ length: count }, (_, index) => `field${index}=x`).join('&')

  test.each([
    ['64 fields', 'csrf', manyFields(64)], // it was read, and lacks a token
    ['65 fields', 'body_malformed', manyFields(65)],
    ['as many fields as 16 KiB hold', 'body_malformed', manyFields(1_400)],
    ['one field a thousand times', 'csrf', 'username=bob&'.repeat(1_000)],
  ])('a form of %s: %s', async (_what, reason, body) => {
    const { browser, verified } = begin()
    expect(await browser.send('/login', { method: 'POST', headers: form, body })).toMatchObject({
      status: 400,
      response: { reason },
    })
    expect(verified).toEqual([])
  })

  test.each([
    ['twice', ['bob', 'bob'], 400],
    ['three times', ['bob', 'eve', 'bob'], 400],
    ['once', ['bob'], 200],
  ])('a field that a form has %s is a text only where it came once', async (_what, names, status) => {
    const { browser, verified } = begin()
    const sent = new URLSearchParams({ password: PASSWORD })
    for (const name of names) sent.append('username', name)
    const headers = { ...form, origin: ORIGIN }
    const reply = await browser.send('/login', { method: 'POST', headers, body: sent.toString() })
    expect(reply.status).toBe(status)
    const faults = status === 200 ? [] : ['username']
    expect(Object.keys(reply.response['field_errors'] ?? {})).toEqual(faults)
    expect(verified).toHaveLength(status === 200 ? 1 : 0)
  })

  test('unknown keys are ignored, whatever they hold', async () => {
    const { browser } = begin()
    const body = `{"__proto__":{"admin":1},"constructor":[],"x":{"y":[[[]]]},"username":"bob","password":"${PASSWORD}"}`
    expect(await browser.send('/login', { method: 'POST', headers: json, body })).toMatchObject({
      status: 200,
    })
  })

  test('headers: no-store, Vary, and nothing to frame, sniff or leak', async () => {
    const { browser } = begin()
    for (const path of ['/login', '/nothing', '/openapi.json', '/tf-validate']) {
      const { headers } = await browser.get(path)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('vary')).toBe('Cookie')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    }
  })

  test.each([
    ['https://acme.test', true],
    ['http://acme.test', true],
    ['http://localhost:3000', false],
    ['http://127.0.0.1:3000', false],
    ['http://[::1]:3000', false],
    ['https://localhost', true],
    ['http://localhost.evil.test', true],
  ])('cookies at %s are Secure: %s', async (origin, secure) => {
    const { http } = begin()
    const cookies = (await http.fetch(new Request(`${origin}/login`))).headers.getSetCookie()
    expect(cookies.map((cookie) => /; Secure/.test(cookie))).toEqual([secure])
    expect(cookies[0]).toMatch(/HttpOnly/)
  })

  test('a cookie whose name asks for Secure is Secure, also on the loopback', async () => {
    const { http } = begin({ http: { cookieNames: { csrf: '__Host-csrf' } } })
    const [cookie] = (await http.fetch(new Request('http://localhost/login'))).headers.getSetCookie()
    expect(cookie).toMatch(/^__Host-csrf=.+; Path=\/; HttpOnly; Secure/)
  })

  test('a 401 asks for a login (RFC 9110 §11.6.1)', async () => {
    expect((await begin().browser.get('/verify')).headers.get('www-authenticate')).toBe('Bearer')
  })

  test('prefix, paths and cookie names can be chosen', async () => {
    const { browser, given, clock } = begin({
      http: {
        prefix: '/auth',
        paths: { validate: '/second', openApi: '/spec' },
        cookieNames: { flow: '__Host-flow', csrf: '__Host-csrf' },
      },
    })
    const { app } = await given.authenticator('bob')
    await browser.post('/auth/login', credentials)
    expect([...browser.cookies.keys()].toSorted()).toEqual(['__Host-csrf', '__Host-flow'])
    expect(await browser.get('/login')).toMatchObject({ status: 404 })
    expect(await browser.get('/auth/tf-validate')).toMatchObject({ status: 404 })
    expect(await browser.get('/auth/spec')).toMatchObject({ status: 200 })
    const code = app.codeAt(clock.now())
    expect(await browser.post('/auth/second', { code })).toMatchObject({ status: 200 })
  })

  test.each([
    { prefix: 'auth' },
    { prefix: '/auth/' },
    { paths: { login: '/:any' } },
    { paths: { login: '/logout' } },
    { origin: 'https://acme.test/' },
    { cookieNames: { flow: 'a b' } },
    { cookieNames: { flow: 'tf_validity' } },
  ])('options that cannot work are a ConfigError: %o', (http) => {
    expect(() => deploy({ http })).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  })

  test.each([
    ['not_applied', 503],
    ['outcome_unknown', 503],
  ] as const)('the store fails, %s: 503 busy, and the host is told', async (code, status) => {
    const store = memoryStore()
    const failing = {
      ...store,
      load: () => Promise.reject(new StoreError(code, 'secret connection string')),
    }
    const { browser, errors } = begin({ store: failing })
    const reply = await browser.post('/login', credentials)
    expect(reply).toMatchObject({ status, response: { reason: 'busy' } })
    expect(reply.text).not.toContain('secret')
    expect(errors).toHaveLength(1)
  })

  test('the host’s own code throws: a 500 that tells nothing, and the host is told', async () => {
    const { browser, errors } = begin({
      http: {
        verifyPassword: () => {
          throw new Error('secret of the host')
        },
        onError: (error) => {
          errors.push(error)
          throw new Error('an observer that fails')
        },
      },
    })
    const reply = await browser.post('/login', credentials)
    expect(reply).toMatchObject({ status: 500, response: { reason: 'internal_error' } })
    expect(reply.text).not.toContain('secret')
    expect(errors).toMatchObject([{ message: 'secret of the host' }])
  })
})
