import { defaultPaths } from '@sallyport/http'
import { describe, expect, test, vi } from 'vitest'
import { parseNext } from '../../packages/pages/src/next.ts'
import { ORIGIN, PASSWORD } from '../http/deployment.ts'
import { deployPages } from './deploy-pages.ts'

vi.setConfig({ testTimeout: 60_000 }) // whole walks, perhaps on a busy machine

const elsewhere = [
  '//evil.test',
  '/\\evil.test',
  '\\\\evil.test',
  '/\t/evil.test',
  '/\n/evil.test',
  '\t//evil.test',
  ' //evil.test',
  '/.//evil.test',
  '/a/..//evil.test',
  'https://evil.test',
  'https:evil.test',
  'https:/evil.test',
  'javascript:alert(1)',
  'data:text/html,x',
  'evil.test',
  '@evil.test',
  '',
  '?next=//evil.test',
  '/\u0000',
  '/\u007f',
  `/${'a'.repeat(2_048)}`,
]

describe('open redirect by next (CWE-601)', () => {
  test.each(elsewhere)('%j leads to the home', async (next) => {
    const { newPageBrowser, user } = deployPages({ pages: { home: '/tf-devices' } })
    user('bob')
    const browser = newPageBrowser()
    const query = new URLSearchParams({ next })
    await browser.open(`/login?${query}`)
    await browser.press('Log in', { Email: 'bob', Password: PASSWORD })
    expect(browser.at()).toBe('/tf-devices')
    expect(parseNext(next)).toBeNull()
  })

  test('written over in the form, it is parsed again', async () => {
    const { newPageBrowser, user, http } = deployPages({ pages: { home: '/tf-devices' } })
    user('bob')
    for (const next of ['//evil.test', 'https://evil.test', '/%09/evil.test']) {
      const reply = await http.fetch(
        new Request(`${ORIGIN}/login`, {
          method: 'POST',
          headers: { origin: ORIGIN, accept: 'text/html' },
          body: new URLSearchParams({ identity: 'bob', password: PASSWORD, next }),
        }),
      )
      const location = reply.headers.get('location') ?? ''
      expect(new URL(location, ORIGIN).origin).toBe(ORIGIN)
    }
    expect(newPageBrowser().cookies.size).toBe(0)
  })

  test.each([
    ['/a', '/a'],
    ['/a?b=c&d=%2F#e', '/a?b=c&d=%2F#e'],
    ['/%2f%2fevil.test', '/%2f%2fevil.test'],
    ['/%5cevil.test', '/%5cevil.test'],
    ['/ä', '/%C3%A4'],
    ['/a//b', '/a//b'],
  ])('%s stays at this origin: %s', (next, path) => {
    expect(parseNext(next)).toBe(path)
    expect(new URL(path, ORIGIN).origin).toBe(ORIGIN)
  })

  test.each([[['/a']], [7], [null], [undefined], [{}]])('a next that is no text: %j', (next) => {
    expect(parseNext(next)).toBeNull()
  })

  test('a field and a query: the field counts, also where it is wrong', async () => {
    const { http, user } = deployPages()
    user('bob')
    const reply = await http.fetch(
      new Request(`${ORIGIN}/login?next=/query`, {
        method: 'POST',
        headers: { origin: ORIGIN, accept: 'text/html' },
        body: new URLSearchParams({ identity: 'bob', password: PASSWORD, next: '/field' }),
      }),
    )
    expect(reply.headers.get('location')).toBe('/field')
  })
})

const MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(1)>\'&amp;`'

describe('script injection (CWE-79): each text is text on every page', () => {
  // Each page that a browser here loads is searched for inline scripts and handlers by check-page.ts.
  test('by the identity of a login that fails', async () => {
    const { newPageBrowser } = deployPages()
    const browser = newPageBrowser()
    await browser.open('/login')
    await browser.press('Log in', { Email: MARKUP, Password: MARKUP })
    expect(browser.document().querySelector('[name=identity]')?.getAttribute('value')).toBe(MARKUP)
    expect(browser.body()).not.toContain('<script>alert')
  })

  test('by the label of the user and the issuer, down to the QR code', async () => {
    const { atSecondStep, user } = deployPages({ policy: { issuer: '<b>Acme</b>' } })
    user('bob', { label: MARKUP })
    const browser = await atSecondStep('bob')
    expect(browser.text()).toContain(`Logged in as ${MARKUP}`)
    await browser.press('Set up an authenticator app')
    const facts = [...browser.document().querySelectorAll('dd')].map(({ textContent }) => textContent)
    expect(facts.slice(1)).toEqual([MARKUP, '<b>Acme</b>'])
    expect(browser.document().querySelector('main b')).toBeNull()
  })

  test('by the name of an enrollment', async () => {
    const { loggedInPages } = deployPages()
    const { browser } = await loggedInPages('bob')
    const name = MARKUP.slice(0, 60)
    await browser.press('Rename', { Name: name })
    expect(browser.document().querySelector('.list h3')?.textContent).toContain(name)
  })

  test('by the phone number', async () => {
    const { loggedInPages } = deployPages()
    const { browser } = await loggedInPages('bob')
    await browser.open('/tf-setup?mode=add')
    await browser.press('Text me a code', { 'Phone number': MARKUP })
    expect(browser.document().querySelector('[name=phone]')?.getAttribute('value')).toBe(MARKUP)
  })

  test('by next, by the path, by a device’s id', async () => {
    const { loggedInPages, newPageBrowser } = deployPages()
    const browser = newPageBrowser()
    await browser.open(`/login?next=/${encodeURIComponent(MARKUP)}`)
    expect(browser.body()).not.toContain('<script>alert')
    await browser.open(`/${encodeURIComponent(MARKUP)}`)
    expect(browser.status()).toBe(404)
    const { browser: inside } = await loggedInPages('bob')
    const token = inside.document().querySelector('[name=csrf_token]')?.getAttribute('value') ?? ''
    await inside.send(`/tf-devices/${encodeURIComponent(MARKUP)}`, {
      method: 'POST',
      body: new URLSearchParams({ _method: 'DELETE', csrf_token: token }),
    })
    expect(inside.status()).toBe(404)
    expect(inside.heading()).toBe('Remembered browsers')
  })
})

