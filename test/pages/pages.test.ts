import { readdirSync, readFileSync } from 'node:fs'
import { memoryStore } from '@sallyport/adapters-memory'
import { ConfigError, StoreError } from '@sallyport/core'
import { createPages, defaultPageCatalog, defaultTemplates, html, layout } from '@sallyport/pages'
import { describe, expect, test, vi } from 'vitest'
import { stylesheet } from '../../packages/pages/src/stylesheet.ts'
import { ORIGIN, PASSWORD } from '../http/deployment.ts'
import { deployPages } from './deploy-pages.ts'

vi.setConfig({ testTimeout: 60_000 }) // whole walks, perhaps on a busy machine

const page = { accept: 'text/html' }

describe('errors', () => {
  test.each([
    ['nothing there', '/nothing', {}, 404],
    ['a method that is not', '/login', { method: 'PUT' }, 405],
    [
      'another kind of body',
      '/login',
      { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } },
      415,
    ],
    [
      'a body that is too large',
      '/login',
      { method: 'POST', body: new URLSearchParams({ x: 'x'.repeat(17_000) }) },
      413,
    ],
    [
      'a body that is no text',
      '/login',
      {
        method: 'POST',
        body: new Uint8Array([0xff]),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      400,
    ],
    ['a login that is not pending', '/tf-validate', {}, 400],
    ['a rescue without a login', '/tf-rescue', {}, 400],
    ['a recovery without a login', '/mf-recovery', {}, 400],
    ['a choice without a login', '/tf-select', {}, 400],
    ['the other entrance', '/us-signin', {}, 200],
  ])('%s: a page with its status and a way on', async (_what, path, init, status) => {
    const browser = deployPages().newPageBrowser()
    await browser.send(path, init)
    expect(browser.status()).toBe(status)
    expect(browser.document().querySelector('main a, main form')).not.toBeNull()
  })

  test('the store fails: 503; the host’s code throws: 500; neither tells why, and the host is told', async () => {
    const store = memoryStore()
    const failing = { ...store, load: () => Promise.reject(new StoreError('not_applied', 'secret')) }
    const busy = deployPages({ store: failing })
    busy.user('bob')
    const browser = await busy.atSecondStep('bob')
    expect([browser.status(), browser.problems()]).toEqual([503, ['Too much happened at once. Try again.']])
    const throwing = () => {
      throw new Error('secret')
    }
    const broken = deployPages({ http: { verifyPassword: throwing } })
    const other = await broken.atSecondStep('bob')
    expect(other.status()).toBe(500)
    expect(browser.body() + other.body()).not.toContain('secret')
    expect([...busy.errors, ...broken.errors]).toHaveLength(2)
  })

  test('a page that throws: JSON, and the host is told', async () => {
    const { errors, http } = deployPages({
      pages: {
        layout: () => {
          throw new Error('secret')
        },
      },
    })
    const reply = await http.fetch(new Request(`${ORIGIN}/login`, { headers: page }))
    expect([reply.status, await reply.json()]).toMatchObject([
      500,
      { response: { reason: 'internal_error' } },
    ])
    expect(errors).toHaveLength(1)
  })

  test('a setup of another user, of none, or used: no form, and the way to the setup', async () => {
    const { loggedInPages } = deployPages({ policy: { rescue: { recoveryCodes: false } } })
    const { browser } = await loggedInPages('bob')
    await browser.open('/tf-setup?mode=add')
    await browser.press('Mail me a code')
    const path = browser.at()
    const { browser: other } = await loggedInPages('eve')
    for (const foreign of [path, '/tf-setup/nonsense']) {
      await other.open(foreign)
      expect(other.status()).toBe(400)
      await other.follow('Go to your two-step login')
      expect(other.heading()).toBe('Two-step login')
    }
  })
})

test('a user who is logged in has no login to go on with: home', async () => {
  const { loggedInPages } = deployPages()
  const { browser } = await loggedInPages('bob')
  for (const path of ['/login', '/tf-validate', '/tf-select', '/tf-rescue', '/mf-recovery']) {
    await browser.open(path)
    expect(browser.at()).toBe('/tf-setup')
  }
})

test('a pending login leads to where it is, from wherever it is asked for', async () => {
  const { atSecondStep, user } = deployPages({ policy: { required: true } })
  user('bob')
  const browser = await atSecondStep('bob')
  for (const path of ['/tf-validate', '/tf-select', '/tf-rescue']) {
    await browser.open(path)
    expect(browser.at()).toBe('/tf-setup')
  }
  await browser.press('Mail me a code')
  await browser.open('/tf-rescue')
  expect(browser.at()).toBe('/tf-validate')
})

test('sign-in by a passcode is a page too', async () => {
  const { newPageBrowser, user } = deployPages()
  user('bob')
  const browser = newPageBrowser()
  await browser.open('/us-signin')
  await browser.press('Log in', { Email: 'bob', Passcode: 'wrong' })
  expect(browser.status()).toBe(400)
  await browser.press('Log in', { Passcode: PASSWORD })
  expect(browser.at()).toBe('/tf-setup')
})

describe('files', () => {
  test('a style sheet and a script, kept for a year, with nobody’s cookies', async () => {
    const { http } = deployPages({ http: { prefix: '/auth' } })
    const login = await (await http.fetch(new Request(`${ORIGIN}/auth/login`, { headers: page }))).text()
    const paths = [...login.matchAll(/(?:href|src)="(\/auth\/tf-pages\/[^"]+)"/g)].map(([, path]) => path)
    expect(paths).toHaveLength(2)
    for (const path of paths) {
      const { status, headers } = await http.fetch(new Request(`${ORIGIN}${path}`))
      expect(status).toBe(200)
      expect(headers.get('content-type')).toMatch(/^text\/(css|javascript); charset=utf-8$/)
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.getSetCookie()).toEqual([])
    }
  })
})

