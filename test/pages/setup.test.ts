import { simulatedAuthenticator } from '@sallyport/testkit'
import { describe, expect, test, vi } from 'vitest'
import { PASSWORD, stores } from '../http/deployment.ts'
import { deployPages } from './deploy-pages.ts'
import { readQrCode } from './read-qr-code.ts'

vi.setConfig({ testTimeout: 60_000 }) // whole walks, perhaps on a busy machine

describe.each(stores)('pages of the setup on %s', (_name, create) => {
  const begin = (options: Parameters<typeof deployPages>[0] = {}) =>
    deployPages({ store: create(), ...options })

  test('nothing enrolled: the first method, and recovery codes after it', async () => {
    const { atSecondStep, clock, user } = begin()
    user('bob')
    const browser = await atSecondStep('bob')
    expect(browser.at()).toBe('/tf-setup')
    await browser.press('Set up an authenticator app')
    const app = simulatedAuthenticator(readQrCode(browser.document()))
    expect(browser.text()).toContain('Accountbob')
    await browser.press('Confirm', { Code: app.codeAt(clock.now()) })
    expect(browser.at()).toBe('/mf-recovery-codes')
    await browser.follow('Not now')
    expect(browser.heading()).toBe('Two-step login')
    expect(browser.text()).toContain('Codes left: 0')
  })

  test('a second method, by text: added, renamed, preferred, and removed', async () => {
    const { clock, loggedInPages, outbox, twoFactor } = begin({
      policy: { rescue: { recoveryCodes: false } },
    })
    const { browser, code } = await loggedInPages('bob')
    await browser.follow('Add a method')
    await browser.press('Text me a code', { 'Phone number': '+15550123' })
    expect(browser.at()).toMatch(/^\/tf-setup\/[^?]+\?mode=add$/)
    await browser.press('Confirm', { Code: '12' })
    expect(browser.problems()).toEqual(['That does not look like a code.'])
    await browser.press('Confirm', { Code: outbox.lastCode('+15550123') })
    expect(browser.at()).toBe('/tf-setup?saved=')
    expect(browser.document().querySelector('[role=status]')?.textContent).toBe('Saved.')

    const second = '.list li:nth-child(2)'
    await browser.press('Rename', { Name: 'Work phone' }, second)
    expect(browser.document().querySelector(`${second} h3`)?.textContent).toContain('Work phone')
    await browser.press('Make it the preferred one', {}, second)
    expect(browser.document().querySelector('.list li h3')?.textContent).toContain('Work phone')
    clock.advance({ minutes: 1 })
    await browser.press('Remove', {}, '.list li')
    expect(browser.at()).toMatch(/^\/verify\?/) // of no session counts what was proven before
    expect(browser.text()).toContain('Saved.')
    await browser.press('Authenticator app')
    await browser.press('Continue', { Code: code() })
    expect(browser.heading()).toBe('Two-step login')
    const { enrollments } = await twoFactor.users.get('bob')
    expect(enrollments.map(({ method }) => method)).toEqual(['authenticator'])
  })

  test.each(['in a setup', 'at a login that enrolls'])(
    'a text that does not arrive, %s: a new code, after its wait',
    async (where) => {
      const { atSecondStep, clock, loggedInPages, outbox, user } = begin({
        policy: { required: where !== 'in a setup', rescue: { recoveryCodes: false } },
      })
      user('eve')
      const browser =
        where === 'in a setup'
          ? (await loggedInPages('bob')).browser
          : await atSecondStep('eve', '/tf-devices')
      if (where === 'in a setup') await browser.follow('Add a method')
      await browser.press('Text me a code', { 'Phone number': '+15550123' })
      const at = browser.at()
      expect(browser.text()).toMatch(/You can ask for a new one in \d+ seconds/)
      clock.advance({ minutes: 1 })
      await browser.open(at)
      outbox.next('refuse')
      await browser.press('Send a new code')
      expect(browser.status()).toBe(500)
      expect(browser.problems()).toHaveLength(1)
      await browser.press('Send a new code')
      expect([browser.status(), browser.at()]).toEqual([200, at])
      await browser.press('Confirm', { Code: outbox.lastCode('+15550123') })
      expect(browser.at()).toBe(where === 'in a setup' ? '/tf-setup?saved=' : '/tf-devices')
    },
  )

  test('CWE-308: after a mailed link a mailed code proves nothing, and the pages say so and lead on', async () => {
    const deployment = begin({
      policy: { remember: { days: 7 }, rescue: { recoveryCodes: false } },
      http: { verifyPasscode: () => ({ kind: 'verified', userId: 'bob', channel: 'email' }) },
    })
    const { atSecondStep, given, outbox, user } = deployment
    user('bob')
    await given.factor('bob', 'email')
    const browser = await atSecondStep('bob')
    const code = () => outbox.lastCode('bob@acme.test')
    await browser.press('Continue', { Code: code(), 'Remember this browser for 7 days': true })
    await browser.follow('Log out')
    await browser.press('Log out')
    await browser.open('/us-signin?next=/tf-setup')
    await browser.press('Log in', { Email: 'bob', Passcode: '004711' })
    expect(browser.at()).toBe('/verify?next=%2Ftf-setup')
    await browser.press('Continue', { Password: PASSWORD })
    expect(browser.at()).toBe('/verify?next=%2Ftf-setup')
    await browser.press('Email')
    await browser.press('Continue', { Code: code() })
    expect(browser.at()).toBe('/tf-setup')
    expect(browser.text()).not.toContain('Cannot be used right now')
  })

  test('a name that is too long: told at its field, in the enrollment it is of', async () => {
    const { loggedInPages } = begin()
    const { browser } = await loggedInPages('bob')
    await browser.press('Rename', { Name: 'x'.repeat(65) })
    expect(browser.status()).toBe(400)
    expect(browser.document().querySelector('details')?.hasAttribute('open')).toBe(true)
    expect(browser.document().querySelector('[name=name]')?.getAttribute('aria-invalid')).toBe('true')
  })

  test('replaced: the old method counts until the new one is proven', async () => {
    const { loggedInPages, outbox, twoFactor } = begin()
    const { browser } = await loggedInPages('bob')
    const methods = async () => (await twoFactor.users.get('bob')).enrollments.map(({ method }) => method)
    await browser.follow('Replace the preferred method')
    expect(browser.text()).toContain('takes the place of Authenticator app')
    await browser.press('Mail me a code')
    expect(await methods()).toEqual(['authenticator'])
    await browser.press('Confirm', { Code: outbox.lastCode('bob@acme.test') })
    expect(await methods()).toEqual(['email'])
  })

  test('a code that cannot be sent: the proof is asked for all the same, since it may still come', async () => {
    const { loggedInPages, outbox } = begin({ policy: { rescue: { recoveryCodes: false } } })
    const { browser } = await loggedInPages('bob')
    await browser.follow('Add a method')
    outbox.next('fail_after_sending')
    await browser.press('Mail me a code')
    expect(browser.status()).toBe(500)
    await browser.press('Confirm', { Code: outbox.lastCode('bob@acme.test') })
    expect(browser.at()).toBe('/tf-setup?saved=')
  })

  test('disabled, where it may be; not offered where it must not', async () => {
    const { loggedInPages, twoFactor, user } = begin()
    const { browser } = await loggedInPages('bob')
    await browser.press('Switch off two-step login')
    expect(browser.heading()).toBe('Choose a method')
    expect((await twoFactor.users.get('bob')).enrollments).toEqual([])

    const { browser: other } = await loggedInPages('eve')
    user('eve', { required: true })
    await other.open('/tf-setup')
    expect(other.text()).not.toContain('Switch off')
    expect(other.text()).not.toContain('Remove')
  })

  test('no longer fresh: a step-up first, and then on to what was asked for', async () => {
    const { clock, given, loggedInPages, outbox } = begin()
    const { browser, code } = await loggedInPages('bob')
    await given.factor('bob', 'email')
    await browser.open('/logout') // the new factor has ended nothing that is open
    clock.advance({ minutes: 30 })
    await browser.open('/mf-recovery-codes')
    expect(browser.at()).toBe('/verify?next=%2Fmf-recovery-codes')
    await browser.press('Authenticator app')
    await browser.press('Continue', { Code: '000000' })
    expect(browser.status()).toBe(400)
    expect(browser.text()).toContain('Attempts left: 4')
    await browser.press('Email')
    await browser.press('Continue', { Code: outbox.lastCode('bob@acme.test') })
    expect(browser.at()).toBe('/mf-recovery-codes')
    await browser.press('Make recovery codes')

    clock.advance({ minutes: 30 })
    await browser.open('/tf-setup?mode=add')
    await browser.press('Recovery code')
    await browser.press('Continue', { 'Recovery code': 'no code' })
    expect(browser.status()).toBe(400)
    await browser.press('Authenticator app')
    await browser.press('Continue', { Code: code() })
    expect(browser.at()).toBe('/tf-setup?mode=add')
  })

  test('a form sent when the session is stale leads to a step-up, and back to its page', async () => {
    const { clock, loggedInPages } = begin()
    const { browser } = await loggedInPages('bob')
    await browser.open('/tf-setup?mode=add')
    clock.advance({ minutes: 30 })
    await browser.press('Mail me a code')
    expect(browser.at()).toBe('/verify?next=%2Ftf-setup')
  })

  test('nothing enrolled and a password of long ago: the password again', async () => {
    const { atSecondStep, clock, user } = begin()
    user('bob')
    const browser = await atSecondStep('bob')
    clock.advance({ minutes: 30 })
    await browser.open('/tf-setup')
    expect(browser.at()).toBe('/verify?next=%2Ftf-setup')
    await browser.press('Continue', { Password: 'wrong' })
    expect(browser.problems()).toEqual(['The user or the password is wrong.'])
    await browser.press('Continue', { Password: PASSWORD })
    expect(browser.at()).toBe('/tf-setup')
  })

  test('recovery codes: as a file, by a body and not by an address; anew, and the old ones are void', async () => {
    const { loggedInPages } = begin()
    const { browser } = await loggedInPages('bob')
    await browser.follow('Manage recovery codes')
    await browser.press('Make recovery codes')
    const codes = [...browser.document().querySelectorAll('.codes li')].map(({ textContent }) => textContent)
    await browser.press('Download as a file')
    expect(browser.at()).toBe('/tf-pages/recovery-codes')
    expect(browser.headers().get('content-disposition')).toBe('attachment; filename="recovery-codes.txt"')
    expect(browser.headers().get('cache-control')).toBe('no-store')
    expect(browser.body().split('\r\n')).toEqual([
      'Recovery codes of bob at Acme. Each works once.',
      '',
      ...codes,
      '',
    ])
    await browser.open('/mf-recovery-codes')
    await browser.press('Make new codes')
    expect(browser.body()).not.toContain(codes[0])
  })

  test('recovery codes that the policy shows again', async () => {
    const { loggedInPages } = begin({ policy: { rescue: { dangerouslyShowAgain: true } } })
    const { browser } = await loggedInPages('bob')
    await browser.open('/mf-recovery-codes')
    await browser.press('Make recovery codes')
    await browser.open('/mf-recovery-codes')
    expect(browser.document().querySelectorAll('.codes li')).toHaveLength(10)
  })
})
