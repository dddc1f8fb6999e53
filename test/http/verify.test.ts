import { describe, expect, test } from 'vitest'
import { deploy, PASSWORD, stores } from './deployment.ts'

const credentials = { username: 'bob', password: PASSWORD }

describe.each(stores)('/verify on %s', (_name, createStore) => {
  const begin = async (options: Parameters<typeof deploy>[0] = {}) => {
    const deployment = deploy({ store: createStore(), ...options })
    const signedIn = await deployment.loggedIn('bob')
    deployment.clock.advance({ minutes: 20 })
    const code = () => signedIn.app.codeAt(deployment.clock.now())
    return { ...deployment, ...signedIn, code }
  }

  async function beginUnenrolled() {
    const deployment = deploy({ store: createStore() })
    deployment.user('bob')
    const browser = deployment.newBrowser()
    await browser.post('/login', credentials)
    deployment.clock.advance({ minutes: 20 })
    return { ...deployment, browser }
  }

  test('GET: the user, and the methods that can make the session fresh', async () => {
    const { browser, twoFactor, given } = await begin()
    await given.factor('bob', 'email')
    await twoFactor.recoveryCodes.generate('bob')
    expect(await browser.get('/verify')).toMatchObject({
      status: 200,
      response: { user: { id: 'bob' }, methods: ['authenticator', 'email', 'recovery_code'] },
    })
  })

  test('POST method, then code: the session is fresh, and new', async () => {
    const { browser, code } = await begin()
    const before = browser.cookies.get('session')
    expect(await browser.get('/tf-setup')).toMatchObject({ status: 401 })
    expect(await browser.post('/verify', { method: 'authenticator' })).toMatchObject({
      status: 200,
      response: { tf_state: 'ready', tf_method: 'authenticator' },
    })
    expect(await browser.post('/verify', { code: code() })).toMatchObject({
      status: 200,
      response: { user: { id: 'bob' } },
    })
    expect(await browser.get('/tf-setup')).toMatchObject({ status: 200 })
    expect(browser.cookies.get('session')).not.toBe(before)
    expect(browser.cookies.has('tf_flow')).toBe(false)
  })

  test('POST method email: the code is sent, once', async () => {
    const { browser, given, outbox } = await begin()
    await given.factor('bob', 'email')
    outbox.clear()
    await browser.post('/verify', { method: 'email' })
    expect(outbox.to('bob@acme.test')).toHaveLength(1)
    const code = outbox.lastCode('bob@acme.test')
    expect(await browser.post('/verify', { code })).toMatchObject({ status: 200 })
  })

  test('CWE-308: mailed links and mail alone: a password first, then a mailed code, and nothing is a dead end', async () => {
    const deployment = deploy({
      store: createStore(),
      policy: { remember: { days: 7 }, rescue: { recoveryCodes: false } },
      http: { verifyPasscode: () => ({ kind: 'verified', userId: 'bob', channel: 'email' }) },
    })
    deployment.user('bob')
    await deployment.given.factor('bob', 'email')
    const { outbox } = deployment
    const browser = deployment.newBrowser()
    await browser.post('/login', credentials)
    await browser.post('/tf-validate', { code: outbox.lastCode('bob@acme.test'), remember: true })
    await browser.post('/logout')
    await browser.post('/us-signin', { identity: 'bob', passcode: '004711' })
    expect(await browser.get('/tf-setup')).toMatchObject({
      status: 401,
      response: { reason: 'reauth_required', reauth_methods: ['password'] },
    })
    expect(await browser.post('/verify', { method: 'email' })).toMatchObject({ status: 400 })

    expect(await browser.post('/verify', { password: PASSWORD })).toMatchObject({ status: 200 })
    expect(await browser.get('/tf-setup')).toMatchObject({
      status: 401, // L9: a password makes no session fresh
      response: { reauth_methods: ['email'] },
    })
    await browser.post('/verify', { method: 'email' })
    await browser.post('/verify', { code: outbox.lastCode('bob@acme.test') })
    expect(await browser.get('/tf-setup')).toMatchObject({ status: 200 })
  })

  test('CWE-308: a code that one session has asked for is none for another, whose login came by mail', async () => {
    const deployment = deploy({
      store: createStore(),
      http: { verifyPasscode: () => ({ kind: 'verified', userId: 'bob', channel: 'email' }) },
    })
    const { browser, app } = await deployment.loggedIn('bob')
    await deployment.given.factor('bob', 'email')
    const { clock, newBrowser, outbox } = deployment
    const { response } = await browser.post('/verify', { method: 'email' })
    const other = newBrowser()
    await other.post('/us-signin', { identity: 'bob', passcode: '004711' })
    clock.advance({ minutes: 1 })
    await other.post('/tf-validate', { code: app.codeAt(clock.now()) })
    const flow = { 'x-tf-flow': String(response['tf_flow_token']) }
    const code = outbox.lastCode('bob@acme.test')
    for (const body of [{ resend: true }, { code }])
      expect(await other.post('/verify', body, flow)).toMatchObject({
        status: 400,
        response: { reason: 'method_unavailable' },
      })
    expect(await browser.post('/verify', { code })).toMatchObject({ status: 200 })
  })

  test('POST resend: a new code of the same step-up, after its wait', async () => {
    const { browser, given, outbox, clock } = await begin()
    await given.factor('bob', 'email')
    expect(await browser.post('/verify', { resend: true })).toMatchObject({
      status: 400,
      response: { reason: 'no_pending_flow' },
    })
    await browser.post('/verify', { method: 'email' })
    expect(await browser.post('/verify', { resend: true })).toMatchObject({
      status: 429,
      response: { reason: 'cooling_down' },
    })
    clock.advance({ minutes: 1 })
    outbox.clear()
    expect(await browser.post('/verify', { resend: true })).toMatchObject({
      status: 200,
      response: { tf_state: 'ready', tf_method: 'email' },
    })
    const code = outbox.lastCode('bob@acme.test')
    expect(await browser.post('/verify', { code })).toMatchObject({ status: 200 })
  })

  test('CWE-308: mail does not serve where the login itself came by mail, unless a password is proven too', async () => {
    const deployment = deploy({
      store: createStore(),
      http: { verifyPasscode: () => ({ kind: 'verified', userId: 'bob', channel: 'email' }) },
    })
    deployment.user('bob')
    const { app } = await deployment.given.authenticator('bob')
    await deployment.given.factor('bob', 'email')
    const browser = deployment.newBrowser()
    const code = () => {
      deployment.clock.advance({ minutes: 1 })
      return app.codeAt(deployment.clock.now())
    }
    await browser.post('/us-signin', { identity: 'bob', passcode: '004711' })
    await browser.post('/tf-validate', { code: code() })
    const methods = async () => (await browser.get('/verify')).response['methods']
    expect(await methods()).toEqual(['authenticator', 'password']) // fresh by the app
    expect(await browser.post('/verify', { method: 'email' })).toMatchObject({
      status: 400,
      response: { reason: 'method_unavailable' },
    })

    await browser.post('/verify', { method: 'authenticator' })
    await browser.post('/verify', { code: code() })
    expect(await methods()).toEqual(['authenticator', 'password']) // a session made anew does not forget it
    await browser.post('/verify', { password: PASSWORD })
    expect(await methods()).toEqual(['authenticator', 'email', 'password'])
  })

  test('POST method again: switches within the same flow, and sends nothing twice', async () => {
    const { browser, given, outbox, code } = await begin()
    await given.factor('bob', 'email')
    await browser.post('/verify', { method: 'email' })
    const flow = browser.cookies.get('tf_flow')
    outbox.clear()
    expect(await browser.post('/verify', { method: 'email' })).toMatchObject({
      status: 429,
      response: { reason: 'cooling_down' },
    })
    expect(await browser.post('/verify', { method: 'authenticator' })).toMatchObject({ status: 200 })
    expect(browser.cookies.get('tf_flow')).toBe(flow)
    expect(outbox.sent).toEqual([])
    expect(await browser.post('/verify', { code: code() })).toMatchObject({ status: 200 })
  })

  test('POST method, sending fails: 500, and the code may be asked for again', async () => {
    const { browser, given, outbox } = await begin()
    await given.factor('bob', 'email')
    outbox.next('refuse')
    expect(await browser.post('/verify', { method: 'email' })).toMatchObject({
      status: 500,
      response: { reason: 'delivery_failed' },
    })
    expect(await browser.post('/verify', { method: 'email' })).toMatchObject({ status: 200 })
  })

  test('POST recovery_code: completes it as well', async () => {
    const { browser, twoFactor } = await begin()
    const [code] = await twoFactor.recoveryCodes.generate('bob')
    await browser.post('/verify', { method: 'recovery_code' })
    expect(await browser.post('/verify', { recovery_code: code })).toMatchObject({ status: 200 })
    expect(await browser.get('/tf-setup')).toMatchObject({ status: 200 })
  })

  test('POST code, wrong: 400 with what is left; all used up: 429', async () => {
    const { browser, app, clock } = await begin()
    await browser.post('/verify', { method: 'authenticator' })
    const code = app.wrongCodeAt(clock.now())
    for (const left of [4, 3, 2, 1]) {
      const reply = await browser.post('/verify', { code })
      expect(reply).toMatchObject({ status: 400, response: { tf_attempts_left: left } })
      expect(Object.keys(reply.response['field_errors'] ?? {})).toEqual(['code'])
    }
    expect(await browser.post('/verify', { code })).toMatchObject({
      status: 429,
      response: { reason: 'attempts_exhausted' },
    })
    expect((await browser.get('/verify')).status).toBe(200) // the session stays, as stale as it was
    expect(await browser.get('/tf-setup')).toMatchObject({ status: 401 })
  })

  test.each([
    ['a method that is unknown', { method: 'pigeon' }, 'method'],
    ['a method that is not enrolled', { method: 'sms' }, 'method'],
    ['a recovery code where none is left', { method: 'recovery_code' }, 'method'],
    ['nothing', {}, 'method'],
    ['a code of the wrong type', { code: [] }, 'code'],
    ['a code and no step-up', { code: '123456' }, ''],
  ])('POST %s: 400', async (_what, body, field) => {
    const { browser } = await begin()
    const { status, response } = await browser.post('/verify', body)
    expect([status, Object.keys(response['field_errors'] ?? {})]).toEqual([400, [field]])
  })

  test('POST password, nothing enrolled: the session may enroll', async () => {
    const { browser, verified } = await beginUnenrolled()
    expect(await browser.post('/tf-setup', { setup: 'email' })).toMatchObject({
      status: 401,
      response: { reauth_methods: ['password'] },
    })
    const wrong = await browser.post('/verify', { password: 'wrong' })
    expect(wrong).toMatchObject({ status: 400, response: { reason: 'credentials_invalid' } })
    expect(Object.keys(wrong.response['field_errors'] ?? {})).toEqual(['password'])
    expect(await browser.post('/verify', { password: PASSWORD })).toMatchObject({ status: 200 })
    expect(await browser.post('/tf-setup', { setup: 'email' })).toMatchObject({ status: 200 })
    expect(verified).toHaveLength(3)
  })

  test('POST password, right but of another user: 400', async () => {
    const deployment = deploy({ store: createStore(), http: { identityOf: () => 'eve' } })
    deployment.user('eve')
    deployment.user('bob')
    const browser = deployment.newBrowser()
    await browser.post('/login', credentials)
    expect(await browser.post('/verify', { password: PASSWORD })).toMatchObject({
      status: 400,
      response: { reason: 'credentials_invalid' },
    })
  })

  test('POST password, a second factor was proven within the limit: 200', async () => {
    const { browser, clock } = await begin()
    clock.set(clock.now() - 5 * 60_000)
    expect((await browser.get('/verify')).response['methods']).toEqual(['authenticator', 'password'])
    expect(await browser.post('/verify', { password: PASSWORD })).toMatchObject({ status: 200 })
  })

  test('L9, POST password, enrolled and stale: 401 without password among the methods, and nothing is checked', async () => {
    const { browser, verified } = await begin()
    const before = verified.length
    expect(await browser.post('/verify', { password: PASSWORD })).toMatchObject({
      status: 401,
      response: { reauth_required: true, reauth_methods: ['authenticator'] },
    })
    expect(verified).toHaveLength(before)
    expect(await browser.get('/tf-setup')).toMatchObject({ status: 401 })
  })

  test.each(['get', 'post'] as const)('%s, not logged in: 401', async (method) => {
    const reply = await deploy().newBrowser()[method]('/verify', { code: '123456' })
    expect(reply).toMatchObject({ status: 401, response: { reason: 'not_signed_in' } })
  })

  test('a bearer token is made anew by it, the old one is over, and no cookie is set', async () => {
    const ended = new Set<string>()
    const revocations = {
      revoke: async (id: string) => void ended.add(id),
      isRevoked: async (id: string) => ended.has(id),
    }
    const { newBrowser, browser, code, clock } = await begin({ revocations })
    await browser.post('/logout')
    await browser.post('/login', credentials)
    const tokenOf = ({ response }: { readonly response: Readonly<Record<string, unknown>> }) =>
      String((response['user'] as { authentication_token?: string }).authentication_token) // as documented
    const old = tokenOf(await browser.post('/tf-validate?include_auth_token', { code: code() }))
    const client = (token: string) =>
      newBrowser({ isCookieless: true, headers: { authorization: `Bearer ${token}` } })
    clock.advance({ minutes: 20 })
    expect(await client(old).get('/tf-setup')).toMatchObject({ status: 401 })
    const { response } = await client(old).post('/verify', { method: 'authenticator' })
    const flow = { 'x-tf-flow': String(response['tf_flow_token']) }
    const reply = await client(old).post('/verify', { code: code() }, flow)
    expect(reply.headers.getSetCookie().some((cookie) => cookie.startsWith('session='))).toBe(false)
    expect(await client(tokenOf(reply)).get('/tf-setup')).toMatchObject({ status: 200 })
    expect(await client(old).get('/verify')).toMatchObject({ status: 401 })
  })

  test.each(['a new password', 'a logout'])(
    '%s while a password is being checked: the session that is made of it is none',
    async (what) => {
      const ended = new Set<string>()
      let meanwhile = async () => undefined as unknown
      const deployment = deploy({
        store: createStore(),
        revocations: {
          revoke: async (id) => void ended.add(id),
          isRevoked: async (id) => ended.has(id),
        },
        http: {
          verifyPassword: async () => {
            await meanwhile()
            return { kind: 'verified', userId: 'bob' }
          },
        },
      })
      deployment.user('bob')
      const owner = deployment.newBrowser()
      await owner.post('/login', credentials)
      const thief = deployment.newBrowser()
      for (const [name, value] of owner.cookies) thief.cookies.set(name, value)
      await thief.get('/verify')
      meanwhile = async () =>
        what === 'a logout'
          ? owner.post('/logout')
          : deployment.user('bob', { securityStamp: 'of a new password' })
      await thief.post('/verify?include_auth_token', { password: PASSWORD })
      expect(await thief.get('/verify')).toMatchObject({ status: 401 })
    },
  )

  test('a bearer token ends with the session that it is made of, and keeps what that one came over', async () => {
    const { newBrowser, browser, code, clock } = await begin({
      http: { verifyPasscode: () => ({ kind: 'verified', userId: 'bob', channel: 'sms' }) },
    })
    await browser.post('/logout')
    await browser.post('/us-signin', { identity: 'bob', passcode: '004711' })
    await browser.post('/tf-validate', { code: code() })
    clock.advance({ hours: 11, minutes: 30 })
    await browser.post('/verify', { method: 'authenticator' })
    const { response } = await browser.post('/verify?include_auth_token', { code: code() })
    const { authentication_token: token } = response['user'] as { authentication_token: string } // as documented
    const client = newBrowser({ isCookieless: true, headers: { authorization: `Bearer ${token}` } })
    const setup = { setup: 'sms', phone: '+15550100' }
    expect(await client.post('/tf-setup', setup)).toMatchObject({
      status: 400,
      response: { reason: 'method_unavailable', field_errors: { setup: expect.any(Array) } },
    })
    clock.advance({ minutes: 31 })
    expect(await client.get('/verify')).toMatchObject({ status: 401 })
  })
})
