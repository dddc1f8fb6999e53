import { simulatedAuthenticator } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { deploy, PASSWORD, stores } from './deployment.ts'

const credentials = { username: 'bob', password: PASSWORD }

describe.each(stores)('/tf-setup on %s', (_name, createStore) => {
  const begin = async (options: Parameters<typeof deploy>[0] = {}) => {
    const deployment = deploy({ store: createStore(), ...options })
    return { ...deployment, ...(await deployment.loggedIn('bob')) }
  }

  test('GET, logged in and fresh: what is enrolled and what can be, with disable first', async () => {
    const { browser, given } = await begin()
    await given.factor('bob', 'sms', '+15550100')
    const { status, response, text } = await browser.get('/tf-setup')
    expect(status).toBe(200)
    expect(response).toMatchObject({
      tf_required: false,
      tf_method: 'authenticator',
      tf_primary_method: 'authenticator',
      tf_available_methods: ['disable', 'authenticator', 'email', 'sms'],
      tf_enrollments: [
        { method: 'authenticator', name: null, last_used_at: '2026-01-01T00:00:00.000Z' },
        { method: 'sms', name: null, last_used_at: null },
      ],
    })
    expect(response['tf_phone_number']).toMatch(/00$/)
    expect(text).not.toContain('+15550100')
  })

  test('GET, 2FA required: no disable', async () => {
    const { browser } = await begin({ policy: { required: true } })
    expect((await browser.get('/tf-setup')).response).toMatchObject({
      tf_required: true,
      tf_available_methods: ['authenticator', 'email', 'sms'],
    })
  })

  test('GET and POST, setup_from_login', async () => {
    const {
      outbox,
      user,
      newBrowser: open,
      twoFactor,
    } = deploy({ store: createStore(), policy: { required: true } })
    user('eve')
    const browser = open()
    await browser.post('/login', { username: 'eve', password: PASSWORD })
    expect(await browser.get('/tf-setup')).toMatchObject({
      status: 200,
      response: {
        tf_required: true,
        tf_method: null,
        tf_primary_method: null,
        tf_available_methods: ['authenticator', 'email', 'sms'],
        tf_enrollments: [],
      },
    })
    expect(await browser.post('/tf-setup', { setup: 'sms', phone: '+15550100' })).toMatchObject({
      status: 200,
      response: { tf_state: 'validating_profile', tf_method: 'sms' },
    })
    expect((await twoFactor.users.get('eve')).enrollments).toEqual([])
    const code = outbox.lastCode('+15550100')
    expect(await browser.post('/tf-validate', { code })).toMatchObject({ status: 200 })
  })

  test('POST email: mail sent, a token to confirm with', async () => {
    const { browser, outbox } = await begin()
    outbox.clear()
    const { status, response } = await browser.post('/tf-setup', { setup: 'email' })
    expect(status).toBe(200)
    expect(response).toMatchObject({
      tf_state: 'validating_profile',
      tf_method: 'email',
      tf_primary_method: 'email',
      tf_state_token: expect.any(String),
    })
    expect(outbox.to('bob@acme.test')).toHaveLength(1)
  })

  test('POST sms: the message goes to the number given, the profile is untouched until it is confirmed', async () => {
    const { browser, outbox, twoFactor } = await begin()
    const { response } = await browser.post('/tf-setup', { setup: 'sms', phone: '+15550199' })
    expect(outbox.to('+15550199')).toHaveLength(1)
    expect((await twoFactor.users.get('bob')).enrollments.map(({ method }) => method)).toEqual([
      'authenticator',
    ])
    const confirmed = await browser.post(`/tf-setup/${response['tf_state_token']}`, {
      code: outbox.lastCode('+15550199'),
    })
    expect(confirmed).toMatchObject({ status: 200, response: { tf_method: 'sms', tf_primary_method: 'sms' } })
    expect(confirmed.response['tf_phone']).toMatch(/99$/)
    expect((await twoFactor.users.get('bob')).enrollments).toMatchObject([
      { method: 'sms', address: '+15550199' },
    ])
  })

  test('POST authenticator: all that an app wants, and its first code confirms it', async () => {
    const { browser, clock, twoFactor } = await begin()
    const { response } = await browser.post('/tf-setup', {
      setup: 'authenticator',
      name: 'Tablet',
      mode: 'add',
    })
    const { tf_authr_key: key, tf_authr_b32key: plain, tf_authr_uri: uri, tf_authr_image: image } = response
    expect(String(key).replaceAll(' ', '')).toBe(plain)
    expect(response).toMatchObject({ tf_authr_username: 'bob', tf_authr_issuer: 'Acme' })
    expect(decodeURIComponent(String(image))).toMatch(/^data:image\/svg\+xml,<svg/)
    const code = simulatedAuthenticator(String(uri)).codeAt(clock.now())
    expect(await browser.post(`/tf-setup/${response['tf_state_token']}`, { code })).toMatchObject({
      status: 200,
      response: { tf_method: 'authenticator', tf_phone: null },
    })
    const { enrollments } = await twoFactor.users.get('bob')
    expect(enrollments.map(({ name }) => name)).toEqual([null, 'Tablet'])
  })

  test('mode add keeps the primary; without it a confirmed change replaces it', async () => {
    for (const [mode, methods] of [
      ['add', ['authenticator', 'email']],
      ['replace', ['email']],
    ] as const) {
      const { browser, outbox, twoFactor } = await begin()
      const { response } = await browser.post('/tf-setup', { setup: 'email', mode })
      const code = outbox.lastCode('bob@acme.test')
      await browser.post(`/tf-setup/${response['tf_state_token']}`, { code })
      expect((await twoFactor.users.get('bob')).enrollments.map(({ method }) => method)).toEqual(methods)
    }
  })

  test('POST disable: enrollments, recovery codes and remembered browsers are gone', async () => {
    const { browser, twoFactor } = await begin({ policy: { remember: { days: 7 } } })
    await twoFactor.recoveryCodes.generate('bob')
    expect(await browser.post('/tf-setup', { setup: 'disable' })).toMatchObject({ status: 200 })
    expect(await twoFactor.users.get('bob')).toMatchObject({
      enrollments: [],
      recoveryCodesLeft: 0,
      devices: [],
    })
  })

  test('POST disable where 2FA is required: 400 on setup', async () => {
    const { browser } = await begin({ policy: { required: true } })
    expect(await browser.post('/tf-setup', { setup: 'disable' })).toMatchObject({
      status: 400,
      response: { reason: 'two_factor_required', field_errors: { setup: [expect.any(String)] } },
    })
  })

  test.each([
    ['unknown', { setup: 'pigeon' }, 'setup'],
    ['missing', {}, 'setup'],
    ['of the wrong type', { setup: 7 }, 'setup'],
    ['not enabled', { setup: 'sms', phone: '+15550100' }, 'setup'],
  ])('a setup that is %s: 400 on setup', async (_what, body, field) => {
    const { browser } = await begin({ policy: { methods: ['authenticator', 'email'] } })
    const { status, response } = await browser.post('/tf-setup', body)
    expect([status, Object.keys(response['field_errors'] ?? {})]).toEqual([400, [field]])
  })

  test.each([
    ['missing', {}],
    ['empty', { phone: ' ' }],
    ['invalid', { phone: '12' }],
    ['with a line break', { phone: '+15550100\r\nBcc: eve@evil.test' }],
    ['of the wrong type', { phone: 15550100 }],
  ])('sms, a phone that is %s: 400 on phone', async (_what, given) => {
    const { browser } = await begin()
    const { status, response } = await browser.post('/tf-setup', { setup: 'sms', ...given })
    expect([status, Object.keys(response['field_errors'] ?? {})]).toEqual([400, ['phone']])
  })

  test.each([
    ['GET /tf-setup', 'get', '/tf-setup'],
    ['POST /tf-setup', 'post', '/tf-setup'],
    ['GET /mf-recovery-codes', 'get', '/mf-recovery-codes'],
    ['POST /mf-recovery-codes', 'post', '/mf-recovery-codes'],
  ] as const)('%s, logged in and not fresh: 401 with what would help', async (_what, method, path) => {
    const { browser, clock, twoFactor } = await begin()
    await twoFactor.recoveryCodes.generate('bob')
    clock.advance({ minutes: 20 })
    const { status, headers, response, text } = await browser[method](path, { setup: 'email' })
    expect(status).toBe(401)
    // RFC 9470 §3.
    expect(headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_user_authentication", max_age="1200"',
    )
    expect(response).toMatchObject({
      reason: 'reauth_required',
      reauth_required: true,
      reauth_methods: ['authenticator', 'recovery_code'],
    })
    expect(text).not.toContain('tf_enrollments')
  })

  test.each(['get', 'post'] as const)(
    '%s with nothing pending, or a login that is ready: 400',
    async (method) => {
      const { newBrowser, given, user, ...deployment } = deploy({ store: createStore() })
      user('bob')
      const { app } = await given.authenticator('bob')
      const open = newBrowser()
      const expected = { status: 400, response: { reason: 'no_pending_flow' } }
      expect(await open[method]('/tf-setup', { setup: 'email' })).toMatchObject(expected)
      await open.post('/login', credentials)
      expect(await open[method]('/tf-setup', { setup: 'email' })).toMatchObject(expected)
      const code = app.codeAt(deployment.clock.now())
      expect(await open.post('/tf-validate', { code })).toMatchObject({ status: 200 })
    },
  )

  test.each(['email', 'sms'])('%s, sending fails: 500, and nothing is changed', async (method) => {
    const { browser, outbox, twoFactor } = await begin()
    outbox.next('refuse')
    expect(await browser.post('/tf-setup', { setup: method, phone: '+15550100' })).toMatchObject({
      status: 500,
      response: { reason: 'delivery_failed' },
    })
    expect((await twoFactor.users.get('bob')).enrollments.map((each) => each.method)).toEqual([
      'authenticator',
    ])
  })

  test('the first proof of a new method makes the session fresh, under a new identifier', async () => {
    const { user, newBrowser: open, outbox } = deploy({ store: createStore() })
    user('eve')
    const browser = open()
    await browser.post('/login', { username: 'eve', password: PASSWORD })
    const before = browser.cookies.get('session')
    const { response } = await browser.post('/tf-setup', { setup: 'email' })
    const code = outbox.lastCode('eve@acme.test')
    expect(await browser.post(`/tf-setup/${response['tf_state_token']}`, { code })).toMatchObject({
      status: 200,
      response: { tf_method: 'email', user: { id: 'eve' } },
    })
    expect(browser.cookies.get('session')).not.toBe(before)
    expect(await browser.post('/mf-recovery-codes')).toMatchObject({ status: 200 })
  })

  test('POST /tf-setup/<token> resend: a new code to the same number, in the same setup, and the old one is over', async () => {
    const { browser, outbox, clock } = await begin()
    const begun = await browser.post('/tf-setup', { setup: 'sms', phone: '+15550199', mode: 'add' })
    const path = `/tf-setup/${begun.response['tf_state_token']}`
    const first = outbox.lastCode('+15550199')
    expect(await browser.post(path, { resend: true })).toMatchObject({
      status: 429,
      response: { reason: 'cooling_down' },
    })
    clock.advance({ minutes: 1 })
    const resent = await browser.post(path, { resend: true })
    expect(resent).toMatchObject({
      status: 200,
      response: { ...begun.response, csrf_token: expect.any(String) },
    })
    expect(outbox.to('+15550199')).toHaveLength(2)
    const second = outbox.lastCode('+15550199')
    expect(await browser.post(path, { code: first })).toMatchObject({ status: first === second ? 200 : 400 })
    expect(await browser.post(path, { code: second })).toMatchObject({ status: 200 })
  })

  test('POST /tf-setup/<token> resend that cannot be sent: 500, and the setup goes on', async () => {
    const { browser, outbox, clock } = await begin()
    const begun = await browser.post('/tf-setup', { setup: 'email', mode: 'add' })
    const path = `/tf-setup/${begun.response['tf_state_token']}`
    clock.advance({ minutes: 1 })
    outbox.next('refuse')
    expect(await browser.post(path, { resend: true })).toMatchObject({
      status: 500,
      response: { reason: 'delivery_failed', tf_state_token: begun.response['tf_state_token'] },
    })
    expect(await browser.post(path, { resend: true })).toMatchObject({ status: 200 })
    const code = outbox.lastCode('bob@acme.test')
    expect(await browser.post(path, { code })).toMatchObject({ status: 200 })
  })

  test('POST /tf-setup/<token> resend of what is not sent, or for a session that is stale: 400, 401', async () => {
    const { browser, clock } = await begin()
    const begun = await browser.post('/tf-setup', { setup: 'authenticator', mode: 'add' })
    const path = `/tf-setup/${begun.response['tf_state_token']}`
    expect(await browser.post(path, { resend: true })).toMatchObject({
      status: 400,
      response: { reason: 'resend_unavailable' },
    })
    expect(await browser.post(path)).toMatchObject({
      status: 400,
      response: { reason: 'field_required', field_errors: { code: expect.any(Array) } },
    })
    clock.advance({ minutes: 20 })
    expect(await browser.post(path, { resend: true })).toMatchObject({
      status: 401,
      response: { reason: 'reauth_required', reauth_methods: ['authenticator'] },
    })
  })

  test('the confirmation works without cookies, by a bearer token', async () => {
    const { browser, outbox, clock, app, ...deployment } = await begin()
    await browser.post('/logout')
    await browser.post('/login', credentials)
    const { response } = await browser.post('/tf-validate?include_auth_token', {
      code: app.codeAt(clock.now()),
    })
    const { authentication_token: token } = response['user'] as { authentication_token: string } // as documented
    const client = deployment.http
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const post = async (path: string, body: object) => {
      const init = { method: 'POST', headers, body: JSON.stringify(body) }
      return client.fetch(new Request(`https://acme.test${path}`, init))
    }
    const begun = (await (await post('/tf-setup', { setup: 'email' })).json()) as {
      response: Record<string, string>
    }
    const confirmed = await post(`/tf-setup/${begun.response['tf_state_token']}`, {
      code: outbox.lastCode('bob@acme.test'),
    })
    expect(confirmed.status).toBe(200)
  })

  test.each([
    ['a wrong code', 400, 'proof_rejected', 'code'],
    ['garbage for a token', 400, 'setup_token_invalid', ''],
    ['a token that was tampered with', 400, 'setup_token_invalid', ''],
    ['an expired token', 400, 'setup_expired', ''],
    ['another user’s token', 400, 'setup_token_invalid', ''],
    ['the token of another kind of flow', 400, 'setup_token_invalid', ''],
    ['a second use', 400, 'flow_ended', ''],
    ['nobody logged in', 401, 'not_signed_in', ''],
    ['a session that is no longer fresh', 401, 'reauth_required', ''],
  ] as const)('POST /tf-setup/<token> with %s: %d', async (what, status, reason, field) => {
    const deployment = await begin()
    const { browser, outbox, clock } = deployment
    const { response } = await browser.post('/tf-setup', { setup: 'email' })
    const code = outbox.lastCode('bob@acme.test')
    let token = String(response['tf_state_token'])
    let sender = browser
    let sent = code
    if (what === 'a wrong code') sent = code === '000000' ? '000001' : '000000'
    if (what.startsWith('garbage')) token = 'garbage'
    if (what.includes('tampered')) token = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
    if (what.startsWith('an expired')) clock.advance({ minutes: 30 })
    if (what.startsWith('another')) sender = (await deployment.loggedIn('eve')).browser
    if (what.includes('kind of flow')) {
      token = String((await browser.post('/verify', { method: 'authenticator' })).response['tf_flow_token'])
    }
    if (what === 'a second use') await browser.post(`/tf-setup/${token}`, { code })
    if (what.startsWith('nobody')) sender = deployment.newBrowser()
    if (what.endsWith('no longer fresh')) clock.advance({ minutes: 20 })
    const reply = await sender.post(`/tf-setup/${token}`, { code: sent })
    expect(reply).toMatchObject({ status, response: { reason } })
    expect(Object.keys(reply.response['field_errors'] ?? {})).toEqual([field])
    if (what !== 'a second use') {
      expect((await deployment.twoFactor.users.get('bob')).enrollments).toMatchObject([
        { method: 'authenticator' },
      ])
    }
  })

  test('/mf-recovery-codes: new ones void the old set, and are shown once', async () => {
    const { browser, twoFactor } = await begin()
    expect(await browser.get('/mf-recovery-codes')).toMatchObject({
      status: 200,
      response: { recovery_codes_left: 0 },
    })
    const old = await twoFactor.recoveryCodes.generate('bob')
    const { status, response } = await browser.post('/mf-recovery-codes')
    expect(status).toBe(200)
    expect(response['recovery_codes']).toHaveLength(10)
    const shown = await browser.get('/mf-recovery-codes')
    expect(shown.response).toMatchObject({ recovery_codes_left: 10 })
    expect(shown.response).not.toHaveProperty('recovery_codes')
    await browser.post('/logout')
    await browser.post('/login', credentials)
    expect(await browser.post('/mf-recovery', { code: old[0] })).toMatchObject({ status: 400 })
  })

  test('/mf-recovery-codes under dangerouslyShowAgain: shown again', async () => {
    const { browser } = await begin({ policy: { rescue: { dangerouslyShowAgain: true } } })
    const { response } = await browser.post('/mf-recovery-codes')
    expect((await browser.get('/mf-recovery-codes')).response['recovery_codes']).toEqual(
      response['recovery_codes'],
    )
  })

  test('/mf-recovery-codes of a user with nothing enrolled: 400; of nobody: 401', async () => {
    const { newBrowser: open, user } = deploy({ store: createStore() })
    user('bob')
    const browser = open()
    expect(await browser.post('/mf-recovery-codes')).toMatchObject({ status: 401 })
    await browser.post('/login', credentials)
    expect(await browser.post('/mf-recovery-codes')).toMatchObject({
      status: 400,
      response: { reason: 'not_enrolled' },
    })
  })
})