describe('forged requests (CWE-352)', () => {
  test.each([
    defaultPaths.login,
    defaultPaths.logout,
    defaultPaths.setup,
    defaultPaths.recoveryCodes,
    '/tf-pages/recovery-codes',
  ])('a form at %s without its token does nothing', async (path) => {
    const { loggedInPages, twoFactor } = deployPages()
    const { browser } = await loggedInPages('bob')
    const before = await twoFactor.users.get('bob')
    await browser.send(path, { method: 'POST', body: new URLSearchParams({ setup: 'disable', codes: 'x' }) })
    expect(browser.headers().get('content-disposition')).toBeNull()
    expect(await twoFactor.users.get('bob')).toEqual(before)
    await browser.open('/tf-setup')
    expect(browser.heading()).toBe('Two-step login')
  })

  test('a form that stands for a DELETE without its token removes nothing', async () => {
    const { loggedInPages, twoFactor } = deployPages()
    const { browser } = await loggedInPages('bob')
    const before = await twoFactor.users.get('bob')
    await browser.send(`/tf-enrollments/${before.enrollments[0]?.id}`, {
      method: 'POST',
      body: new URLSearchParams({ _method: 'DELETE' }),
    })
    expect(browser.status()).toBe(400)
    expect(await twoFactor.users.get('bob')).toEqual(before)
  })

  test.each([defaultPaths.setup, `${defaultPaths.enrollments}/x`])(
    'at %s it shows nothing of the setup to a session that is not fresh',
    async (path) => {
      const { clock, given, loggedInPages } = deployPages()
      const { browser } = await loggedInPages('bob')
      await given.factor('bob', 'email')
      const forge = () =>
        browser.send(path, {
          method: 'POST',
          body: new URLSearchParams({ _method: 'PATCH', setup: 'disable' }),
        })
      await forge()
      expect(browser.text()).toContain('@acme.test')
      clock.advance({ minutes: 30 })
      await forge()
      expect(browser.status()).toBe(400)
      expect(browser.heading()).toBe('That did not work')
      expect(browser.text()).not.toContain('@acme.test')
    },
  )

  test('a GET of /logout asks, and logs nobody out', async () => {
    const { loggedInPages } = deployPages()
    const { browser } = await loggedInPages('bob')
    await browser.open('/logout')
    await browser.open('/tf-setup')
    expect(browser.heading()).toBe('Two-step login')
    await browser.open('/logout')
    await browser.press('Log out')
    await browser.open('/logout')
    expect(browser.at()).toBe('/login')
  })
})

test.each([
  '<script>alert(1)</script>',
  'A'.repeat(29),
  'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA\r\nX: y',
  'AAAA-AAAA-AAAA-AAAA-AAAA-AAAU',
  Array(65).fill('AAAA-AAAA-AAAA-AAAA-AAAA-AAAA').join(' '),
])('the file of recovery codes holds nothing but codes, whatever is sent: %j', async (codes) => {
  const { loggedInPages } = deployPages()
  const { browser } = await loggedInPages('bob')
  const token = browser.document().querySelector('[name=csrf_token]')?.getAttribute('value') ?? ''
  await browser.send('/tf-pages/recovery-codes', {
    method: 'POST',
    body: new URLSearchParams({ codes, csrf_token: token }),
  })
  expect(browser.status()).toBe(400)
  expect(browser.headers().get('content-type')).toMatch(/^text\/html/)
  expect(browser.body()).not.toContain('AAAA-AAAA')
})

test('a code, a password and a key are not shown again, wherever the form fails', async () => {
  const { atSecondStep, user } = deployPages({ policy: { required: true } })
  user('bob')
  const browser = await atSecondStep('bob')
  await browser.press('Set up an authenticator app')
  const key = browser.document().querySelector('.key')?.textContent ?? 'no key'
  await browser.press('Confirm', { Code: '271828' })
  expect(browser.body()).not.toContain('271828')
  expect(browser.body()).not.toContain(key)
  await browser.open('/tf-validate')
  expect(browser.body()).not.toContain(key)
})
