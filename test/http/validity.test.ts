import { describe, expect, test } from 'vitest'
import { deploy, PASSWORD, stores } from './deployment.ts'

const credentials = { username: 'bob', password: PASSWORD }

describe.each(stores)('tf_validity on %s', (_name, createStore) => {
  /** A browser that is remembered, and logged out. */
  async function begin(http: NonNullable<Parameters<typeof deploy>[0]>['http'] = {}) {
    const deployment = deploy({ store: createStore(), policy: { remember: { days: 7 } }, http })
    deployment.user('bob')
    const { app } = await deployment.given.authenticator('bob')
    const browser = deployment.newBrowser()
    await browser.post('/login', { ...credentials, remember: true })
    await browser.post('/tf-validate', { code: app.codeAt(deployment.clock.now()) })
    await browser.post('/logout')
    deployment.clock.advance({ minutes: 1 })
    return { ...deployment, app, browser, code: () => app.codeAt(deployment.clock.now()) }
  }

  test('this user’s, valid: no second factor is asked for', async () => {
    const { browser } = await begin()
    expect(await browser.post('/login', credentials)).toMatchObject({
      status: 200,
      response: { tf_required: false, user: { id: 'bob' } },
    })
  })

  test.each([
    [
      'another user’s',
      async ({ user, given }: Awaited<ReturnType<typeof begin>>) => {
        user('eve')
        await given.authenticator('eve')
        return { username: 'eve', password: PASSWORD }
      },
    ],
    ['expired', async ({ clock }: Awaited<ReturnType<typeof begin>>) => clock.advance({ days: 7 })],
    [
      'tampered with',
      async ({ browser }: Awaited<ReturnType<typeof begin>>) => {
        const token = browser.cookies.get('tf_validity') ?? ''
        browser.cookies.set(
          'tf_validity',
          `${token.slice(0, 40)}${token[40] === 'A' ? 'B' : 'A'}${token.slice(41)}`,
        )
      },
    ],
    [
      'garbage',
      async ({ browser }: Awaited<ReturnType<typeof begin>>) =>
        void browser.cookies.set('tf_validity', 'x.y.z'),
    ],
    [
      'revoked',
      async ({ twoFactor }: Awaited<ReturnType<typeof begin>>) => {
        const [device] = await twoFactor.devices.list('bob')
        await twoFactor.devices.revoke('bob', device?.id ?? '')
      },
    ],
    [
      'older than a change of factors',
      async ({ given }: Awaited<ReturnType<typeof begin>>) => {
        await given.factor('bob', 'email')
      },
    ],
    [
      'older than a change of password',
      async ({ user }: Awaited<ReturnType<typeof begin>>) => {
        user('bob', { securityStamp: 'new' })
      },
    ],
  ])('%s: the second factor is asked for', async (_what, change) => {
    const begun = await begin()
    const named = await change(begun)
    const { response } = await begun.browser.post('/login', named ?? credentials)
    expect(response).toMatchObject({ tf_required: true })
    expect(response).not.toHaveProperty('user')
  })

  test('SameSite can be Lax, for the return from an OAuth provider', async () => {
    const { browser, clock, code } = await begin({ validitySameSite: 'Lax' })
    browser.cookies.delete('tf_validity')
    clock.advance({ minutes: 1 })
    await browser.post('/login', { ...credentials, remember: true })
    const { headers } = await browser.post('/tf-validate', { code: code() })
    const [cookie] = headers.getSetCookie().filter((each) => each.startsWith('tf_validity='))
    expect(cookie).toMatch(/; HttpOnly; Secure; SameSite=Lax$/)
  })

  test('/tf-devices lists, and DELETE revokes one of the user’s own', async () => {
    const { browser, loggedIn, newBrowser } = await begin()
    expect(await newBrowser().get('/tf-devices')).toMatchObject({ status: 401 })
    expect(await newBrowser().delete('/tf-devices/x')).toMatchObject({ status: 401 })
    await browser.post('/login', credentials)
    const { response } = await browser.get('/tf-devices')
    const [device] = response['devices'] as { id: string }[] // as documented
    expect(response['devices']).toEqual([
      {
        id: expect.any(String),
        created_at: '2026-01-01T00:00:00.000Z',
        last_used_at: expect.any(String),
        expires_at: '2026-01-08T00:00:00.000Z',
      },
    ])
    const eve = (await loggedIn('eve')).browser
    expect(await eve.delete(`/tf-devices/${device?.id}`)).toMatchObject({
      status: 404,
      response: { reason: 'device_unknown' },
    })
    expect(await browser.delete(`/tf-devices/${device?.id}`)).toMatchObject({ status: 200 })
    expect(await browser.delete(`/tf-devices/${device?.id}`)).toMatchObject({ status: 404 })
    await browser.post('/logout')
    expect((await browser.post('/login', credentials)).response).toMatchObject({ tf_required: true })
  })
})
