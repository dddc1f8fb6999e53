import { describe, expect, test } from 'vitest'
import { deploy, ORIGIN, PASSWORD } from './deployment.ts'

const credentials = { username: 'bob', password: PASSWORD }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const json = { 'content-type': 'application/json' }
const encode = (fields: Record<string, string>) => new URLSearchParams(fields).toString()

function begin(http: NonNullable<Parameters<typeof deploy>[0]>['http'] = {}) {
  const deployment = deploy({ http })
  deployment.user('bob')
  return { ...deployment, browser: deployment.newBrowser() }
}

const refused = {
  status: 400,
  response: { reason: 'csrf', field_errors: { csrf_token: [expect.any(String)] } },
}

describe('forged requests (CWE-352)', () => {
  test.each([
    ['no token', {}, {}, false],
    ['the token in the field', { csrf_token: 'token' }, {}, true],
    ['the token in the header', {}, { 'x-csrf-token': 'token' }, true],
    ['a token that is wrong', { csrf_token: 'A'.repeat(43) }, {}, false],
    ['an Origin of our own', {}, { origin: ORIGIN }, true],
    ['a foreign Origin', {}, { origin: 'https://evil.test' }, false],
    ['a foreign Origin and the token', { csrf_token: 'token' }, { origin: 'https://evil.test' }, true],
    ['an Origin of null', {}, { origin: 'null' }, false],
    ['an Origin that only begins like ours', {}, { origin: `${ORIGIN}.evil.test` }, false],
    ['Sec-Fetch-Site: same-origin', {}, { 'sec-fetch-site': 'same-origin' }, true],
    ['Sec-Fetch-Site: same-site', {}, { 'sec-fetch-site': 'same-site' }, false],
    ['Sec-Fetch-Site: cross-site', {}, { 'sec-fetch-site': 'cross-site' }, false],
    ['Sec-Fetch-Site: none', {}, { 'sec-fetch-site': 'none' }, false],
    ['signals that contradict', {}, { 'sec-fetch-site': 'same-origin', origin: 'https://evil.test' }, false],
    ['a header of the original that is not switched on', {}, { 'x-xsrf-token': 'token' }, false],
  ])('a form at /login with %s', async (_what, fields, headers, passes) => {
    const { browser, verified } = begin()
    await browser.get('/login')
    const fill = (given: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(given).map(([name, value]) => [
          name,
          value === 'token' ? (browser.csrf ?? '') : value,
        ]),
      )
    const reply = await browser.send('/login', {
      method: 'POST',
      headers: { ...form, ...fill(headers) },
      body: encode({ ...credentials, ...fill(fields) }),
    })
    expect(reply).toMatchObject(passes ? { status: 200 } : refused)
    expect(verified).toHaveLength(passes ? 1 : 0)
  })

  test('a form without any cookie cannot prove itself by a token', async () => {
    const { browser } = begin()
    await browser.get('/login')
    browser.cookies.clear()
    const body = encode({ ...credentials, csrf_token: browser.csrf ?? '' })
    expect(await browser.send('/login', { method: 'POST', headers: form, body })).toMatchObject(refused)
  })

  test.each([
    ['no cookies, and nothing foreign', {}, false, true],
    ['no cookies, and a foreign Origin', { origin: 'https://evil.test' }, false, false],
    ['no cookies, from another site', { 'sec-fetch-site': 'cross-site' }, false, false],
    ['cookies of ours', {}, true, false],
    ['cookies of ours, from the same origin', { 'sec-fetch-site': 'same-origin' }, true, true],
  ])('JSON with %s', async (_what, headers, hasCookies, passes) => {
    const { browser } = begin()
    if (hasCookies) await browser.get('/login')
    const init = { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(credentials) }
    expect(await browser.send('/login', init)).toMatchObject(passes ? { status: 200 } : refused)
  })

  test.each([
    ['logout', 'POST', '/logout'],
    ['disabling', 'POST', '/tf-setup'],
    ['new recovery codes', 'POST', '/mf-recovery-codes'],
    ['revoking', 'DELETE', '/tf-devices/x'],
  ])('a session’s cookie alone does not do: %s', async (_what, method, path) => {
    const { loggedIn } = begin()
    const { browser } = await loggedIn('bob')
    const body = method === 'POST' ? { body: JSON.stringify({ setup: 'disable' }), headers: json } : {}
    expect(await browser.send(path, { method, ...body })).toMatchObject(refused)
    expect(await browser.get('/tf-setup')).toMatchObject({
      status: 200,
      response: { tf_method: 'authenticator' },
    })
  })

  test('a token stays valid through login, and dies with the session', async () => {
    const { browser, given, clock } = begin()
    const { app } = await given.authenticator('bob')
    const { response } = await browser.get('/login')
    const token = String(response['csrf_token'])
    const post = (path: string, body: object) =>
      browser.post(path, { ...body, csrf_token: token }, { 'x-csrf-token': token })
    expect(await post('/login', credentials)).toMatchObject({ status: 200 })
    expect(await post('/tf-validate', { code: app.codeAt(clock.now()) })).toMatchObject({ status: 200 })
    expect(await post('/tf-setup', { setup: 'email' })).toMatchObject({ status: 200 })
    expect(await post('/logout', {})).toMatchObject({ status: 200 })
    expect(await post('/login', credentials)).toMatchObject(refused)
  })

  test('a cookie that another site has planted counts for nothing once there is a session', async () => {
    const { newBrowser, loggedIn } = begin()
    const eve = newBrowser()
    await eve.get('/login')
    const { browser } = await loggedIn('bob')
    browser.cookies.set('__Host-tf_csrf', eve.cookies.get('__Host-tf_csrf') ?? '')
    expect(await browser.post('/logout', {}, { 'x-csrf-token': eve.csrf ?? '' })).toMatchObject(refused)
  })

  test('… nor one that a sibling subdomain has planted before the login', async () => {
    const { newBrowser, user } = begin()
    user('bob')
    const eve = newBrowser()
    await eve.get('/login')
    const browser = newBrowser()
    // Browsers let no other host set a name with `__Host-`: what can be planted is the name without.
    browser.cookies.set('tf_csrf', eve.cookies.get('__Host-tf_csrf') ?? '')
    await browser.post('/login', credentials)
    expect(await browser.post('/logout', {}, { 'x-csrf-token': eve.csrf ?? '' })).toMatchObject(refused)
  })

  test('the cookie is one that no other host can set, save on plain http to the loopback', async () => {
    const { http } = begin()
    const cookieAt = async (origin: string) => {
      const { headers } = await http.fetch(new Request(`${origin}/login`, { headers: json }))
      return headers.getSetCookie().map((cookie) => cookie.replace(/=[^;]+/, ''))
    }
    expect(await cookieAt(ORIGIN)).toEqual(['__Host-tf_csrf; Path=/; HttpOnly; Secure; SameSite=Lax'])
    expect(await cookieAt('http://127.0.0.1:8080')).toEqual(['tf_csrf; Path=/; HttpOnly; SameSite=Lax'])
  })

  test('a host’s own session counts as a cookie of ours, whatever it is called', async () => {
    const session = { userId: 'bob', firstFactorAt: null, firstFactorChannel: null, secondFactorAt: null }
    const sessions = { read: async () => session, create: async () => ({}), destroy: async () => ({}) }
    const { http } = begin({ sessions })
    const send = async (headers: Record<string, string>) => {
      const init = { method: 'POST', headers: { ...json, ...headers }, body: '{}' }
      return (await http.fetch(new Request(`${ORIGIN}/logout`, init))).status
    }
    expect(await send({})).toBe(400)
    expect(await send({ 'sec-fetch-site': 'same-origin' })).toBe(200)
  })

  test('a bearer token needs no other proof: no browser sends it by itself', async () => {
    const { newBrowser, given, clock } = begin()
    const { app } = await given.authenticator('bob')
    const browser = newBrowser()
    await browser.post('/login', credentials)
    const { response } = await browser.post('/tf-validate?include_auth_token', {
      code: app.codeAt(clock.now()),
    })
    const { authentication_token: token } = response['user'] as { authentication_token: string } // as documented
    const client = newBrowser({ isCookieless: true, headers: { authorization: `Bearer ${token}` } })
    expect(await client.post('/tf-setup', { setup: 'email' })).toMatchObject({ status: 200 })
  })

  test('headers and the cookie of the original can be switched on', async () => {
    const headers = ['X-CSRF-Token', 'X-CSRFToken', 'X-XSRF-TOKEN']
    for (const name of headers) {
      const { browser } = begin({ csrf: { headers, cookieName: 'XSRF-Token' } })
      const { headers: sent } = await browser.get('/login')
      const cookie = sent.getSetCookie().find((each) => each.startsWith('XSRF-Token=')) ?? ''
      expect(cookie).not.toContain('HttpOnly')
      const token = browser.cookies.get('XSRF-Token') ?? ''
      const init = { method: 'POST', headers: { ...form, [name]: token }, body: encode(credentials) }
      expect(await browser.send('/login', init)).toMatchObject({ status: 200 })
    }
  })

  test('behind a proxy the origin is the configured one, and the Host says nothing', async () => {
    const { http } = begin({ origin: 'https://acme.test' })
    const send = async (url: string, origin: string) => {
      const init = { method: 'POST', headers: { ...form, origin }, body: encode(credentials) }
      return http.fetch(new Request(url, init))
    }
    const reply = await send('http://10.0.0.7:8080/login', 'https://acme.test')
    expect(reply.status).toBe(200)
    expect(reply.headers.getSetCookie().every((cookie) => cookie.includes('; Secure'))).toBe(true)
    expect((await send('http://evil.test/login', 'http://evil.test')).status).toBe(400)
  })
})
