import { describe, expect, test } from 'vitest'
import { deploy, PASSWORD, stores } from './deployment.ts'

const bob = { username: 'bob', password: PASSWORD }
const eve = { username: 'eve', password: PASSWORD }
const noFlow = { status: 400, response: { reason: 'no_pending_flow' } }

describe.each(stores)('attacks on %s', (_name, createStore) => {
  type Options = Parameters<typeof deploy>[0]

  async function begin(options: Options = {}) {
    const deployment = deploy({ store: createStore(), ...options })
    deployment.user('bob')
    const { app } = await deployment.given.authenticator('bob')
    const code = () => app.codeAt(deployment.clock.now())
    return { ...deployment, app, code, browser: deployment.newBrowser() }
  }

  test('L2, replay of a code: one code logs in once, also in another browser', async () => {
    const { browser, newBrowser, code } = await begin()
    const other = newBrowser()
    await browser.post('/login', bob)
    await other.post('/login', bob)
    const used = code()
    expect(await browser.post('/tf-validate', { code: used })).toMatchObject({ status: 200 })
    expect(await other.post('/tf-validate', { code: used })).toMatchObject({
      status: 400,
      response: { reason: 'proof_rejected' },
    })
  })

  test('L2, a race: of twenty requests with one right code, one logs in', async () => {
    const { browser, code } = await begin()
    await browser.post('/login', bob)
    const right = code()
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => browser.post('/tf-validate', { code: right })),
    )
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(replies.filter(({ status }) => status >= 500 && status !== 503)).toEqual([])
  })

  test.each([
    ['the owner removes the method that it was proven by', 'removes'],
    ['an administrator resets the user', 'resets'],
  ])('L4: a thief’s fresh session changes nothing once %s', async (_what, act) => {
    const { browser, code, clock, given, newBrowser, outbox, twoFactor } = await begin()
    await given.factor('bob', 'sms', '+15550100')
    const thief = newBrowser()
    await thief.post('/login', bob)
    await thief.post('/tf-select', { which: 'sms' })
    await thief.post('/tf-validate', { code: outbox.lastCode('+15550100') })
    expect(await thief.get('/tf-setup')).toMatchObject({ status: 200 })

    clock.advance({ minutes: 1 })
    if (act === 'removes') {
      await browser.post('/login', bob)
      await browser.post('/tf-select', { which: 'authenticator' })
      await browser.post('/tf-validate', { code: code() })
      const listed = (await browser.get('/tf-setup')).response['tf_enrollments'] as {
        id: string
        method: string
      }[]
      const { id } = listed.find(({ method }) => method === 'sms') ?? { id: '' }
      expect(await browser.delete(`/tf-enrollments/${id}`)).toMatchObject({ status: 200 })
    } else await twoFactor.users.reset('bob')
    const stale = { status: 401, response: { reason: 'reauth_required' } }
    expect(await thief.post('/mf-recovery-codes')).toMatchObject(stale)
    expect(await thief.post('/tf-setup', { setup: 'authenticator' })).toMatchObject(stale)
  })

  test('ASVS 6.3.7: the owner hears of a second change within the hour, too, which may be a thief’s', async () => {
    const { browser, code, outbox } = await begin()
    await browser.post('/login', bob)
    await browser.post('/tf-validate', { code: code() })
    for (const told of [1, 2]) {
      expect(await browser.post('/mf-recovery-codes')).toMatchObject({ status: 200 })
      const notices = outbox.to('bob@acme.test').filter(({ message }) => /recovery codes/i.test(message.text))
      expect(notices).toHaveLength(told)
    }
  })

  test('CWE-799: a stale session uses up half of a day’s codes at the most, and its owner can still log in', async () => {
    const { browser, clock, given, newBrowser, outbox, user } = await begin()
    user('eve')
    await given.factor('eve', 'email')
    await browser.post('/login', eve)
    await browser.post('/tf-validate', { code: outbox.lastCode('eve@acme.test') })
    let reply = await browser.post('/verify', { method: 'email' })
    for (let count = 0; count < 40; count++) {
      clock.advance({ minutes: 3 })
      browser.cookies.delete('tf_flow')
      reply = await browser.post('/verify', { method: 'email' })
    }
    expect(reply).toMatchObject({ status: 429, response: { reason: 'delivery_limited' } })
    const owner = newBrowser()
    await owner.post('/login', eve)
    const code = outbox.lastCode('eve@acme.test')
    expect(await owner.post('/tf-validate', { code })).toMatchObject({ status: 200 })
  })

  test('replay of a flow’s cookie after the login: nothing is pending', async () => {
    const { browser, newBrowser, code, clock } = await begin()
    await browser.post('/login', bob)
    const thief = newBrowser()
    thief.cookies.set('tf_flow', browser.cookies.get('tf_flow') ?? '')
    await browser.post('/tf-validate', { code: code() })
    clock.advance({ minutes: 1 })
    await thief.get('/login')
    expect(await thief.post('/tf-validate', { code: code() })).toMatchObject(noFlow)
    expect(thief.cookies.has('session')).toBe(false)
  })

  test.each([
    ['without revocations, until it expires', false],
    ['with them, never', true],
  ])('replay of a session’s cookie after the logout: %s', async (_what, revokes) => {
    const ended = new Set<string>()
    const revocations = {
      revoke: async (id: string) => void ended.add(id),
      isRevoked: async (id: string) => ended.has(id),
    }
    const deployment = deploy({ store: createStore(), ...(revokes ? { revocations } : {}) })
    const { browser } = await deployment.loggedIn('bob')
    const copy = browser.cookies.get('session') ?? ''
    await browser.post('/logout')
    browser.cookies.set('session', copy)
    expect((await browser.get('/verify')).status).toBe(revokes ? 401 : 200)
    deployment.clock.advance({ hours: 12 })
    expect((await browser.get('/verify')).status).toBe(401)
  })

  test('a setup’s token in another user’s session, in a login and in a step-up', async () => {
    const { loggedIn, outbox, newBrowser, twoFactor } = await begin()
    const { browser } = await loggedIn('bob')
    const { response } = await browser.post('/tf-setup', { setup: 'sms', phone: '+15550199' })
    const token = String(response['tf_state_token'])
    const code = outbox.lastCode('+15550199')
    const thief = (await loggedIn('eve')).browser
    expect(await thief.post(`/tf-setup/${token}`, { code })).toMatchObject({ status: 400 })
    const anonymous = newBrowser()
    anonymous.cookies.set('tf_flow', token)
    await anonymous.get('/login')
    expect(await anonymous.post('/tf-validate', { code })).toMatchObject(noFlow)
    thief.cookies.set('tf_flow', token)
    expect(await thief.post('/verify', { code })).toMatchObject(noFlow)
    expect((await twoFactor.users.get('bob')).enrollments.map(({ method }) => method)).not.toContain('sms')
  })

  test('a login’s token as a setup’s: it logs nobody in', async () => {
    const { browser, loggedIn, code } = await begin()
    const { response } = await browser.post('/login', bob)
    const thief = (await loggedIn('eve')).browser
    const reply = await thief.post(`/tf-setup/${response['tf_flow_token']}`, { code: code() })
    expect(reply).toMatchObject({ status: 400, response: { reason: 'setup_token_invalid' } })
    expect((await thief.get('/verify')).response).toMatchObject({ user: { id: 'eve' } })
  })

  test('the token of a login that enrolls, as a setup’s: nothing is enrolled, and nobody is logged in', async () => {
    const { newBrowser, user, outbox, twoFactor, loggedIn } = deploy({
      store: createStore(),
      policy: { required: true },
    })
    user('bob')
    const browser = newBrowser()
    await browser.post('/login', bob)
    const { response } = await browser.post('/tf-setup', { setup: 'email' })
    const code = outbox.lastCode('bob@acme.test')
    const thief = (await loggedIn('eve')).browser
    const reply = await thief.post(`/tf-setup/${response['tf_state_token']}`, { code })
    expect(reply).toMatchObject({ status: 400, response: { reason: 'setup_token_invalid' } })
    expect((await twoFactor.users.get('bob')).enrollments).toEqual([])
    expect(await browser.post('/tf-validate', { code })).toMatchObject({ status: 200 })
  })

  test('a stale setup after an enrollment elsewhere: it changes nothing', async () => {
    const { loggedIn, outbox, given, twoFactor } = await begin()
    const { browser } = await loggedIn('bob')
    const { response } = await browser.post('/tf-setup', { setup: 'email' })
    const code = outbox.lastCode('bob@acme.test')
    await given.factor('bob', 'sms', '+15550100')
    expect((await browser.post(`/tf-setup/${response['tf_state_token']}`, { code })).status).toBe(400)
    expect((await twoFactor.users.get('bob')).enrollments.map(({ method }) => method)).not.toContain('email')
  })

  test('a login begun before its owner enrolled: the attacker enrolls nothing', async () => {
    const { newBrowser, user, given, outbox, twoFactor } = deploy({
      store: createStore(),
      policy: { required: true },
    })
    user('bob')
    const attacker = newBrowser()
    await attacker.post('/login', bob)
    await attacker.post('/tf-setup', { setup: 'sms', phone: '+15550166' })
    await given.authenticator('bob')
    const code = outbox.lastCode('+15550166')
    expect(await attacker.post('/tf-validate', { code })).toMatchObject(noFlow)
    expect(await attacker.post('/tf-setup', { setup: 'sms', phone: '+15550166' })).toMatchObject(noFlow)
    expect((await twoFactor.users.get('bob')).enrollments.map(({ method }) => method)).toEqual([
      'authenticator',
    ])
  })

  test('a login begun before its owner changed factors or password: it ends', async () => {
    const { browser, given, user, code } = await begin()
    await browser.post('/login', bob)
    await given.factor('bob', 'email')
    expect(await browser.post('/tf-validate', { code: code() })).toMatchObject(noFlow)
    await browser.post('/login', bob)
    user('bob', { securityStamp: 'new' })
    expect(await browser.post('/tf-select', { which: 'email' })).toMatchObject({ status: 400 })
    expect(browser.cookies.has('session')).toBe(false)
  })

  test('L9, a login by a remembered browser alone changes no factor', async () => {
    const { browser, code, twoFactor } = await begin({ policy: { remember: { days: 7 } } })
    await browser.post('/login', { ...bob, remember: true })
    await browser.post('/tf-validate', { code: code() })
    await browser.post('/logout')
    expect((await browser.post('/login', bob)).response).toMatchObject({ tf_required: false })
    for (const [path, body] of [
      ['/tf-setup', { setup: 'disable' }],
      ['/tf-setup', { setup: 'sms', phone: '+15550166' }],
      ['/mf-recovery-codes', {}],
      ['/verify', { password: PASSWORD }],
    ] as const) {
      expect(await browser.post(path, body)).toMatchObject({
        status: 401,
        response: { reauth_required: true },
      })
    }
    expect((await twoFactor.users.get('bob')).enrollments).toHaveLength(1)
  })

  test.each(['restart', 'parallel', 'when signed in'])(
    'L3, guessing by %s: the tenth failure locks',
    async (how) => {
      const deployment = await begin()
      const { app, clock, twoFactor, newBrowser } = deployment
      const wrong = app.wrongCodeAt(clock.now())
      const signedIn = how === 'when signed in' ? (await deployment.loggedIn('bob')).browser : null
      const path = signedIn === null ? '/tf-validate' : '/verify'
      for (let round = 0; round < 3; round++) {
        const browser = signedIn ?? newBrowser()
        if (signedIn === null) await browser.post('/login', bob)
        else await browser.post('/verify', { method: 'authenticator' })
        const guess = () => browser.post(path, { code: wrong })
        if (how === 'parallel') await Promise.all(Array.from({ length: 10 }, guess))
        else for (let attempt = 0; attempt < 5; attempt++) await guess()
      }
      const summary = await twoFactor.users.get('bob')
      expect(summary.isLocked).toBe(true)
      expect(summary.failures).toBeLessThanOrEqual(10)
      const owner = newBrowser()
      expect(await owner.post('/login', bob)).toMatchObject({ status: 429, response: { reason: 'locked' } })
    },
  )

  test('L3, guessing by resend and switch: neither gives an attempt back', async () => {
    const { browser, given, clock, app } = await begin()
    await given.factor('bob', 'email')
    await browser.post('/login', bob)
    const code = app.wrongCodeAt(clock.now())
    const left: unknown[] = []
    for (const which of ['authenticator', 'email', 'authenticator', 'email', 'authenticator']) {
      await browser.post('/tf-select', { which })
      left.push((await browser.post('/tf-validate', { code })).response['tf_attempts_left'])
      clock.advance({ seconds: 31 })
    }
    expect(left).toEqual([4, 3, 2, 1, undefined])
  })

  test('the remembered browser after logout, disabling and a change of factors', async () => {
    const { browser, code, clock, twoFactor } = await begin({ policy: { remember: { days: 7 } } })
    await browser.post('/login', { ...bob, remember: true })
    await browser.post('/tf-validate', { code: code() })
    const token = browser.cookies.get('tf_validity') ?? ''
    expect(await browser.post('/tf-setup', { setup: 'disable' })).toMatchObject({ status: 200 })
    expect(browser.cookies.has('tf_validity')).toBe(false)
    await browser.post('/logout')
    await twoFactor.users.enroll('bob', { method: 'email' })
    browser.cookies.set('tf_validity', token)
    clock.advance({ minutes: 1 })
    expect((await browser.post('/login', bob)).response).toMatchObject({ tf_required: true })
  })

  test('session fixation: a login gives a new session, and takes nothing over from a planted one', async () => {
    const { loggedIn, newBrowser, code } = await begin()
    const planted = (await loggedIn('eve')).browser.cookies.get('session') ?? ''
    const victim = newBrowser()
    victim.cookies.set('session', `${planted.slice(0, -2)}xx`)
    await victim.get('/login')
    await victim.post('/login', bob)
    await victim.post('/tf-validate', { code: code() })
    expect(victim.cookies.get('session')).not.toContain(planted.slice(0, -2))
    expect((await victim.get('/verify')).response).toMatchObject({ user: { id: 'bob' } })
    const again = await victim.post('/login', eve)
    expect(again).toMatchObject({ status: 400, response: { reason: 'already_signed_in' } })
  })

  test('flow fixation: whoever planted the flow is not logged in by the victim, who cannot prove it', async () => {
    const { newBrowser, loggedIn, clock } = await begin()
    const attacker = newBrowser()
    await attacker.post('/login', bob)
    const victim = await loggedIn('eve')
    victim.browser.cookies.set('tf_flow', attacker.cookies.get('tf_flow') ?? '')
    const code = victim.app.codeAt(clock.now())
    expect(await victim.browser.post('/tf-validate', { code })).toMatchObject(noFlow)
    expect((await victim.browser.get('/verify')).response).toMatchObject({ user: { id: 'eve' } })
  })

  test('open redirect: no answer ever leads elsewhere', async () => {
    const { browser, code } = await begin()
    const replies = [
      await browser.post('/login?next=https://evil.test', { ...bob, next: 'https://evil.test' }),
      await browser.post('/tf-validate?next=//evil.test', { code: code(), next: '//evil.test' }),
      await browser.post('/logout?next=https://evil.test'),
    ]
    for (const { status, headers, text } of replies) {
      expect(status).toBe(200)
      expect(headers.has('location')).toBe(false)
      expect(text).not.toContain('evil')
    }
  })

  test('user enumeration (ASVS 6.3.8): the same text, status, headers and work for unknown, wrong and locked', async () => {
    const { newBrowser, verified, clock, app } = await begin()
    const guesser = newBrowser()
    for (let failures = 0; failures < 10; failures++) {
      if (failures % 5 === 0) await guesser.post('/login', bob)
      await guesser.post('/tf-validate', { code: app.wrongCodeAt(clock.now()) })
    }
    expect(await guesser.post('/login', bob)).toMatchObject({ status: 429 })
    verified.length = 0
    const answers = []
    for (const identity of ['bob', 'bob@acme.test', 'nobody', 'nobody@acme.test', "' or 1=1--"]) {
      const browser = newBrowser({ isCookieless: true })
      const { status, text, headers } = await browser.post('/login', {
        identity,
        password: 'wrong',
      })
      const { response } = JSON.parse(text) as { response: { csrf_token?: string } } // the one part that is random
      answers.push({ status, response: { ...response, csrf_token: '' }, headers: [...headers.keys()] })
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(verified).toEqual(['password bob', 'password bob@acme.test', 'dummy', 'dummy', 'dummy'])
  })

  test('header injection by phone, name and identity: refused, and nothing is sent', async () => {
    const { loggedIn, outbox, newBrowser } = await begin()
    const { browser } = await loggedIn('bob')
    outbox.clear()
    const line = 'x\r\nBcc: eve@evil.test'
    for (const [body, field] of [
      [{ setup: 'sms', phone: `+15550100${line}` }, 'phone'],
      [{ setup: 'email', name: line }, 'name'],
      [{ setup: `email${line}` }, 'setup'],
    ] as const) {
      const { status, response, headers } = await browser.post('/tf-setup', body)
      expect([status, Object.keys(response['field_errors'] ?? {})]).toEqual([400, [field]])
      expect(headers.get('bcc')).toBeNull()
    }
    const reply = await newBrowser().post('/login', { identity: line, password: 'x' })
    expect(Object.keys(reply.response['field_errors'] ?? {})).toEqual(['identity'])
    expect(outbox.sent).toEqual([])
  })

  test('header injection by label and issuer: the Key URI keeps them apart', async () => {
    const { loggedIn, user } = await begin({ policy: { issuer: 'Ac&me=x?secret' } })
    const { browser } = await loggedIn('bob')
    user('bob', { label: 'bob&issuer=Evil\r\nX: y' })
    const { response } = await browser.post('/tf-setup', { setup: 'authenticator' })
    const uri = new URL(String(response['tf_authr_uri']))
    expect(uri.searchParams.getAll('issuer')).toEqual(['Ac&me=x?secret'])
    expect(uri.searchParams.getAll('secret')).toHaveLength(1)
    expect(uri.href).not.toMatch(/[\r\n]/)
  })

  test('the Host header decides nothing: no answer, cookie or message names it', async () => {
    const { http, outbox, given } = await begin()
    await given.factor('bob', 'email')
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-host': 'evil.test', host: 'evil.test' },
      body: JSON.stringify(bob),
    }
    const reply = await http.fetch(new Request('https://evil.test/login', init))
    expect(reply.status).toBe(200)
    expect(JSON.stringify([...reply.headers])).not.toContain('evil')
    expect(await reply.text()).not.toContain('evil')
    expect(JSON.stringify(outbox.sent)).not.toContain('evil')
  })

  test('no bypass: a pending login opens no door that wants a session', async () => {
    const { browser, loggedIn } = await begin()
    await browser.post('/login', bob)
    for (const [method, path] of [
      ['get', '/verify'],
      ['get', '/mf-recovery-codes'],
      ['post', '/mf-recovery-codes'],
      ['get', '/tf-devices'],
      ['post', '/verify'],
      ['post', '/tf-setup/x'],
    ] as const) {
      expect(await browser[method](path, { code: '123456' })).toMatchObject({ status: 401 })
    }
    // The token of a flow is no session, and a session's cookie is no bearer token.
    const flow = browser.cookies.get('tf_flow') ?? ''
    browser.cookies.set('session', flow)
    expect(await browser.get('/verify')).toMatchObject({ status: 401 })
    const session = (await loggedIn('eve')).browser.cookies.get('session') ?? ''
    for (const token of [flow, session]) {
      expect(await browser.get('/verify', { authorization: `Bearer ${token}` })).toMatchObject({
        status: 401,
      })
    }
  })

  test('a bearer token that is none is not made up for by a cookie', async () => {
    const { loggedIn } = await begin()
    const { browser } = await loggedIn('bob')
    expect(await browser.get('/verify', { authorization: 'Bearer nonsense' })).toMatchObject({ status: 401 })
    expect(await browser.get('/verify')).toMatchObject({ status: 200 })
  })

  test('a session ends with the stamp, with the user and with the account', async () => {
    const { loggedIn, user, noUser } = await begin()
    for (const end of [
      () => void user('bob', { securityStamp: 'new' }),
      () => void user('bob', { active: false }),
      () => noUser('bob'),
    ]) {
      user('bob', { active: true, securityStamp: 'stamp' })
      const { browser } = await loggedIn('bob')
      expect(await browser.get('/verify')).toMatchObject({ status: 200 })
      end()
      expect(await browser.get('/verify')).toMatchObject({ status: 401 })
    }
  })
})
