import { describe, expect, test } from 'vitest'
import { deploy, PASSWORD, stores } from './deployment.ts'

const credentials = { username: 'bob', password: PASSWORD }
const rescue = { email: {}, help: 'help@acme.test' }

describe.each(stores)('rescue and selection on %s', (_name, createStore) => {
  async function begin(policy: NonNullable<Parameters<typeof deploy>[0]>['policy'] = { rescue }) {
    const deployment = deploy({ store: createStore(), policy })
    deployment.user('bob')
    const { app } = await deployment.given.authenticator('bob')
    const isOff = policy?.rescue?.recoveryCodes === false
    const codes = isOff ? [] : await deployment.twoFactor.recoveryCodes.generate('bob')
    const browser = deployment.newBrowser()
    await browser.post('/login', credentials)
    return { ...deployment, app, codes, browser, code: () => app.codeAt(deployment.clock.now()) }
  }

  test('GET /tf-rescue: the ways', async () => {
    const { browser } = await begin()
    expect(await browser.get('/tf-rescue')).toMatchObject({
      status: 200,
      response: {
        recovery_options: { recovery_code: '/mf-recovery', email: '/tf-rescue', help: '/tf-rescue' },
      },
    })
  })

  test('POST /tf-rescue email: a code that /tf-validate takes, and that remembers no browser', async () => {
    const { browser, outbox } = await begin({ rescue, remember: { days: 7 } })
    expect(await browser.post('/tf-rescue', { help_setup: 'email' })).toMatchObject({
      status: 200,
      response: { tf_state: 'ready', tf_method: 'email' },
    })
    const code = outbox.lastCode('bob@acme.test')
    expect(await browser.post('/tf-validate', { code, remember: true })).toMatchObject({ status: 200 })
    expect(browser.cookies.has('tf_validity')).toBe(false)
  })

  test('POST /tf-rescue help: the administrators are mailed, once an hour', async () => {
    const { browser, outbox, code } = await begin()
    expect(await browser.post('/tf-rescue', { help_setup: 'help' })).toMatchObject({ status: 200 })
    expect(outbox.to('help@acme.test')).toHaveLength(1)
    const again = await browser.post('/tf-rescue', { help_setup: 'help' })
    expect(again).toMatchObject({
      status: 429,
      response: { reason: 'help_requested_before', retry_after: 3600 },
    })
    expect(await browser.post('/tf-validate', { code: code() })).toMatchObject({ status: 200 })
  })

  test('POST /tf-rescue recovery_code: where to go, and the flow is where it was', async () => {
    const { browser, code } = await begin()
    expect(await browser.post('/tf-rescue', { help_setup: 'recovery_code' })).toMatchObject({
      status: 200,
      response: { recovery_options: { recovery_code: '/mf-recovery' } },
    })
    expect(await browser.post('/tf-validate', { code: code() })).toMatchObject({ status: 200 })
  })

  test.each([
    ['not offered', { help_setup: 'email' }],
    ['unknown', { help_setup: 'pigeon' }],
    ['missing', {}],
    ['of the wrong type', { help_setup: ['help'] }],
  ])('POST /tf-rescue, %s: 400 on the field', async (_what, body) => {
    const { browser } = await begin({ rescue: {} })
    const { status, response } = await browser.post('/tf-rescue', body)
    expect([status, Object.keys(response['field_errors'] ?? {})]).toEqual([400, ['help_setup']])
  })

  test('/tf-rescue without a pending login, or logged in: 400', async () => {
    const { browser, code } = await begin()
    expect((await deploy().newBrowser().post('/tf-rescue', { help_setup: 'help' })).status).toBe(400)
    await browser.post('/tf-validate', { code: code() })
    expect(await browser.post('/tf-rescue', { help_setup: 'help' })).toMatchObject({ status: 400 })
    expect(await browser.get('/tf-rescue')).toMatchObject({
      status: 400,
      response: { reason: 'no_pending_flow' },
    })
  })

  test.each(['email', 'help'])(
    'POST /tf-rescue %s, sending fails: 500, the flow stays usable',
    async (way) => {
      const { browser, outbox, code } = await begin()
      outbox.next('refuse')
      expect(await browser.post('/tf-rescue', { help_setup: way })).toMatchObject({
        status: 500,
        response: { reason: 'delivery_failed' },
      })
      await browser.post('/tf-select', { which: 'authenticator' })
      expect(await browser.post('/tf-validate', { code: code() })).toMatchObject({ status: 200 })
    },
  )

  test('POST /mf-recovery, right: the user, what is left, and no tf_validity', async () => {
    const { browser, codes } = await begin({ remember: { days: 7 } })
    await browser.post('/login', { ...credentials, remember: true })
    expect(await browser.post('/mf-recovery', { code: codes[0] })).toMatchObject({
      status: 200,
      response: { user: { id: 'bob' }, recovery_codes_left: 9 },
    })
    expect([...browser.cookies.keys()].toSorted()).toEqual(['__Host-tf_csrf', 'session'])
  })

  test('POST /mf-recovery, wrong or used: 400 on the field, counted', async () => {
    const { browser, codes } = await begin()
    await browser.post('/mf-recovery', { code: codes[0] })
    await browser.post('/logout')
    await browser.post('/login', credentials)
    const wrong = await browser.post('/mf-recovery', { code: `${codes[1]?.slice(0, -1)}0` })
    expect(wrong).toMatchObject({ status: 400, response: { tf_attempts_left: 4 } })
    const used = await browser.post('/mf-recovery', { code: codes[0] })
    expect(used).toMatchObject({ status: 400, response: { tf_attempts_left: 3 } })
    expect(Object.keys(used.response['field_errors'] ?? {})).toEqual(['code'])
  })

  test('POST /mf-recovery of a user who has none: as for a wrong one', async () => {
    const deployment = deploy({ store: createStore() })
    deployment.user('bob')
    await deployment.given.authenticator('bob')
    const browser = deployment.newBrowser()
    await browser.post('/login', credentials)
    const { status, response } = await browser.post('/mf-recovery', { code: 'AAAA-BBBB' })
    expect([status, Object.keys(response['field_errors'] ?? {})]).toEqual([400, ['code']])
  })

  test('/mf-recovery without a pending login: 400; with the feature off: 404', async () => {
    const { codes } = await begin()
    expect(await deploy().newBrowser().post('/mf-recovery', { code: codes[0] })).toMatchObject({
      status: 400,
    })
    const { browser } = await begin({ rescue: { recoveryCodes: false } })
    for (const path of ['/mf-recovery', '/mf-recovery-codes']) {
      expect(await browser.get(path)).toMatchObject({ status: 404, response: { reason: 'not_found' } })
      expect(await browser.post(path, { code: 'x' })).toMatchObject({ status: 404 })
    }
  })

  test('after a wrong recovery code, /tf-select comes back from rescue, with a single method', async () => {
    const { browser, code } = await begin()
    await browser.post('/mf-recovery', { code: 'AAAAA-AAAAA-AAAAA-AAAAA-AAAA' })
    // A code of the app is not taken for a recovery code, and costs no attempt.
    expect(await browser.post('/tf-validate', { code: code() })).toMatchObject({
      status: 400,
      response: { reason: 'no_pending_flow' },
    })
    expect(await browser.post('/tf-select', { which: 'authenticator' })).toMatchObject({
      status: 200,
      response: { tf_state: 'ready', tf_method: 'authenticator' },
    })
    expect(await browser.post('/tf-validate', { code: code() })).toMatchObject({ status: 200 })
  })

  test('GET /tf-select: the methods, one by one', async () => {
    const { browser, given } = await begin()
    await given.factor('bob', 'sms', '+15550100')
    await browser.post('/login', credentials)
    expect(await browser.get('/tf-select')).toMatchObject({
      status: 200,
      response: { tf_select: true, tf_setup_methods: ['authenticator', 'sms'] },
    })
    expect((await browser.get('/tf-select')).text).not.toContain('+15550100')
  })

  test('POST /tf-select by a method or an enrollment, and again to switch', async () => {
    const { browser, given, outbox, code } = await begin()
    const { enrollment } = await given.factor('bob', 'sms', '+15550100')
    await browser.post('/login', credentials)
    outbox.clear()
    expect(await browser.post('/tf-select', { which: enrollment })).toMatchObject({
      status: 200,
      response: { tf_required: true, tf_state: 'ready', tf_method: 'sms' },
    })
    expect(outbox.to('+15550100')).toHaveLength(1)
    expect(await browser.post('/tf-select', { which: 'sms' })).toMatchObject({
      status: 429,
      response: { reason: 'cooling_down', retry_after: 30 },
    })
    expect(await browser.post('/tf-select', { which: 'authenticator' })).toMatchObject({ status: 200 })
    expect(await browser.post('/tf-validate', { code: code() })).toMatchObject({ status: 200 })
  })

  test.each([
    ['unknown', { which: 'pigeon' }],
    ['missing', {}],
    ['of the wrong type', { which: 7 }],
  ])('POST /tf-select, %s: 400 on the field', async (_what, body) => {
    const { browser } = await begin()
    const { status, response } = await browser.post('/tf-select', body)
    expect([status, Object.keys(response['field_errors'] ?? {})]).toEqual([400, ['which']])
  })

  test('/tf-select without a pending login: 400', async () => {
    const { get, post } = deploy({ store: createStore() }).newBrowser()
    for (const reply of [await get('/tf-select'), await post('/tf-select', { which: 'sms' })]) {
      expect(reply).toMatchObject({ status: 400, response: { reason: 'no_pending_flow' } })
    }
  })
})
