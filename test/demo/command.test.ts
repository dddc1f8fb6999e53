import { statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { decodeBase32, isBase32Secret } from '../../examples/demo/src/config/base32.ts'
import { isLocal } from '../../examples/demo/src/dev/is-local.ts'
import { configFile, runDemo, startDemo, temporaryFolder } from './start-demo.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }) // processes start and hash passwords, perhaps on a busy machine

test('--help says what there is', async () => {
  expect(await runDemo(['--help'])).toMatchObject({ code: 0, output: expect.stringContaining('--store') })
})

test.each([
  ['a port that is none', ['--port', '70000'], '--port must be'],
  ['an unknown option', ['--prot', '1'], '--prot'],
  [
    'an unknown store, without an echo of its password',
    ['--store', 'redis://me:hunter2@x'],
    '--store must be',
  ],
  ['a file that is missing', ['--config', '/nowhere.json'], 'cannot be read (ENOENT)'],
  [
    'a file that is no JSON, without an echo',
    ['--config', configFile('{"password": hunter2}')],
    'is not JSON',
  ],
])('%s: it says so and exits non-zero', async (_what, args, said) => {
  const { code, output } = await runDemo(args)
  expect(code).toBe(2)
  expect(output).toContain(said)
  expect(output).not.toContain('hunter2')
})

test('a bad configuration: every fault by its field, and no password or secret', async () => {
  const path = configFile({
    policy: { issuer: 'a:b', methods: ['pigeon'], remember: { days: 0.5 } },
    users: [
      { id: '', email: 'nobody', password: ['hunter2'], required: 'yes' },
      {
        id: 'b',
        email: 'b@acme.test',
        password: 'hunter2',
        phone: '0151',
        enrollments: [{ method: 'authenticator', secret: 'HUNTER2' }, { method: 'pigeon' }],
      },
      { id: 'b', email: 'B@acme.test', password: 'hunter2' },
    ],
    smtp: 'http://me:hunter2@x',
    twilio: { accountSid: 'hunter2', authToken: 'hunter2', from: '+4915123456789' },
    http: { prefix: 'auth', paths: { login: 'no slash' }, cookieNames: { flow: 'a b' } },
    hunter: 1,
  })
  const { code, output } = await runDemo(['--config', path])
  expect(code).toBe(2)
  const faulty = [...output.matchAll(/^ {2}(\S+|\(the file\)): /gm)].map(([, field]) => field)
  expect(new Set(faulty)).toEqual(
    new Set([
      '(the file)',
      ...['policy.issuer', 'policy.remember'],
      ...['users.0.id', 'users.0.email', 'users.0.password', 'users.0.required'],
      ...['users.1.phone', 'users.1.enrollments.0.secret', 'users.1.enrollments.1.method'],
      ...['smtp', 'twilio.accountSid'],
      ...['http.cookieNames.flow', 'http.prefix', 'http.paths.login'],
    ]),
  )
  expect(output).not.toMatch(/hunter2/i)
})

test('restarted on the same file, it knows enrollments and remembered browsers; its files are the owner’s alone', async () => {
  const file = join(temporaryFolder(), 'deep', 'demo.db')
  const args = ['--dev', '--store', `sqlite:${file}`]
  const first = await startDemo(args)
  const browser = first.newBrowser()
  await browser.post('/login', { email: 'ada@acme.test', password: 'analytical-engine' })
  await browser.post('/tf-setup', { setup: 'email' })
  const code = await first.lastCode('ada@acme.test')
  expect(await browser.post('/tf-validate', { code, remember: true })).toMatchObject({ status: 200 })
  expect(await first.stop('SIGINT')).toBe(0)
  expect([file, `${file}.keys`].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])

  const second = await startDemo(args)
  try {
    const login = { username: 'ada', password: 'analytical-engine' }
    const other = second.newBrowser()
    expect((await other.post('/login', login)).response).toMatchObject({
      tf_state: 'ready',
      tf_method: 'email',
    })
    const known = second.newBrowser()
    known.cookies.set('tf_validity', browser.cookies.get('tf_validity') ?? '')
    known.csrf = null
    const origin = { origin: second.url }
    expect((await known.post('/login', login, origin)).response).toMatchObject({ tf_required: false })
  } finally {
    expect(await second.stop('SIGTERM')).toBe(0)
  }
})

/** A request with a Host of its own, which `fetch` does not send. */
const statusOf = (url: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(`${url}/dev/outbox`, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })

describe('/dev', () => {
  test('without --dev there is none', async () => {
    const demo = await startDemo(['--store', 'memory'])
    try {
      expect(demo.output()).toContain('ada@acme.test')
      const headers = { accept: 'application/json' }
      expect((await fetch(`${demo.url}/dev/outbox`, { headers })).status).toBe(404)
      expect(await demo.user('ada', 'reset')).not.toBe(200)
    } finally {
      await demo.stop()
    }
  })

  test('answers no foreign Host, no page of another site, no proxy, and only what it knows', async () => {
    const demo = await startDemo(['--dev', '--store', 'memory'])
    try {
      const host = new URL(demo.url).host
      expect(await statusOf(demo.url, { host })).toBe(200)
      expect(await statusOf(demo.url, { host: 'rebound.test' })).toBe(403)
      expect(await statusOf(demo.url, { host, origin: 'https://evil.test' })).toBe(403)
      expect(await statusOf(demo.url, { host, 'sec-fetch-site': 'cross-site' })).toBe(403)
      expect(await statusOf(demo.url, { host, 'x-forwarded-for': '192.0.2.1' })).toBe(403)
      expect(await demo.user('nobody', 'reset')).toBe(404)
      expect(await demo.user('ada', 'constructor')).toBe(404)
      expect(await demo.user('ada', 'password', { password: 1 })).toBe(400)
      expect((await fetch(`${demo.url}/dev/clock`)).status).toBe(405)
    } finally {
      await demo.stop()
    }
  })

  test.each([
    ['127.0.0.1', 'localhost:3000', true],
    ['::ffff:127.0.0.1', '127.0.0.1:3000', true],
    ['::1', '[::1]:3000', true],
    ['192.0.2.7', '127.0.0.1:3000', false],
    ['::ffff:192.0.2.7', 'localhost', false],
    ['2001:db8::1', 'localhost', false],
    [undefined, 'localhost', false],
    ['127.0.0.1', 'localhost.evil.test', false],
    ['127.0.0.1', undefined, false],
  ])('a request from %s to %s: %s', (remoteAddress, host, is) => {
    expect(isLocal({ headers: host === undefined ? {} : { host }, socket: { remoteAddress } })).toBe(is)
  })
})

test('base32 is read as RFC 4648 writes it, grouped or not, of 128 bits at least', () => {
  const secret = 'gezd gnbv-GY3TQOJQGEZDGNBVGY3TQOJQ'
  expect(isBase32Secret(secret)).toBe(true)
  expect(new TextDecoder().decode(decodeBase32(secret))).toBe('12345678901234567890')
  expect(isBase32Secret('JBSWY3DPEHPK3PXP')).toBe(false)
  expect(isBase32Secret('1'.repeat(32))).toBe(false)
})
