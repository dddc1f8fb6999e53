import { expect, test, vi } from 'vitest'
import { openPageBrowser } from '../pages/page-browser.ts'
import { startDemo } from './start-demo.ts'

vi.setConfig({ testTimeout: 60_000 }) // processes start and hash passwords, perhaps on a busy machine

test('a browser: the hint, the login, the code off the outbox page, and home', async () => {
  const demo = await startDemo(['--dev', '--store', 'memory'])
  try {
    const browser = openPageBrowser((request) => fetch(request), demo.url)
    await browser.open('/')
    expect(browser.at()).toBe('/login?next=%2F')
    expect(browser.text()).toContain('harvard-mark-one')
    await browser.press('Log in', { Email: 'grace', Password: 'harvard-mark-one' })
    const outbox = openPageBrowser((request) => fetch(request), demo.url)
    await outbox.open('/dev/outbox')
    const [code = ''] = /\b\d{6}\b/.exec(outbox.text()) ?? []
    await browser.press('Continue', { Code: code })
    expect(browser.at()).toBe('/')
    expect(browser.text()).toContain('You are logged in as grace')
    await browser.follow('Two-step login')
    expect(browser.heading()).toBe('Two-step login')
  } finally {
    await demo.stop()
  }
})
