import { readFileSync } from 'node:fs'
import { memoryStore } from '@sallyport/adapters-memory'
import { ConfigError } from '@sallyport/core'
import { scenario } from '@sallyport/testkit'
import { Secret, TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { deploy, PASSWORD } from './deployment.ts'

const guide = readFileSync(
  new URL('../../docs/guides/coming-from-flask-security.md', import.meta.url),
  'utf8',
)

/** What concerns the second factor in the configuration of Flask-Security 5, without `SECURITY_`. */
const keys = [
  'TWO_FACTOR',
  'TWO_FACTOR_REQUIRED',
  'TWO_FACTOR_ENABLED_METHODS',
  'TWO_FACTOR_IMPLEMENTATIONS',
  'TWO_FACTOR_AUTHENTICATOR_VALIDITY',
  'TWO_FACTOR_MAIL_VALIDITY',
  'TWO_FACTOR_SMS_VALIDITY',
  'TWO_FACTOR_RESCUE_MAIL',
  'TWO_FACTOR_RESCUE_EMAIL',
  'TWO_FACTOR_ALWAYS_VALIDATE',
  'TWO_FACTOR_LOGIN_VALIDITY',
  'TWO_FACTOR_VALIDITY_SALT',
  'TWO_FACTOR_VALIDITY_COOKIE',
  'TWO_FACTOR_SETUP_SALT',
  'TWO_FACTOR_SETUP_WITHIN',
  'TWO_FACTOR_SETUP_URL',
  'TWO_FACTOR_TOKEN_VALIDATION_URL',
  'TWO_FACTOR_RESCUE_URL',
  'TWO_FACTOR_SELECT_URL',
  'TWO_FACTOR_POST_SETUP_VIEW',
  'TWO_FACTOR_ERROR_VIEW',
  'TWO_FACTOR_SETUP_TEMPLATE',
  'TWO_FACTOR_VERIFY_CODE_TEMPLATE',
  'TWO_FACTOR_SELECT_TEMPLATE',
  'EMAIL_SUBJECT_TWO_FACTOR',
  'EMAIL_SUBJECT_TWO_FACTOR_RESCUE',
  'TOTP_SECRETS',
  'TOTP_ISSUER',
  'SMS_SERVICE',
  'SMS_SERVICE_CONFIG',
  'PHONE_REGION_DEFAULT',
  'MULTI_FACTOR_RECOVERY_CODES',
  'MULTI_FACTOR_RECOVERY_CODES_N',
  'MULTI_FACTOR_RECOVERY_CODES_KEYS',
  'MULTI_FACTOR_RECOVERY_CODE_TTL',
  'MULTI_FACTOR_RECOVERY_CODES_URL',
  'MULTI_FACTOR_RECOVERY_CODES_TEMPLATE',
  'MULTI_FACTOR_RECOVERY_URL',
  'MULTI_FACTOR_RECOVERY_TEMPLATE',
  'FRESHNESS',
  'FRESHNESS_GRACE_PERIOD',
  'US_MFA_REQUIRED',
]

test.each(keys)('the guide says what became of %s', (key) => {
  const rows = guide.split('\n').filter((line) => line.startsWith('|'))
  expect(rows.filter((row) => row.split('|')[1]?.includes(`\`${key}\``))).toHaveLength(1)
})

test.each(Object.keys(deploy().http.openApi['paths'] as object))('the guide tells of %s', (path) => {
  expect(guide).toContain(path.replace('{token}', '<token>').replace('{id}', '<id>'))
})

describe('dropped on purpose', () => {
  test('a lifetime of recovery codes: one works after years', async () => {
    const { user, given, twoFactor, clock, newBrowser } = deploy()
    user('bob')
    await given.authenticator('bob')
    const [code] = await twoFactor.recoveryCodes.generate('bob')
    clock.advance({ days: 2_000 })
    const browser = newBrowser()
    await browser.post('/login', { username: 'bob', password: PASSWORD })
    expect(await browser.post('/mf-recovery', { code })).toMatchObject({ status: 200 })
  })

  test.each([0, -1, Number.POSITIVE_INFINITY])(
    'freshness switched off by %d: refused',
    (freshnessSeconds) => {
      expect(() => deploy({ policy: { freshnessSeconds } })).toThrow(ConfigError)
    },
  )

  test('a greeting by identity in a mail with a code: refused, and taken in a notice', () => {
    const text = 'Dear {label}, …'
    const configured = (messages: object) => () => scenario({ store: memoryStore(), messages })
    expect(configured({ 'code.email.text': text })).toThrow(ConfigError)
    expect(configured({ 'notice.locked.text': text })).not.toThrow()
  })
})

test('an authenticator that was brought along logs in with the codes of the user’s app', async () => {
  const prettyKey = 'JBSW-Y3DP-EHPK-3PXP-JBSW-Y3DP-EHPK-3PXP'
  const { user, twoFactor, clock, newBrowser } = deploy()
  user('bob')
  const secret = new Uint8Array(Secret.fromBase32(prettyKey.replaceAll('-', '')).buffer)
  await twoFactor.users.enroll('bob', { method: 'authenticator', secret })
  const browser = newBrowser()
  await browser.post('/login', { username: 'bob', password: PASSWORD })
  const app = new TOTP({ secret: Secret.fromBase32(prettyKey.replaceAll('-', '')) })
  const code = app.generate({ timestamp: clock.now() })
  expect(await browser.post('/tf-validate', { code })).toMatchObject({ status: 200 })
})
