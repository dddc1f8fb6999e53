import { fileURLToPath } from 'node:url'
import { simulatedAuthenticator } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Browser, openBrowser } from '../http/browser.ts'
import { type RunningExample, startExample } from './start-example.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }) // each example is a process that hashes passwords

const ADA = { email: 'ada@acme.test', password: 'analytical-engine' }
const GRACE = { email: 'grace@acme.test', password: 'compiler-of-1952' }
const STEP_MS = 30_000

const bin = (name: string) =>
  fileURLToPath(new URL(`../../examples/fetch-native/node_modules/.bin/${name}`, import.meta.url))
const node = () => [process.execPath, 'src/main.ts']
const deno = (port: number) =>
  `${bin('deno')} serve --no-prompt --allow-env --allow-read --allow-write --host 127.0.0.1 --port ${port} src/main.ts`.split(
    ' ',
  )

/** `endsItself`: on SIGTERM it answers what has come in, and exits with 0. */
describe.each([
  { name: 'node-http', folder: 'node-http', args: node, endsItself: true },
  { name: 'express', folder: 'express', args: node, endsItself: true },
  { name: 'fastify', folder: 'fastify', args: node, endsItself: true },
  { name: 'hono', folder: 'hono', args: node, endsItself: true },
  {
    name: 'fetch-native under Bun',
    folder: 'fetch-native',
    args: () => [bin('bun'), 'src/main.ts'],
    endsItself: false,
  },
  { name: 'fetch-native under Deno', folder: 'fetch-native', args: deno, endsItself: false },
])('$name', ({ folder, args, endsItself }) => {
  let example: RunningExample
  let origin: string
  beforeAll(async () => {
    example = await startExample(folder, args)
    origin = `http://127.0.0.1:${example.port}`
  })
  afterAll(() => example?.stop())

  const newBrowser = () => openBrowser(bounded, `${origin}/auth`, {})
  const bounded = (request: Request) => fetch(request, { signal: AbortSignal.timeout(20_000) })

  /** The example's own route, with the browser's cookies. */
  async function me({ cookies }: Browser): Promise<readonly [number, unknown]> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await bounded(new Request(`${origin}/me`, { headers: { cookie } }))
    return [response.status, await response.json()]
  }

  /** The code in the last mail to an address, which the example prints. */
  function lastCode(to: string): string {
    const mail = example.output().split(`to ${to}`).at(-1) ?? ''
    return /\b\d{6}\b/.exec(mail)?.[0] ?? `no code in ${mail}`
  }

  const stranger = [401, { error: 'log in first' }]

  test('knows nobody before a login, nor after a wrong password', async () => {
    const browser = newBrowser()
    expect(await me(browser)).toEqual(stranger)
    const { status } = await browser.post('/login', { ...ADA, password: 'wrong' })
    expect(status).toBe(400)
    expect(await me(browser)).toEqual(stranger)
  })

  test('lets in by password and mailed code, and by nothing less; a logout ends it', async () => {
    const browser = newBrowser()
    expect((await browser.post('/login', GRACE)).response).toMatchObject({ tf_state: 'setup_from_login' })
    expect(await me(browser)).toEqual(stranger)
    expect(await browser.post('/tf-setup', { setup: 'email' })).toMatchObject({ status: 200 })
    const code = lastCode(GRACE.email)
    const wrong = code === '000000' ? '000001' : '000000'
    expect(await browser.post('/tf-validate', { code: wrong })).toMatchObject({ status: 400 })
    expect(await me(browser)).toEqual(stranger)
    expect(await browser.post('/tf-validate', { code })).toMatchObject({ status: 200 })
    expect(await me(browser)).toEqual([200, { email: GRACE.email }])
    expect(await browser.post('/logout')).toMatchObject({ status: 200 })
    expect(await me(browser)).toEqual(stranger)
  })

  test('enrolls an authenticator and asks for it at the next login; one code logs in once', async () => {
    const first = newBrowser()
    await first.post('/login', ADA)
    const { response } = await first.post('/tf-setup', { setup: 'authenticator' })
    const app = simulatedAuthenticator(String(response['tf_authr_uri']))
    const enrolledAt = Date.now()
    expect(await first.post('/tf-validate', { code: app.codeAt(enrolledAt) })).toMatchObject({ status: 200 })
    expect(await me(first)).toEqual([200, { email: ADA.email }])

    const second = newBrowser()
    expect((await second.post('/login', ADA)).response).toMatchObject({
      tf_state: 'ready',
      tf_method: 'authenticator',
    })
    const replayed = await second.post('/tf-validate', { code: app.codeAt(enrolledAt) })
    expect(replayed).toMatchObject({ status: 400 })
    expect(await me(second)).toEqual(stranger)
    const next = app.codeAt(enrolledAt + STEP_MS) // one step of drift is allowed
    expect(await second.post('/tf-validate', { code: next })).toMatchObject({ status: 200 })
    expect(await me(second)).toEqual([200, { email: ADA.email }])
  })

  test.each([
    ['JSON that is none', 'application/json', '{"email":', 400],
    ['a body above the limit', 'application/json', JSON.stringify({ email: 'x'.repeat(20_000) }), 413],
    ['a type that is not taken', 'text/csv', 'a,b', 415],
    ['a form', 'application/x-www-form-urlencoded', String(new URLSearchParams(GRACE)), 200],
  ])('leaves bodies to Sallyport: %s', async (_what, type, body, status) => {
    const headers = { 'content-type': type, accept: 'application/json', origin }
    const response = await bounded(new Request(`${origin}/auth/login`, { method: 'POST', headers, body }))
    expect(await response.json()).toMatchObject({ meta: { code: status } }) // an envelope, and no framework's error
  })

  test('hands every header and both cookies of a login through', async () => {
    const response = await bounded(
      new Request(`${origin}/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(GRACE),
      }),
    )
    const cookies = response.headers.getSetCookie()
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['tf_flow', 'tf_csrf'])
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('ends when it is told to', async () => {
    expect((await example.stop()) === 0).toBe(endsItself) // otherwise the signal ended it
    await expect(bounded(new Request(origin))).rejects.toThrow()
  })
})