describe('a host’s own', () => {
  test('page, layout, style sheet, logo, language and method', async () => {
    const { newPageBrowser } = deployPages({
      pages: {
        lang: 'de',
        stylesheet: '/acme.css',
        product: { name: 'Acme & Co', logo: { src: '/logo.svg', width: 32, height: 32 } },
        messages: { 'login.title': 'Anmelden' },
        pages: { login: (view) => html`<p>${'<ours>'}</p>${defaultTemplates.login(view)}` },
        layout: (frame) => html`${layout(frame)}<!-- ${frame.lang} -->`,
      },
    })
    const browser = newPageBrowser()
    await browser.open('/login')
    expect(browser.heading()).toBe('Anmelden')
    expect(browser.text()).toContain('<ours>')
    expect(browser.document().querySelector('title')?.textContent).toBe('Anmelden – Acme & Co')
    expect(browser.document().querySelectorAll('link[rel=stylesheet]')[1]?.getAttribute('href')).toBe(
      '/acme.css',
    )
    expect(browser.document().querySelector('img')?.getAttribute('src')).toBe('/logo.svg')
    expect(browser.body()).toContain('<!-- de -->')
  })

  test('page in the same frame', async () => {
    const pages = createPages()
    const { http } = deployPages({ http: { pages } })
    const reply = await pages.render({
      site: http.site,
      title: 'Welcome',
      content: html`<p>${'<b>'}</p>`,
      user: 'bob',
      status: 402,
    })
    const text = await reply.text()
    expect([reply.status, reply.headers.get('content-security-policy')]).toEqual([
      402,
      expect.stringContaining("'none'"),
    ])
    expect(text).toContain('<p>&lt;b&gt;</p>')
    expect(text).toContain('Logged in as bob')
  })

  test.each([
    ['messages.nonsense', { messages: { nonsense: 'x' } as object }],
    ['messages.login.title', { messages: { 'login.title': 7 } as object }],
    ['messages.login.title', { messages: { 'login.title': 'Log in, {user}' } }],
    ['home', { home: 'https://evil.test' }],
    ['home', { home: '//evil.test' }],
    ['stylesheet', { stylesheet: 'https://cdn.test/a.css' }],
    ['product.logo.src', { product: { logo: { src: 'data:x', width: 1, height: 1 } } }],
    ['pages.nonsense', { pages: { nonsense: () => html`` } as object }],
    ['lang', { lang: 'not a language' }],
  ])('%s cannot work: ConfigError', (field, options) => {
    const fault = [{ field, message: expect.any(String) }]
    expect(() => createPages(options)).toThrow(
      expect.objectContaining({ code: 'config_invalid', faults: fault }),
    )
    expect(() => createPages(options)).toThrow(ConfigError)
  })
})

test('every text of the catalog is used', () => {
  const folder = new URL('../../packages/pages/src/', import.meta.url)
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'catalog.ts')
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n')
  // A key that is made at run time stands as a template: `method.${method}`.
  const made = [...sources.matchAll(/`((?:[\w.]|\$\{\w+\})*\$\{\w+\}(?:[\w.]|\$\{\w+\})*)`/g)].map(
    ([, template = '']) =>
      new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\$\{\w+\}/g, '\\w+')}$`),
  )
  const unused = Object.keys(defaultPageCatalog).filter(
    (key) => !sources.includes(`'${key}'`) && !made.some((pattern) => pattern.test(key)),
  )
  expect(unused).toEqual([])
})

test('clients of JSON get JSON where there are pages', async () => {
  const { newBrowser, user } = deployPages()
  user('bob')
  const browser = newBrowser()
  expect(await browser.post('/login', { username: 'bob', password: PASSWORD })).toMatchObject({
    status: 200,
    response: { tf_required: false },
  })
  expect(await browser.get('/logout')).toMatchObject({
    status: 405,
    response: { reason: 'method_not_allowed' },
  })
  expect(await browser.get('/nothing')).toMatchObject({ status: 404 })
})

describe('colors can be told apart (WCAG 2.2, 1.4.3 and 1.4.11)', () => {
  const [light = '', dark = ''] = stylesheet.split('@media (prefers-color-scheme: dark)')
  const colorsOf = (css: string) =>
    Object.fromEntries(
      [...css.matchAll(/--sp-([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', color = '']) => [name, color]),
    )
  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const contrast = (a: string, b: string): number => {
    const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x)
    return (lighter + 0.05) / (darker + 0.05)
  }
  const pairs: readonly (readonly [front: string, backs: readonly string[], least: number])[] = [
    ['text', ['background', 'surface', 'raised', 'accent-soft', 'danger-soft', 'good-soft'], 4.5],
    ['muted', ['background', 'surface', 'raised', 'accent-soft'], 4.5],
    ['accent', ['background', 'surface', 'raised'], 4.5],
    ['on-accent', ['accent', 'accent-strong'], 4.5],
    ['danger', ['surface', 'raised', 'danger-soft'], 4.5],
    ['edge', ['surface', 'raised'], 3],
  ]
  const schemes = [
    ['light', colorsOf(light)],
    ['dark', { ...colorsOf(light), ...colorsOf(dark.split('\n}\n')[0] ?? '') }],
  ] as const
  test.each(schemes)('%s', (_scheme, colors) => {
    for (const [front, backs, least] of pairs) {
      for (const back of backs) {
        const found = contrast(colors[front] ?? '', colors[back] ?? '')
        expect(found, `${front} on ${back}`).toBeGreaterThanOrEqual(least)
      }
    }
  })
})
