import { join } from 'node:path'
import { simulatedAuthenticator } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { configFile, type RunningDemo, startDemo, temporaryFolder } from './start-demo.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }) // processes start and hash passwords, perhaps on a busy machine

const PASSWORD = 'correct horse'
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const PHONE = '+4915123456789'
const authenticator = { method: 'authenticator', secret: SECRET }

const enrollments: Readonly<Record<string, readonly object[]>> = {
  ...{ plain: [], leaver: [] },
  ...{ app: [authenticator], mail: [{ method: 'email' }], text: [{ method: 'sms', phone: PHONE }] },
  ...{ both: [authenticator, { method: 'email' }], unlucky: [authenticator], helped: [authenticator] },
  ...{ stamped: [authenticator], gone: [authenticator], changed: [authenticator], wiped: [authenticator] },
  ...{ setter: [authenticator], coded: [authenticator], stepper: [authenticator], token: [authenticator] },
}

const config = configFile({
  policy: {
    issuer: 'Acme',
    methods: ['authenticator', 'email', 'sms'],
    remember: { days: 7 },
    rescue: { email: {}, help: 'help@acme.test' },
  },
  users: [
    ...Object.entries(enrollments).map(([id, enrolled]) => ({
      id,
      email: `${id}@acme.test`,
      password: PASSWORD,
      enrollments: enrolled,
    })),
    { id: 'must', email: 'must@acme.test', username: 'must', password: PASSWORD, required: true },
  ],
})

const stores = [
  ['memory', () => 'memory'],
  ['SQLite', () => `sqlite:${join(temporaryFolder(), 'demo.db')}`],
] as const

