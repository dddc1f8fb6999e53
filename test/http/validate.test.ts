import { describe, expect, test } from 'vitest'
import { deploy, PASSWORD, stores } from './deployment.ts'

const credentials = { username: 'bob', password: PASSWORD }

describe.each(stores)('/tf-validate on %s', (_name, createStore) => {
  async function begin(options: Parameters<typeof deploy>[0] = {}) {
    const deployment = deploy({ store: createStore(), ...options })
    deployment.user('bob')
    const { app } = await deployment.given.authenticator('bob')
    const browser = deployment.newBrowser()
    await browser.post('/login', credentials)
    return { ...deployment, app, browser, code: () => app.codeAt(deployment.clock.now()) }
  }

  async function beginEnrolling() {
    const deployment = deploy({ store: createStore(), policy: { required: true, remember: { days: 7 } } })
    deployment.user('bob')
    const browser = deployment.newBrowser()
    await browser.post('/login', { ...credentials, remember: true })
    const begun = await browser.post('/tf-setup', { setup: 'email' })
    return { ...deployment, browser, begun }
  }

  test('ready, GET: the state, the method, and the ways of rescue', async () => {
    const { browser, twoFactor } = await begin({ policy: { rescue: { email: {}, help: 'help@acme.test' } } })
    await twoFactor.recoveryCodes.generate('bob')
    expect(await browser.get('/tf-validate')).toMatchObject({
      status: 200,
      response: {
        tf_state: 'ready',
        tf_method: 'authenticator',
        recovery_options: { help: '/tf-rescue', email: '/tf-rescue', recovery_code: '/mf-recovery' },
      },
    })
  })

  test.each([
    [
      'ready',
      async () => {
        const deployment = deploy({ store: createStore() })
        deployment.user('bob')
        await deployment.given.factor('bob', 'email')
        const browser = deployment.newBrowser()
        await browser.post('/login', credentials)
        return { ...deployment, browser }
      },
    ],
    ['validating_profile', beginEnrolling],
  ])('%s, POST resend: a new code after its wait, and the state again', async (state, start) => {
    const { browser, outbox, clock } = await start()
    expect(await browser.post('/tf-validate', { resend: true })).toMatchObject({
      status: 429,
      response: { reason: 'cooling_down', retry_after: 30 },
    })
    clock.advance({ seconds: 30 })
    outbox.clear()
    expect(await browser.post('/tf-validate', { resend: true })).toMatchObject({
      status: 200,
      response: { tf_required: true, tf_state: state, tf_method: 'email' },
    })
    expect(outbox.to('bob@acme.test')).toHaveLength(1)
    const code = outbox.lastCode('bob@acme.test')
    expect(await browser.post('/tf-validate', { code })).toMatchObject({ status: 200 })
  })

  test('ready, POST resend to a method that sends nothing, or nothing at all: 400', async () => {
    const { browser } = await begin()
    expect(await browser.post('/tf-validate', { resend: true })).toMatchObject({
      status: 400,
      response: { reason: 'resend_unavailable' },
    })
    expect(await browser.post('/tf-validate')).toMatchObject({
      status: 400,
      response: { reason: 'field_required', field_errors: { code: expect.any(Array) } },
    })
  })

  test('ready, POST the right code: the user, logged in; the flow is gone', async () => {
    const { browser, code } = await begin()
    const reply = await browser.post('/tf-validate', { code: code() })
    expect(reply).toMatchObject({ status: 200, response: { user: { id: 'bob' } } })
    expect(reply.response).not.toHaveProperty('user.authentication_token')
    expect([...browser.cookies.keys()].toSorted()).toEqual(['__Host-tf_csrf', 'session'])
  })

  test.each([
    ['here', false, true],
    ['at /login', true, undefined],
  ])(
    'remember was asked for %s: tf_validity is set, as the policy allows it',
    async (_where, early, late) => {
      const { browser, code, clock } = await begin({ policy: { remember: { days: 7 } } })
      await browser.post('/login', { ...credentials, remember: early })
      const remember = late === undefined ? {} : { remember: late }
      const { headers } = await browser.post('/tf-validate', { code: code(), ...remember })
      const [cookie] = headers.getSetCookie().filter((each) => each.startsWith('tf_validity='))
      expect(cookie).toMatch(/; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
      await browser.post('/logout')
      clock.advance({ days: 6 })
      expect((await browser.post('/login', credentials)).response).toMatchObject({ tf_required: false })
    },
  )

  test('remember was asked for and the policy does not allow it: no tf_validity', async () => {
    const { browser, code } = await begin()
    await browser.post('/tf-validate', { code: code(), remember: true })
    expect(browser.cookies.has('tf_validity')).toBe(false)
  })

  test('?include_auth_token adds a token that needs no cookie', async () => {
    const { browser, code, newBrowser } = await begin()
    const reply = await browser.post('/tf-validate?include_auth_token', { code: code() })
    const { authentication_token: token } = reply.response['user'] as { authentication_token: string } // as documented
    const client = newBrowser({ isCookieless: true, headers: { authorization: `Bearer ${token}` } })
    expect(await client.get('/verify')).toMatchObject({ status: 200, response: { user: { id: 'bob' } } })
    const other = newBrowser({ isCookieless: true, headers: { 'authentication-token': token } })
    expect(await other.post('/tf-setup', { setup: 'email' })).toMatchObject({ status: 200 })
  })

  test.each([
    ['wrong', (right: string) => String((Number(right) + 1) % 1_000_000).padStart(6, '0'), 4],
    ['malformed', () => 'abcdef', 5],
    ['in other digits than ASCII', () => '١٢٣٤٥٦', 5],
    ['too long', () => '1'.repeat(300), 5],
  ])(
    'a code that is %s: 400 on the field, the attempts that are left, the state kept',
    async (_what, of, left) => {
      const { browser, code } = await begin()
      const reply = await browser.post('/tf-validate', { code: of(code()) })
      expect(reply.status).toBe(400)
      expect(Object.keys(reply.response['field_errors'] ?? {})).toEqual(['code'])
      expect(reply.response['tf_attempts_left']).toBe(left)
      expect(await browser.post('/tf-validate', { code: code() })).toMatchObject({ status: 200 })
    },
  )

  test('a code used before: 400 on the field', async () => {
    const { browser, code } = await begin()
    const used = code()
    await browser.post('/tf-validate', { code: used })
    await browser.post('/logout')
    await browser.post('/login', credentials)
    expect(await browser.post('/tf-validate', { code: used })).toMatchObject({
      status: 400,
      response: { reason: 'proof_rejected' },
    })
  })

  test('a code that has expired: 400 on the field', async () => {
    const { browser, outbox, clock } = await beginEnrolling()
    const code = outbox.lastCode('bob@acme.test')
    clock.advance({ minutes: 5 })
    const reply = await browser.post('/tf-validate', { code })
    expect(reply).toMatchObject({ status: 400, response: { reason: 'challenge_expired' } })
    expect(Object.keys(reply.response['field_errors'] ?? {})).toEqual(['code'])
  })

  test.each([
    ['missing', {}, 'required'],
    ['null', { code: null }, 'required'],
    ['empty', { code: '' }, 'required'],
    ['spaces', { code: '   ' }, 'required'],
    ['an object', { code: { $ne: null } }, 'invalid'],
    ['a float', { code: 1234.5 }, 'invalid'],
    ['a boolean', { code: true }, 'invalid'],
    ['an array', { code: ['123456'] }, 'invalid'],
    ['negative', { code: -12345 }, 'invalid'],
    ['with a NUL', { code: '12\u00003456' }, 'invalid'],
  ])('a code that is %s: 400 on the field, and not counted', async (_what, body, fault) => {
    const { browser, twoFactor } = await begin()
    const { status, response } = await browser.post('/tf-validate', body)
    expect(status).toBe(400)
    expect(response).toMatchObject({
      reason: `field_${fault}`,
      field_errors: { code: [fault === 'required' ? 'This is required.' : 'This is not as expected.'] },
    })
    expect((await twoFactor.users.get('bob')).failures).toBe(0)
  })

  test.each([
    ['an integer', (code: string) => Number(code)],
    ['with spaces', (code: string) => ` ${code.slice(0, 3)} ${code.slice(3)} `],
    ['with dashes', (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
  ])('a right code as %s: accepted', async (_how, write) => {
    const { browser, code } = await begin()
    expect(await browser.post('/tf-validate', { code: write(code()) })).toMatchObject({ status: 200 })
  })

  test('an integer that has lost its zeros is padded', async () => {
    const { browser, app, clock } = await begin({ policy: { lifetimes: { loginSeconds: 3600 } } })
    while (!app.codeAt(clock.now()).startsWith('0')) clock.advance({ seconds: 30 })
    await browser.post('/login', credentials)
    const reply = await browser.post('/tf-validate', { code: Number(app.codeAt(clock.now())) })
    expect(reply).toMatchObject({ status: 200 })
  })

  test('the attempts are used up: 429, and the login has to begin anew', async () => {
    const { browser, app, clock } = await begin()
    const code = app.wrongCodeAt(clock.now())
    for (const left of [4, 3, 2, 1]) {
      expect((await browser.post('/tf-validate', { code })).response['tf_attempts_left']).toBe(left)
    }
    const last = await browser.post('/tf-validate', { code })
    expect(last).toMatchObject({ status: 429, response: { reason: 'attempts_exhausted', retry_after: 0 } })
    expect(last.headers.get('retry-after')).toBe('0')
    expect(await browser.post('/tf-validate', { code })).toMatchObject({ status: 400 })
  })

  test('a GET never clears a flow', async () => {
    const { browser, given, code } = await begin()
    for (const path of ['/tf-validate', '/tf-rescue', '/tf-select', '/tf-setup', '/verify', '/mf-recovery'])
      await browser.get(path)
    expect(await browser.post('/tf-validate', { code: code() })).toMatchObject({ status: 200 })
    await browser.post('/logout')
    await given.factor('bob', 'email')
    await browser.post('/login', credentials)
    expect(await browser.get('/tf-validate')).toMatchObject({ status: 400 })
    expect((await browser.get('/tf-select')).status).toBe(200)
  })

  test('validating_profile: no ways of rescue', async () => {
    const { browser } = await beginEnrolling()
    expect(await browser.get('/tf-validate')).toMatchObject({
      status: 200,
      response: { tf_state: 'validating_profile', tf_method: 'email', recovery_options: {} },
    })
  })

  test('validating_profile, the right code: enrolled, logged in, remembered', async () => {
    const { browser, outbox, twoFactor } = await beginEnrolling()
    const reply = await browser.post('/tf-validate', { code: outbox.lastCode('bob@acme.test') })
    expect(reply).toMatchObject({ status: 200, response: { user: { id: 'bob' } } })
    expect(browser.cookies.has('tf_validity')).toBe(true)
    expect((await twoFactor.users.get('bob')).enrollments).toHaveLength(1)
  })

  test.each(['get', 'post'] as const)('no flow, %s: 400', async (method) => {
    const { response } = await deploy({ store: createStore() }).newBrowser()[method]('/tf-validate')
    expect(response).toMatchObject({ reason: 'no_pending_flow', field_errors: { '': [expect.any(String)] } })
  })

  test.each([
    [
      'selecting',
      async ({ given, browser }: Awaited<ReturnType<typeof begin>>) => {
        await given.factor('bob', 'email')
        await browser.post('/login', credentials)
      },
    ],
    ['user gone', async ({ noUser }: Awaited<ReturnType<typeof begin>>) => noUser('bob')],
    ['user inactive', async ({ user }: Awaited<ReturnType<typeof begin>>) => user('bob', { active: false })],
    [
      'factors removed',
      async ({ twoFactor }: Awaited<ReturnType<typeof begin>>) => twoFactor.users.reset('bob'),
    ],
    [
      'password changed',
      async ({ user }: Awaited<ReturnType<typeof begin>>) => user('bob', { securityStamp: 'new' }),
    ],
    ['flow expired', async ({ clock }: Awaited<ReturnType<typeof begin>>) => clock.advance({ minutes: 10 })],
    [
      'flow tampered with',
      async ({ browser }: Awaited<ReturnType<typeof begin>>) => browser.cookies.set('tf_flow', 'garbage'),
    ],
  ])('%s meanwhile: 400, and the cookie is cleared', async (_what, meanwhile) => {
    const begun = await begin()
    await meanwhile(begun)
    expect(await begun.browser.post('/tf-validate', { code: begun.code() })).toMatchObject({
      status: 400,
      response: { reason: 'no_pending_flow', field_errors: { '': [expect.any(String)] } },
    })
    expect(begun.browser.cookies.has('tf_flow')).toBe(false)
    expect(begun.browser.cookies.has('session')).toBe(false)
  })

  test('a client without cookies sends the flow back in X-TF-Flow', async () => {
    const { newBrowser, code } = await begin()
    const client = newBrowser({ isCookieless: true })
    const { response } = await client.post('/login', credentials)
    const reply = await client.post(
      '/tf-validate?include_auth_token',
      { code: code() },
      { 'x-tf-flow': String(response['tf_flow_token']) },
    )
    expect(reply).toMatchObject({ status: 200, response: { user: { id: 'bob' } } })
  })
})
