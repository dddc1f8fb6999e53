import { describe, expect, test } from 'vitest'
import { deploy, PASSWORD, stores } from './deployment.ts'

const credentials = { username: 'bob', password: PASSWORD }
const user = { id: 'bob', username: 'bob', email: 'bob@acme.test' }

describe.each(stores)('/login on %s', (_name, createStore) => {
  const begin = (options: Parameters<typeof deploy>[0] = {}) => {
    const deployment = deploy({ store: createStore(), ...options })
    deployment.user('bob')
    return { ...deployment, browser: deployment.newBrowser() }
  }

  test.each(['email', 'username', 'identity'] as const)(
    'no 2FA needed, named by %s: logged in',
    async (name) => {
      const { browser } = begin()
      const named = { [name]: name === 'email' ? 'bob@acme.test' : 'bob' }
      const reply = await browser.post('/login', { ...named, password: PASSWORD })
      expect(reply).toMatchObject({ status: 200, code: 200, response: { tf_required: false, user } })
      expect(browser.cookies.has('session')).toBe(true)
      expect((await browser.get('/login')).response['user']).toEqual(user)
    },
  )

  test.each([
    ['authenticator', undefined, 0],
    ['email', undefined, 1],
    ['sms', '+15550100', 1],
  ] as const)('enrolled, one method, %s: ready', async (method, address, messages) => {
    const { browser, given, outbox } = begin()
    await given.factor('bob', method, address)
    outbox.clear()
    const reply = await browser.post('/login', credentials)
    expect(reply).toMatchObject({
      status: 200,
      response: { tf_required: true, tf_state: 'ready', tf_method: method, tf_primary_method: method },
    })
    expect(reply.response).not.toHaveProperty('user')
    expect(outbox.sent.filter(({ message }) => message.kind.startsWith('code'))).toHaveLength(messages)
    expect(browser.cookies.get('tf_flow')).toBe(reply.response['tf_flow_token'])
    const [cookie] = reply.headers.getSetCookie().filter((each) => each.startsWith('tf_flow='))
    expect(cookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    expect(browser.cookies.has('session')).toBe(false)
  })

  test('required, nothing enrolled: setup_from_login', async () => {
    const { browser } = begin({ policy: { required: true } })
    const { status, response } = await browser.post('/login', credentials)
    expect(status).toBe(200)
    expect(response).toMatchObject({ tf_required: true, tf_state: 'setup_from_login' })
    expect(response).not.toHaveProperty('user')
  })

  test('several methods: tf_select, and nothing is sent yet', async () => {
    const { browser, given, outbox } = begin()
    await given.authenticator('bob')
    await given.factor('bob', 'sms', '+15550100')
    outbox.clear()
    expect(await browser.post('/login', credentials)).toMatchObject({
      status: 200,
      response: { tf_required: true, tf_select: true, tf_setup_methods: ['authenticator', 'sms'] },
    })
    expect(outbox.sent).toEqual([])
  })

  test('wrong password and unknown user: one and the same failure, and each time one verification', async () => {
    const { browser, verified } = begin()
    await browser.get('/login')
    const wrong = await browser.post('/login', { username: 'bob', password: 'wrong' })
    expect(verified).toEqual(['password bob'])
    const unknown = await browser.post('/login', { username: 'eve', password: 'wrong' })
    expect(verified).toEqual(['password bob', 'dummy'])
    expect(wrong).toMatchObject({ status: 400, response: { reason: 'credentials_invalid' } })
    expect(unknown.text).toBe(wrong.text)
    expect([...unknown.headers.keys()]).toEqual([...wrong.headers.keys()])
  })

  test('locked: 429 with retry_after, and the flow is open for a recovery code where one is left', async () => {
    const { browser, given, twoFactor } = begin({ policy: { throttle: { failuresPerLock: 3 } } })
    await given.authenticator('bob')
    const codes = await twoFactor.recoveryCodes.generate('bob')
    await browser.post('/login', credentials)
    for (const code of ['000000', '000001']) await browser.post('/tf-validate', { code })
    const locked = await browser.post('/tf-validate', { code: '000002' })
    expect(locked).toMatchObject({ status: 429, response: { reason: 'locked', retry_after: 900 } })
    const again = await browser.post('/login', credentials)
    expect(again).toMatchObject({
      status: 429,
      response: { reason: 'locked', retry_after: 900, recovery_options: { recovery_code: '/mf-recovery' } },
    })
    expect(again.headers.get('retry-after')).toBe('900')
    expect(await browser.post('/mf-recovery', { code: codes[0] })).toMatchObject({
      status: 200,
      response: { user },
    })
  })

  test('locked, and no recovery code is left: 429, and no flow', async () => {
    const { browser, given } = begin({ policy: { throttle: { failuresPerLock: 3 } } })
    await given.authenticator('bob')
    await browser.post('/login', credentials)
    for (const code of ['000000', '000001', '000002']) await browser.post('/tf-validate', { code })
    const reply = await browser.post('/login', credentials)
    expect(reply).toMatchObject({ status: 429, response: { reason: 'locked', recovery_options: {} } })
    expect(browser.cookies.has('tf_flow')).toBe(false)
  })

  test('the host says inactive: 400', async () => {
    const deployment = begin()
    deployment.user('bob', { active: false })
    const reply = await deployment.browser.post('/login', credentials)
    expect(reply).toMatchObject({ status: 400, response: { reason: 'inactive' } })
  })

  test('sending fails: 500, and the flow stays usable', async () => {
    const { browser, given, outbox } = begin()
    await given.factor('bob', 'email')
    outbox.next('refuse')
    const reply = await browser.post('/login', credentials)
    expect(reply).toMatchObject({ status: 500, response: { reason: 'delivery_failed' } })
    expect(await browser.post('/tf-select', { which: 'email' })).toMatchObject({ status: 200 })
    const code = outbox.lastCode('bob@acme.test')
    expect(await browser.post('/tf-validate', { code })).toMatchObject({ status: 200, response: { user } })
  })

  test('POST /login when logged in: 400, and the session stays', async () => {
    const { browser } = begin()
    await browser.post('/login', credentials)
    const before = browser.cookies.get('session')
    expect(await browser.post('/login', credentials)).toMatchObject({
      status: 400,
      response: { reason: 'already_signed_in' },
    })
    expect(browser.cookies.get('session')).toBe(before)
  })

  test('POST /logout: session and pending flow are gone, tf_validity is kept', async () => {
    const { browser, given, clock } = begin({ policy: { remember: { days: 7 } } })
    const { app } = await given.authenticator('bob')
    await browser.post('/login', { ...credentials, remember: true })
    const pending = browser.cookies.get('tf_flow') ?? ''
    await browser.post('/tf-validate', { code: app.codeAt(clock.now()) })
    expect(await browser.post('/logout')).toMatchObject({ status: 200 })
    expect([...browser.cookies.keys()].toSorted()).toEqual(['__Host-tf_csrf', 'tf_validity'])
    expect((await browser.get('/login')).response).not.toHaveProperty('user')
    browser.cookies.set('tf_flow', pending)
    expect(await browser.post('/logout')).toMatchObject({ status: 200 })
    expect(browser.cookies.has('tf_flow')).toBe(false)
  })

  test('POST /logout ends a pending login on the server as well', async () => {
    const { browser, given, clock } = begin()
    const { app } = await given.authenticator('bob')
    const { response } = await browser.post('/login', credentials)
    await browser.post('/logout')
    browser.cookies.set('tf_flow', String(response['tf_flow_token']))
    expect(await browser.post('/tf-validate', { code: app.codeAt(clock.now()) })).toMatchObject({
      status: 400,
      response: { reason: 'no_pending_flow' },
    })
  })

  test('GET /login: how users may name themselves', async () => {
    const { browser } = begin()
    const { status, response } = await browser.get('/login')
    expect(status).toBe(200)
    expect(response).toMatchObject({ identity_attributes: ['email', 'username'] })
    expect(response).not.toHaveProperty('user')
  })

  test.each([
    ['no password', { username: 'bob' }, 'password'],
    ['an empty password', { username: 'bob', password: '' }, 'password'],
    ['nobody named', { password: 'x' }, 'email'],
    ['an identity that is a list', { username: ['bob'], password: 'x' }, 'username'],
    ['a password that is a number', { username: 'bob', password: 7 }, 'password'],
    ['remember that is a text', { ...credentials, remember: 'yes' }, 'remember'],
  ])('%s: 400, and the field is named', async (_what, body, field) => {
    const { browser } = begin()
    const { status, response } = await browser.post('/login', body)
    expect(status).toBe(400)
    expect(Object.keys(response['field_errors'] ?? {})).toEqual([field])
  })

  test('POST /us-signin: the same entrance for a passcode', async () => {
    const { browser, given, clock, verified } = begin()
    const { app } = await given.authenticator('bob')
    const wrong = await browser.post('/us-signin', { identity: 'bob', passcode: 'wrong' })
    expect(wrong).toMatchObject({ status: 400, response: { reason: 'credentials_invalid' } })
    const reply = await browser.post('/us-signin', { identity: 'bob', passcode: PASSWORD })
    expect(reply).toMatchObject({ status: 200, response: { tf_state: 'ready', tf_method: 'authenticator' } })
    await browser.post('/tf-validate', { code: app.codeAt(clock.now()) })
    expect(browser.cookies.has('session')).toBe(true)
    expect(verified).toEqual(['password bob', 'password bob'])
  })

  test('POST /us-signin with a passcode that came by mail: mail is no second factor then', async () => {
    const { browser, given } = begin({
      http: {
        verifyPasscode: (_identity, passcode) =>
          passcode === '004711'
            ? { kind: 'verified', userId: 'bob', channel: 'email' }
            : { kind: 'rejected' },
      },
    })
    await given.authenticator('bob')
    await given.factor('bob', 'email')
    const reply = await browser.post('/us-signin', { identity: 'bob', passcode: 4711 })
    expect(reply).toMatchObject({ status: 200, response: { tf_state: 'ready', tf_method: 'authenticator' } })
  })

  test('a password that is changed while it is checked logs nobody in, where the host says which it checked', async () => {
    const { browser, http, user } = begin({
      http: {
        verifyPassword: (_identity, _password) => {
          user('bob', { securityStamp: 'of a new password' })
          return { kind: 'verified', userId: 'bob', securityStamp: 'of the old one' }
        },
      },
    })
    user('bob', { securityStamp: 'of the old one' })
    expect(await browser.post('/login', { username: 'bob', password: PASSWORD })).toMatchObject({
      status: 400,
      response: { reason: 'credentials_invalid' },
    })
    const back = new Request('https://acme.test/oauth/callback')
    const outdated = { userId: 'bob', securityStamp: 'of the old one' }
    expect((await http.signIn(back, outdated)).status).toBe(400)
    expect((await http.signIn(back, { userId: 'bob', securityStamp: 'of a new password' })).status).toBe(200)
  })

  test('a first factor that the host has proven elsewhere goes on by signIn', async () => {
    const { http, given, browser, clock } = begin()
    const { app } = await given.authenticator('bob')
    const response = await http.signIn(new Request('https://acme.test/oauth/callback'), { userId: 'bob' })
    expect(response.status).toBe(200)
    const [cookie = ''] = response.headers.getSetCookie()
    browser.cookies.set('tf_flow', /^tf_flow=([^;]+)/.exec(cookie)?.[1] ?? '')
    await browser.get('/login')
    expect(await browser.post('/tf-validate', { code: app.codeAt(clock.now()) })).toMatchObject({
      status: 200,
    })
  })
})