describe.each(stores)('the contract, over a socket, on %s', (_name, store) => {
  let demo: RunningDemo
  beforeAll(async () => {
    demo = await startDemo(['--dev', '--store', store(), '--config', config])
  })
  afterAll(async () => {
    await demo.stop()
  })

  const credentials = (id: string) => ({ email: `${id}@acme.test`, password: PASSWORD })
  const app = simulatedAuthenticator(`otpauth://totp/Acme:a?secret=${SECRET}&issuer=Acme`)
  /** The app's next code: no code works twice. */
  const nextCode = async () => app.codeAt(await demo.advance(60))
  async function pending(id: string, more: object = {}) {
    const browser = demo.newBrowser()
    return { browser, login: await browser.post('/login', { ...credentials(id), ...more }) }
  }
  async function loggedIn(id: string, more: object = {}) {
    const { browser } = await pending(id, more)
    expect(await browser.post('/tf-validate', { code: await nextCode() })).toMatchObject({ status: 200 })
    return browser
  }
  const ok = { status: 200 }
  const fails = (status: number, reason: string) => ({ status, response: { reason } })

  test('§2: nothing enrolled, a wrong password, an unknown user, logged in, logged out', async () => {
    const { browser, login } = await pending('plain')
    expect(login).toMatchObject({ status: 200, response: { tf_required: false, user: { id: 'plain' } } })
    expect(await browser.get('/login')).toMatchObject({ status: 200, response: { user: { id: 'plain' } } })
    expect(await browser.post('/login', credentials('plain'))).toMatchObject(fails(400, 'already_signed_in'))
    expect(await browser.get('/verify')).toMatchObject({ status: 200, response: { methods: ['password'] } })
    expect(await browser.post('/verify', { password: PASSWORD })).toMatchObject(ok)
    expect(await browser.post('/logout')).toMatchObject(ok)
    expect(await browser.get('/verify')).toMatchObject({ status: 401 })
    const wrong = { ...credentials('plain'), password: 'x' }
    expect(await browser.post('/login', wrong)).toMatchObject(fails(400, 'credentials_invalid'))
    const unknown = await browser.post('/login', credentials('nobody'))
    expect(unknown).toMatchObject(fails(400, 'credentials_invalid'))
    const passcode = { identity: 'plain@acme.test', passcode: PASSWORD }
    expect(await demo.newBrowser().post('/us-signin', passcode)).toMatchObject(ok)
  })

  test('§2: deactivated, also between the password and the code', async () => {
    expect(await demo.user('leaver', 'deactivate')).toBe(200)
    expect((await pending('leaver')).login).toMatchObject(fails(400, 'inactive'))
    const { browser } = await pending('gone')
    await demo.user('gone', 'deactivate')
    const reply = await browser.post('/tf-validate', { code: await nextCode() })
    expect(reply).toMatchObject(fails(400, 'no_pending_flow'))
  })

  test.each([
    ['stamped', 'stamp', {}],
    ['changed', 'password', { password: 'another horse' }],
  ])('§3: a user with a new %s between the password and the code does not pass', async (id, action, body) => {
    const { browser } = await pending(id)
    expect(await demo.user(id, action, body)).toBe(200)
    const reply = await browser.post('/tf-validate', { code: await nextCode() })
    expect(reply).toMatchObject(fails(400, 'no_pending_flow'))
    expect((await pending(id, body)).login).toMatchObject({ status: 200, response: { tf_required: true } })
  })

  test('§3: a wrong code, none, one of the wrong type, the right one, the same again; a flow that is over', async () => {
    const { browser, login } = await pending('app')
    expect(login.response).toMatchObject({ tf_required: true, tf_state: 'ready', tf_method: 'authenticator' })
    expect(login.response).not.toHaveProperty('user')
    const options = { recovery_options: { email: '/tf-rescue', help: '/tf-rescue' } }
    expect(await browser.get('/tf-validate')).toMatchObject({ status: 200, response: options })
    for (const code of [app.wrongCodeAt(await demo.advance(0)), '', { a: 1 }]) {
      const { status, response } = await browser.post('/tf-validate', { code })
      expect([status, Object.keys(response['field_errors'] ?? {})]).toEqual([400, ['code']])
    }
    const code = await nextCode()
    const spaced = { code: `${code.slice(0, 3)} ${code.slice(3)}` }
    const answer = await browser.post('/tf-validate?include_auth_token', spaced)
    expect(answer).toMatchObject({ status: 200, response: { user: { id: 'app' } } })
    expect(answer.response['user']).toHaveProperty('authentication_token')
    const { browser: second } = await pending('app')
    expect(await second.post('/tf-validate', { code })).toMatchObject(fails(400, 'proof_rejected'))
    await demo.advance(601)
    const late = await second.post('/tf-validate', { code: await nextCode() })
    expect(late).toMatchObject(fails(400, 'no_pending_flow'))
  })

  test.each([
    ['mail', 'mail@acme.test', 301],
    ['text', PHONE, 121],
  ])('§3: a code by %s, which expires', async (id, address, lifetimeSeconds) => {
    const { browser } = await pending(id)
    const code = await demo.lastCode(address)
    await demo.advance(lifetimeSeconds)
    expect(await browser.post('/tf-validate', { code })).toMatchObject({ status: 400 })
    const { browser: again } = await pending(id)
    expect(await again.post('/tf-validate', { code: await demo.lastCode(address) })).toMatchObject(ok)
  })

  test('§3: attempts run out, the user is locked, and time opens the lock', async () => {
    const wrong = { code: app.wrongCodeAt(await demo.advance(0)) }
    for (let flow = 0; flow < 2; flow++) {
      const { browser } = await pending('unlucky')
      for (let attempt = 0; attempt < 4; attempt++) await browser.post('/tf-validate', wrong)
      expect(await browser.post('/tf-validate', wrong)).toMatchObject({ status: 429 })
    }
    expect((await pending('unlucky')).login).toMatchObject(fails(429, 'locked'))
    await demo.advance(901)
    await loggedIn('unlucky')
  })

  test('§4: a required first enrollment, at login', async () => {
    const { browser, login } = await pending('must')
    expect(login.response).toMatchObject({ tf_required: true, tf_state: 'setup_from_login' })
    expect(await browser.get('/tf-setup')).toMatchObject({ status: 200, response: { tf_enrollments: [] } })
    expect(await browser.post('/tf-setup', { setup: 'pigeon' })).toMatchObject({ status: 400 })
    expect(await browser.post('/tf-setup', { setup: 'sms', phone: 'x' })).toMatchObject({ status: 400 })
    const begun = await browser.post('/tf-setup', { setup: 'authenticator' })
    expect(begun).toMatchObject({ status: 200, response: { tf_state: 'validating_profile' } })
    const own = simulatedAuthenticator(String(begun.response['tf_authr_uri']))
    const code = own.codeAt(await demo.advance(0))
    expect(await browser.post('/tf-validate', { code })).toMatchObject({ status: 200 })
    expect(await browser.post('/tf-setup', { setup: 'disable' })).toMatchObject({ status: 400 })
  })

  test('§4: a change, confirmed by its own code, once; stale it asks for a factor; then disabled', async () => {
    const browser = await loggedIn('setter')
    const number = '+4915123456780'
    const { response } = await browser.post('/tf-setup', { setup: 'sms', phone: number })
    const confirm = `/tf-setup/${response['tf_state_token']}`
    expect(await browser.post(confirm, { code: 'abc' })).toMatchObject({ status: 400 })
    const code = await demo.lastCode(number)
    expect(await browser.post(confirm, { code })).toMatchObject({
      status: 200,
      response: { tf_method: 'sms' },
    })
    expect(await browser.post(confirm, { code })).toMatchObject({ status: 400 })
    expect(await demo.newBrowser().post(confirm, { code })).toMatchObject({ status: 401 })
    expect(await browser.post('/tf-setup/garbage', { code })).toMatchObject(fails(400, 'setup_token_invalid'))
    await demo.advance(1_201)
    const stale = await browser.post('/tf-setup', { setup: 'disable' })
    expect(stale).toMatchObject({ status: 401, response: { reauth_required: true } })
    expect(await browser.post('/verify', { method: 'sms' })).toMatchObject(ok)
    expect(await browser.post('/verify', { code: await demo.lastCode(number) })).toMatchObject(ok)
    expect(await browser.post('/tf-setup', { setup: 'disable' })).toMatchObject(ok)
    expect((await pending('setter')).login.response).toMatchObject({ tf_required: false })
  })

  test('§4: a setup that is left alone expires', async () => {
    const browser = await loggedIn('token')
    const { response } = await browser.post('/tf-setup', { setup: 'email', mode: 'add' })
    await demo.advance(1_801)
    const late = await browser.post(`/tf-setup/${response['tf_state_token']}`, { code: '123456' })
    expect(late).toMatchObject(fails(400, 'setup_expired'))
  })

  test('§5: rescue by mail and by a call for help', async () => {
    const { browser } = await pending('helped')
    expect(await browser.get('/tf-rescue')).toMatchObject(ok)
    expect(await browser.post('/tf-rescue', { help_setup: 'pigeon' })).toMatchObject({ status: 400 })
    expect(await browser.post('/tf-rescue', { help_setup: 'help' })).toMatchObject(ok)
    expect((await demo.outbox()).some(({ to }) => to === 'help@acme.test')).toBe(true)
    expect(await browser.post('/tf-rescue', { help_setup: 'email' })).toMatchObject(ok)
    const code = await demo.lastCode('helped@acme.test')
    expect(await browser.post('/tf-validate', { code })).toMatchObject(ok)
    expect(await demo.newBrowser().get('/tf-rescue')).toMatchObject(fails(400, 'no_pending_flow'))
  })

  test('§6: recovery codes are made, counted and used once', async () => {
    const browser = await loggedIn('coded')
    const { response } = await browser.post('/mf-recovery-codes')
    const [code] = response['recovery_codes'] as readonly string[] // as documented
    const left = { status: 200, response: { recovery_codes_left: 10 } }
    expect(await browser.get('/mf-recovery-codes')).toMatchObject(left)
    const { browser: second } = await pending('coded')
    expect(await second.post('/mf-recovery', { code: 'wrong' })).toMatchObject({ status: 400 })
    const used = { status: 200, response: { user: { id: 'coded' }, recovery_codes_left: 9 } }
    expect(await second.post('/mf-recovery', { code })).toMatchObject(used)
    const { browser: third } = await pending('coded')
    expect(await third.post('/mf-recovery', { code })).toMatchObject({ status: 400 })
  })

  test('§7: of two methods one is chosen, and another instead', async () => {
    const { browser, login } = await pending('both')
    const choice = { tf_select: true, tf_setup_methods: ['authenticator', 'email'] }
    expect(login.response).toMatchObject(choice)
    expect(await browser.get('/tf-select')).toMatchObject({ status: 200, response: choice })
    expect(await browser.post('/tf-select', { which: 'pigeon' })).toMatchObject({ status: 400 })
    expect(await browser.post('/tf-select', { which: 'email' })).toMatchObject(ok)
    expect(await browser.post('/tf-select', { which: 'authenticator' })).toMatchObject(ok)
    expect(await browser.post('/tf-validate', { code: await nextCode() })).toMatchObject(ok)
  })

  test('§8: a remembered browser skips the code until it is revoked', async () => {
    const browser = await loggedIn('stepper', { remember: true })
    await browser.post('/logout')
    expect((await browser.post('/login', credentials('stepper'))).response).toMatchObject({
      tf_required: false,
    })
    const { response } = await browser.get('/tf-devices')
    const [device] = response['devices'] as readonly { readonly id: string }[] // as documented
    expect(await browser.delete(`/tf-devices/${device?.id}`)).toMatchObject(ok)
    await browser.post('/logout')
    expect((await browser.post('/login', credentials('stepper'))).response).toMatchObject({
      tf_required: true,
    })
  })

  test('an administrator’s reset removes all factors, and ends a login that is under way', async () => {
    const { browser } = await pending('wiped')
    expect(await demo.user('wiped', 'reset')).toBe(200)
    const reply = await browser.post('/tf-validate', { code: await nextCode() })
    expect(reply).toMatchObject(fails(400, 'no_pending_flow'))
    expect((await pending('wiped')).login.response).toMatchObject({ tf_required: false })
  })
})
