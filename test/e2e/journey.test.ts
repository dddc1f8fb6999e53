import { readFileSync } from 'node:fs'
import { simulatedAuthenticator } from '@sallyport/testkit'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { configFile, type RunningDemo, startDemo } from '../demo/start-demo.ts'
import { scan } from './camera.ts'
import { findChromium, launchChromium } from './chromium.ts'
import { newVisitor, type Visitor } from './visitor.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 }) // a browser, a server and a dozen looks at pages

const password = 'correct horse battery staple'
const pictures = process.env['SALLYPORT_PICTURES']
const executable = findChromium()
const why = 'there is no Chromium or Chrome on this machine: install one, or set CHROMIUM_PATH'

test('in CI there is a browser', () => {
  if (process.env['CI'] !== undefined) expect(executable, why).toBeDefined()
  if (executable === undefined) console.warn(`the pages are not tried in a browser: ${why}`)
  expect(process.env['CI'] === undefined || executable !== undefined).toBe(true)
})

describe.skipIf(executable === undefined).each([
  { name: 'with JavaScript', javaScriptEnabled: true },
  { name: 'without JavaScript', javaScriptEnabled: false },
])('a person with a phone, $name', ({ javaScriptEnabled }) => {
  let browser: Browser
  let demo: RunningDemo
  let visitor: Visitor
  beforeAll(async () => {
    const config = configFile({
      policy: {
        issuer: 'Acme',
        methods: ['authenticator', 'email', 'sms'],
        remember: { days: 7 },
        rescue: { email: {}, help: 'help@acme.test' },
      },
      users: [{ id: 'mia', email: 'mia@acme.test', username: 'mia', password }],
    })
    demo = await startDemo(['--store', 'memory', '--config', config, '--dev'])
    browser = await launchChromium(executable ?? '')
    visitor = await newVisitor(browser, {
      url: demo.url,
      javaScriptEnabled,
      pictures: javaScriptEnabled ? pictures : undefined,
    })
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.stop()
  })

  const logIn = async () => {
    await visitor.open('/login')
    await visitor.sees('Log in')
    await visitor.fill('Email or user name', 'mia@acme.test')
    await visitor.fill('Password', password)
    await visitor.press('Log in')
  }
  const logOut = async () => {
    await visitor.page.getByRole('navigation').getByRole('link', { name: 'Log out' }).click()
    await visitor.sees('Log out')
    await visitor.press('Log out')
    await visitor.sees('Log in')
  }
  const proveMail = async () => {
    await visitor.fill('Code', await demo.lastCode('mia@acme.test'))
    await visitor.press('Continue')
  }
  let phone: ReturnType<typeof simulatedAuthenticator>
  /** The code that the phone shows once the last one is over. */
  const nextCode = async () => phone.codeAt(await demo.advance(31))
  let recoveryCodes: readonly string[] = []

  test('enrolls the phone by scanning the picture, and stores recovery codes', async () => {
    await logIn()
    await visitor.sees('Welcome')
    await visitor.follow('Two-step login')
    await visitor.sees('Choose a method')
    await visitor.press('Set up an authenticator app')
    await visitor.sees('Finish the setup')
    phone = simulatedAuthenticator(await scan(visitor.page.getByRole('img', { name: /^QR code/ })))
    expect(phone).toMatchObject({ issuer: 'Acme' })
    await visitor.fill('Code', '000000')
    await visitor.press('Confirm')
    await visitor.page.getByRole('alert').getByText('That code is not right.').waitFor()
    await visitor.sees('Finish the setup')
    await visitor.fill('Code', await nextCode())
    await visitor.press('Confirm')
    await visitor.sees('Recovery codes')
    await visitor.press('Make recovery codes')
    await visitor.sees('Your new recovery codes')
    recoveryCodes = await visitor.page
      .getByRole('list', { name: 'Recovery codes' })
      .getByRole('listitem')
      .allInnerTexts()
    expect(recoveryCodes).toHaveLength(10)
    const [download] = await Promise.all([
      visitor.page.waitForEvent('download'),
      visitor.press('Download as a file'),
    ])
    const file = readFileSync(await download.path(), 'utf8')
    expect(recoveryCodes.filter((code) => !file.includes(code))).toEqual([])
    expect(visitor.page.url()).not.toContain(recoveryCodes[0])
    await visitor.press('Continue')
    await visitor.sees('Your new recovery codes') // the browser asks for the tick first
    await visitor.page.getByLabel('I have stored these codes').check()
    await visitor.press('Continue')
    await visitor.sees('Welcome')
    await logOut()
  })

  test('logs in with it, a typing error first, and has the browser remembered', async () => {
    await logIn()
    await visitor.sees('Enter your code')
    await visitor.fill('Code', '123')
    await visitor.press('Continue')
    const alert = visitor.page.getByRole('alert')
    await alert.waitFor()
    expect(await visitor.page.title()).toBe('Error: Enter your code – Acme')
    await visitor.sees('Enter your code')
    const field = visitor.page.getByLabel('Code', { exact: true })
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true)
    await field.fill(await nextCode())
    await visitor.page.getByLabel(/^Remember this browser for 7 days/).check()
    await visitor.press('Continue')
    await visitor.sees('Welcome')
    await logOut()
    await logIn()
    await visitor.sees('Welcome') // no code asked for
  })

  test('revokes the browser, and is asked again', async () => {
    await visitor.follow('Two-step login')
    await visitor.sees('Confirm it’s you') // a remembered browser proves nothing
    await visitor.press('Authenticator app')
    await visitor.fill('Code', await nextCode())
    await visitor.press('Continue')
    await visitor.sees('Two-step login')
    await visitor.follow('Manage browsers')
    await visitor.sees('Remembered browsers')
    await visitor.press('Forget it')
    await visitor.sees('Remembered browsers')
    await logOut()
    await logIn()
    await visitor.sees('Enter your code')
  })

  test('loses the phone, and comes back by a recovery code, which works once', async () => {
    await visitor.follow('I cannot use this method')
    await visitor.sees('Lost access to your method?')
    await visitor.page.getByRole('link', { name: /^Use a recovery code/ }).click()
    await visitor.sees('Use a recovery code')
    await visitor.fill('Recovery code', recoveryCodes[0]?.toLowerCase() ?? '')
    await visitor.press('Continue')
    await visitor.sees('Welcome')
    await logOut()
    await logIn()
    await visitor.follow('I cannot use this method')
    await visitor.page.getByRole('link', { name: /^Use a recovery code/ }).click()
    await visitor.fill('Recovery code', recoveryCodes[0] ?? '')
    await visitor.press('Continue')
    await visitor.page.getByRole('alert').waitFor()
    await visitor.sees('Use a recovery code')
  })

  test('… and by mail, where the policy allows it, which proves too little to change a factor', async () => {
    await logIn()
    await visitor.follow('I cannot use this method')
    await visitor.page.getByRole('button', { name: /^Get a code by mail/ }).click()
    await visitor.sees('Enter your code')
    await proveMail()
    await visitor.sees('Welcome')
    await visitor.follow('Two-step login')
    await visitor.sees('Confirm it’s you')
    await visitor.press('Recovery code')
    await visitor.sees('Confirm it’s you')
    await visitor.fill('Recovery code', recoveryCodes[1] ?? '')
    await visitor.press('Continue')
    await visitor.sees('Two-step login')
  })

  test('changes the method to mail, and logs in by it', async () => {
    await visitor.follow('Replace the preferred method')
    await visitor.sees('Choose a method')
    await demo.advance(60) // past the pause after the last mail
    await visitor.press('Mail me a code')
    await visitor.sees('Finish the setup')
    await visitor.fill('Code', await demo.lastCode('mia@acme.test'))
    await visitor.press('Confirm')
    await visitor.sees('Two-step login')
    await logOut()
    await demo.advance(60)
    await logIn()
    await visitor.sees('Enter your code')
    await visitor.page.getByText('We have sent a code to').waitFor()
    await proveMail()
    await visitor.sees('Welcome')
  })

  test('adds a phone number, chooses between the two, and switches all of it off', async () => {
    await visitor.follow('Two-step login')
    await visitor.sees('Two-step login')
    await visitor.follow('Add a method')
    await visitor.fill('Phone number', '12')
    await visitor.press('Text me a code')
    await visitor.page.getByRole('alert').waitFor()
    await visitor.sees('Choose a method')
    await visitor.fill('Phone number', '+49 1512 3456789')
    await visitor.press('Text me a code')
    await visitor.sees('Finish the setup')
    await visitor.fill('Code', await demo.lastCode('+4915123456789'))
    await visitor.press('Confirm')
    await visitor.sees('Two-step login')
    await logOut()
    await demo.advance(60)
    await logIn()
    await visitor.sees('How do you want to confirm it’s you?')
    await visitor.page.getByRole('button', { name: /^Text message/ }).click()
    await visitor.fill('Code', await demo.lastCode('+4915123456789'))
    await visitor.press('Continue')
    await visitor.sees('Welcome')
    await visitor.follow('Two-step login')
    await visitor.page.getByText('Switch off two-step login').first().click()
    await visitor.press('Switch off two-step login')
    await visitor.sees('Welcome')
    await logOut()
    await logIn()
    await visitor.sees('Welcome') // the password alone
  })
})
