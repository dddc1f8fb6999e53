import { simulatedAuthenticator } from '@sallyport/testkit'
import { describe, expect, test, vi } from 'vitest'
import { ORIGIN, PASSWORD, stores } from '../http/deployment.ts'
import { deployPages } from './deploy-pages.ts'
import { openPageBrowser } from './page-browser.ts'
import { readQrCode } from './read-qr-code.ts'

vi.setConfig({ testTimeout: 60_000 }) // whole walks, perhaps on a busy machine

describe.each(stores)('pages of a login on %s', (_name, create) => {
  const begin = (options: Parameters<typeof deployPages>[0] = {}) =>
    deployPages({ store: create(), ...options })

  test('a page that needs a login leads there, and back when all is done', async () => {
    const { atSecondStep, given, outbox, user, newPageBrowser } = begin({
      policy: { remember: { days: 7 } },
    })
    user('bob')
    await given.factor('bob', 'email')
    const browser = await atSecondStep('bob', '/tf-devices')
    expect(browser.at()).toBe('/tf-validate?next=%2Ftf-devices')
    expect(browser.text()).toContain('We have sent a code to b***@acme.test.')
    await browser.press('Continue', {
      Code: outbox.lastCode('bob@acme.test'),
      'Remember this browser for 7 days': true,
    })
    expect(browser.at()).toBe('/tf-devices')
    expect(browser.text()).toContain('Remembered until')

    await browser.follow('Log out')
    await browser.press('Log out')
    expect(browser.at()).toBe('/login')
    await browser.press('Log in', { Email: 'bob', Password: PASSWORD })
    expect(browser.at()).toBe('/verify?next=%2Ftf-setup') // no code; but the setup wants to see one
    await browser.open('/tf-devices')
    await browser.press('Forget it')
    expect(browser.text()).toContain('Saved.')
    expect(browser.text()).toContain('No browser is remembered')

    const other = newPageBrowser()
    await other.open('/tf-devices')
    expect(other.at()).toBe('/login?next=%2Ftf-devices')
  })

  describe('a first factor of the host’s own, such as the return from OAuth', () => {
    const returning = (
      userId: string,
      next: string | undefined,
      options: Parameters<typeof begin>[0] = {},
    ) => {
      const deployment = begin(options)
      const { http, user } = deployment
      user('bob')
      const browser = openPageBrowser(
        (request) =>
          request.url.includes('/oauth/callback?')
            ? http.signIn(request, { userId, ...(next === undefined ? {} : { next }) })
            : http.fetch(request),
        ORIGIN,
      )
      return { ...deployment, browser, come: (more = '') => browser.open(`/oauth/callback?code=1${more}`) }
    }

    test('leads on to the second factor, and to `next` when all is done', async () => {
      const { browser, come, clock, given } = returning('bob', '/tf-devices')
      const { app } = await given.authenticator('bob')
      await come()
      expect(browser.at()).toBe('/tf-validate?next=%2Ftf-devices')
      await browser.press('Continue', { Code: app.codeAt(clock.now()) })
      expect(browser.at()).toBe('/tf-devices')
      expect(browser.heading()).toBe('Remembered browsers')
    })

    test('leads to the enrollment of who has to have a second factor', async () => {
      const { browser, come } = returning('bob', '/tf-devices', { policy: { required: true } })
      await come()
      expect(browser.at()).toBe('/tf-setup?next=%2Ftf-devices')
      expect(browser.heading()).toBe('Choose a method')
    })

    test('tells of a lock, and of a code that could not be sent', async () => {
      const { browser, come, given, outbox } = returning('bob', '/tf-devices')
      await given.factor('bob', 'email')
      outbox.next('refuse')
      await come()
      expect(browser.problems()).toEqual(['The message may not have been sent. Try again.'])
      const { browser: locked, come: comeLocked, ...other } = returning('bob', '/tf-devices')
      await other.given.factor('bob', 'email')
      for (let flow = 0; flow < 2; flow++) {
        const attacker = await other.atSecondStep('bob')
        for (let guess = 0; guess < 5; guess++)
          if (attacker.at().startsWith('/tf-validate'))
            await attacker.press('Continue', { Code: '000000' }).catch(() => undefined)
        other.clock.advance({ minutes: 1 })
      }
      await comeLocked()
      expect(locked.status()).toBe(429)
      expect(locked.problems()).toHaveLength(2)
    })

    test('goes on as the user who is logged in already; somebody else is told so', async () => {
      const { atSecondStep, browser, come, user } = returning('bob', '/tf-devices')
      user('alice')
      await come()
      await come()
      expect([browser.status(), browser.at()]).toEqual([200, '/tf-devices'])
      const alices = await atSecondStep('alice')
      for (const [name, value] of alices.cookies) browser.cookies.set(name, value)
      await come()
      expect(browser.status()).toBe(400)
      expect(browser.problems()).toEqual(['You are logged in already.'])
      expect(browser.text()).toContain('Logged in as alice')
    })

    test('leads home without `next`, whatever the address of the return says', async () => {
      const { browser, come } = returning('bob', undefined)
      await come('&next=/tf-devices')
      expect(browser.at()).toMatch(/^\/tf-setup/)
    })

    test('leads to `next` at once where there is nothing more to prove, but not to another site', async () => {
      const { browser, come } = returning('bob', '/tf-devices')
      await come()
      expect(browser.at()).toBe('/tf-devices')
      const away = returning('bob', '//evil.test/')
      await away.come()
      expect(away.browser.at()).toMatch(/^\/(verify|tf-setup)/)
    })

    test('shows the login, with the problem, for a user whom the host does not have', async () => {
      const { browser, come } = returning('eve', '/tf-devices')
      await come()
      expect(browser.status()).toBe(400)
      expect(browser.heading()).toBe('Log in')
      expect(browser.problems()).toHaveLength(1)
    })
  })

  test('a wrong password: the form again, what was typed but the password, and the problem', async () => {
    const { newPageBrowser, user } = begin()
    user('bob')
    const browser = newPageBrowser()
    await browser.open('/login?next=/a')
    await browser.press('Log in', { Email: 'bob', Password: 'wrong-password' })
    expect(browser.status()).toBe(400)
    expect(browser.problems()).toEqual(['The user or the password is wrong.'])
    expect(browser.document().querySelector('[name=identity]')?.getAttribute('value')).toBe('bob')
    expect(browser.document().querySelector('[name=password]')?.hasAttribute('autofocus')).toBe(true)
    expect(browser.body()).not.toContain('wrong-password')
    await browser.press('Log in', { Password: PASSWORD }).catch(() => undefined) // /a is the host's: a 404 here
    expect(browser.at()).toBe('/a')
  })

  test('a wrong code: at the field, with the attempts that are left, and the focus there', async () => {
    const { atSecondStep, given, user } = begin()
    user('bob')
    const { app } = await given.authenticator('bob')
    const browser = await atSecondStep('bob')
    expect(browser.document().querySelector('[name=code]')?.hasAttribute('autofocus')).toBe(true)
    await browser.press('Continue', { Code: app.wrongCodeAt(Date.now()) })
    expect(browser.status()).toBe(400)
    expect(browser.problems()).toEqual(['That code is not right.'])
    expect(browser.text()).toContain('Attempts left: 4')
    const field = browser.document().querySelector('[name=code]')
    expect(field?.getAttribute('aria-invalid')).toBe('true')
    expect(field?.hasAttribute('autofocus')).toBe(true)
    for (let left = 3; left >= 0; left--) await browser.press('Continue', { Code: '000000' })
    expect(browser.status()).toBe(429)
    expect(browser.problems()[0]).toBe('Too many wrong codes. Log in again.')
    await browser.follow('Go to the login')
    expect(browser.heading()).toBe('Log in')
  })

  test('a new code: after its wait, and only then', async () => {
    const { atSecondStep, clock, given, outbox, user } = begin()
    user('bob')
    await given.factor('bob', 'email')
    const browser = await atSecondStep('bob')
    expect(browser.text()).toMatch(/You can ask for a new one in \d+ seconds/)
    await browser.send('/tf-select', {
      method: 'POST',
      body: new URLSearchParams({
        which: 'email',
        csrf_token: browser.document().querySelector('[name=csrf_token]')?.getAttribute('value') ?? '',
      }),
    })
    expect(browser.status()).toBe(429)
    expect(browser.text()).toMatch(/Try again in \d+ seconds/)
    clock.advance({ minutes: 1 })
    await browser.open('/tf-validate')
    const before = outbox.sent.length
    await browser.press('Send a new code')
    expect(outbox.sent).toHaveLength(before + 1)
    await browser.press('Continue', { Code: outbox.lastCode('bob@acme.test') })
    expect(browser.at()).toBe('/tf-setup')
  })

  test('several methods: choose, switch, and what cannot be sent is told where the code is asked for', async () => {
    const { atSecondStep, given, outbox, user } = begin()
    user('bob')
    await given.factor('bob', 'email')
    await given.factor('bob', 'sms', '+15550123')
    const browser = await atSecondStep('bob')
    expect(browser.at()).toBe('/tf-select')
    await browser.press('Email')
    await browser.follow('Use another method')
    outbox.next('refuse')
    await browser.press('Text message')
    expect(browser.status()).toBe(500)
    expect(browser.problems()).toEqual(['The message may not have been sent. Try again.'])
    await browser.press('Send a new code')
    await browser.press('Continue', { Code: outbox.lastCode('+15550123') })
    expect(browser.at()).toBe('/tf-setup')
  })

  test('rescue: by recovery code, by mail, by asking for help', async () => {
    const { atSecondStep, given, outbox, twoFactor, user } = begin({
      policy: { rescue: { email: {}, help: 'help@acme.test' } },
    })
    user('bob')
    await given.authenticator('bob')
    const [recoveryCode = ''] = await twoFactor.recoveryCodes.generate('bob')
    const lost = async () => {
      const browser = await atSecondStep('bob', '/login?next=/tf-devices')
      await browser.follow('I cannot use this method')
      return browser
    }
    const byCode = await lost()
    await byCode.follow('Use a recovery code One of the codes that you have stored.')
    await byCode.press('Continue', { 'Recovery code': 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA' })
    expect(byCode.problems()).toEqual(['That code is not right.'])
    await byCode.press('Continue', { 'Recovery code': recoveryCode.toLowerCase() })
    expect(byCode.at()).toBe('/tf-devices')

    const byMail = await lost()
    await byMail.press('Get a code by mail')
    expect(byMail.at()).toBe('/tf-validate?next=%2Ftf-devices')
    await byMail.press('Continue', { Code: outbox.lastCode('bob@acme.test') })
    expect(byMail.at()).toBe('/tf-devices')

    const byHelp = await lost()
    await byHelp.press('Ask for help')
    expect(byHelp.text()).toContain('The administrators have been told.')
    expect(outbox.to('help@acme.test')).toHaveLength(1)
    await byHelp.press('Ask for help')
    expect(byHelp.status()).toBe(429)
    await byHelp.follow('Back')
    expect(byHelp.at()).toBe('/tf-select?next=%2Ftf-devices')
  })

  test('who must have a second factor sets it up at login, and is led to recovery codes, shown once', async () => {
    const { atSecondStep, clock, twoFactor, user } = begin({ policy: { required: true } })
    user('bob')
    const browser = await atSecondStep('bob', '/login?next=/tf-devices')
    expect(browser.at()).toBe('/tf-setup?next=%2Ftf-devices')
    await browser.press('Set up an authenticator app')
    const app = simulatedAuthenticator(readQrCode(browser.document()))
    await browser.press('Confirm', { Code: '000000' })
    expect(browser.status()).toBe(400)
    expect(browser.text()).toContain('The key was shown once.')
    await browser.press('Confirm', { Code: app.codeAt(clock.now()) })
    expect(browser.at()).toBe('/mf-recovery-codes?next=%2Ftf-devices')
    await browser.press('Make recovery codes')
    const codes = [...browser.document().querySelectorAll('.codes li')].map(({ textContent }) => textContent)
    expect(codes).toHaveLength(10)
    expect(await twoFactor.recoveryCodes.count('bob')).toBe(10)
    await expect(browser.press('Continue')).rejects.toThrow('stored')
    await browser.press('Continue', { 'I have stored these codes': true })
    expect(browser.at()).toBe('/tf-devices')
    await browser.open('/mf-recovery-codes')
    expect(browser.text()).toContain('Codes left: 10')
    expect(browser.body()).not.toContain(codes[0] ?? 'no code')
  })

  test('at login by mail or by text: the number is typed, and a wrong one is told at its field', async () => {
    const { atSecondStep, outbox, user } = begin({
      policy: { required: true, rescue: { recoveryCodes: false } },
    })
    user('bob')
    const browser = await atSecondStep('bob')
    await browser.press('Text me a code', { 'Phone number': '12' })
    expect(browser.status()).toBe(400)
    expect(browser.document().querySelector('[name=phone]')?.getAttribute('value')).toBe('12')
    expect(browser.document().querySelector('[name=phone]')?.getAttribute('aria-invalid')).toBe('true')
    await browser.press('Text me a code', { 'Phone number': '+15550123' })
    expect(browser.at()).toBe('/tf-validate')
    await browser.follow('Start again')
    await browser.press('Mail me a code')
    await browser.press('Confirm', { Code: outbox.lastCode('bob@acme.test') })
    expect(browser.at()).toBe('/tf-setup')
  })

  test('locked: the way by a recovery code is open, and nothing else', async () => {
    const { atSecondStep, given, twoFactor, user } = begin({ policy: { throttle: { failuresPerLock: 3 } } })
    user('bob')
    await given.authenticator('bob')
    const [code = ''] = await twoFactor.recoveryCodes.generate('bob')
    const browser = await atSecondStep('bob')
    for (const wrong of ['000000', '000001', '000002']) await browser.press('Continue', { Code: wrong })
    expect(browser.status()).toBe(429)
    const other = await atSecondStep('bob')
    expect(other.status()).toBe(429)
    expect(other.problems()[1]).toMatch(/^Try again in \d+ minutes\.$/)
    expect(other.heading()).toBe('Use a recovery code')
    await other.press('Continue', { 'Recovery code': code })
    expect(other.at()).toBe('/tf-setup')
  })
})
