import { describe, expect, test } from 'vitest'
import * as defaults from '../../../packages/core/src/policy/defaults.ts'
import { parsePolicy } from '../../../packages/core/src/policy/schema.ts'

/** The policy of an input that must be a right one. */
function policyOf(input: object = {}) {
  const parsed = parsePolicy({ issuer: 'Acme', ...input })
  if ('faults' in parsed)
    throw new Error(parsed.faults.map(({ field, message }) => `${field} ${message}`).join('; '))
  return parsed
}

/** The fields at fault of an input that must be a wrong one. */
function faultsOf(input: unknown): readonly string[] {
  const parsed = parsePolicy(input)
  if (!('faults' in parsed)) throw new Error('it is a policy')
  return parsed.faults.map(({ field }) => field)
}

describe('a policy by default', () => {
  test('has the numbers that the design gives, and nothing more', () => {
    expect(policyOf().policy).toEqual({
      issuer: 'Acme',
      methods: ['authenticator'],
      host: null,
      remember: false,
      rescue: { recoveryCodes: true, email: false, help: false, dangerouslyShowAgain: false },
      freshnessSeconds: 20 * 60,
      throttle: { attemptsPerFlow: 5, failuresPerLock: 10, lockSeconds: 15 * 60 },
      delivery: { resendSeconds: 30, perTenMinutes: 5, perDay: 20 },
      lifetimes: {
        loginSeconds: 10 * 60,
        setupSeconds: 30 * 60,
        stepUpSeconds: 10 * 60,
        emailCodeSeconds: 300,
        smsCodeSeconds: 120,
      },
    })
  })

  test('requires no second factor, and lets those who need one enroll at login', () => {
    const { rules } = policyOf()
    const user = { id: 'u', label: 'u', email: null, phone: null }
    expect([rules.required(user), rules.enrollAtLogin(user)]).toEqual([false, true])
  })

  test('remembers for 30 days where it remembers at all', () => {
    expect(policyOf({ remember: {} }).policy.remember).toEqual({ days: 30 })
  })

  test('lets a mailed rescue change no factor', () => {
    expect(policyOf({ rescue: { email: {} } }).policy.rescue.email).toEqual({ mayChangeFactors: false })
  })

  test('has limits that no policy can move', () => {
    expect({
      code: defaults.MAX_CODE_SECONDS,
      digits: defaults.CODE_DIGITS,
      hundred: defaults.FAILURES_UNTIL_RESCUE,
      lock: defaults.MAX_LOCK_SECONDS,
      window: defaults.DELIVERY_WINDOW_SECONDS,
      timeout: defaults.DELIVERY_TIMEOUT_MS,
      notice: defaults.NOTICE_INTERVAL_SECONDS,
      low: defaults.RECOVERY_CODES_LOW,
      devices: defaults.MAX_DEVICES,
      clocks: defaults.CLOCK_TOLERANCE_MS,
    }).toEqual({
      code: 600,
      digits: 6,
      hundred: 100,
      lock: 86_400,
      window: 600,
      timeout: 10_000,
      notice: 3_600,
      low: 3,
      devices: 20,
      clocks: 5_000,
    })
  })
})

describe('a policy of the host’s', () => {
  test('is frozen through and through', () => {
    const { policy } = policyOf({ remember: { days: 7 }, rescue: { email: { mayChangeFactors: true } } })
    const parts: unknown[] = [policy]
    for (const part of parts) {
      expect(Object.isFrozen(part)).toBe(true)
      if (typeof part === 'object' && part !== null) parts.push(...Object.values(part))
    }
    expect(parts.length).toBeGreaterThan(20)
  })

  test('is a copy: what the host does to its own afterwards changes nothing', () => {
    const methods = ['authenticator']
    const { policy } = policyOf({ methods })
    methods.push('sms')
    expect(policy.methods).toEqual(['authenticator'])
    expect(Object.isFrozen(methods)).toBe(false)
  })

  test('is plain JSON: the rules are no part of it', () => {
    const { policy } = policyOf({ required: () => true, enrollAtLogin: false })
    expect(JSON.parse(JSON.stringify(policy))).toEqual(policy)
    expect(policy).not.toHaveProperty('required')
  })

  test('decides per user by functions that are asked with the user', () => {
    const asked: unknown[] = []
    const { rules } = policyOf({
      required: (user: { email: string | null }) => {
        asked.push(user)
        return user.email?.endsWith('@acme.test') === true
      },
      enrollAtLogin: ({ label }: { label: string }) => label !== 'root',
    })
    const staff = { id: 's', label: 'root', email: 's@acme.test', phone: null }
    expect([rules.required(staff), rules.enrollAtLogin(staff)]).toEqual([true, false])
    expect(rules.required({ ...staff, email: null })).toBe(false)
    expect(asked[0]).toBe(staff)
  })

  test.each([
    ['freshnessSeconds', 1, 86_400],
    ['throttle.attemptsPerFlow', 1, 10],
    ['throttle.failuresPerLock', 3, 50],
    ['throttle.lockSeconds', 1, 86_400],
    ['delivery.resendSeconds', 1, 600],
    ['delivery.perTenMinutes', 1, 100],
    ['delivery.perDay', 1, 100],
    ['lifetimes.loginSeconds', 1, 3_600],
    ['lifetimes.setupSeconds', 1, 3_600],
    ['lifetimes.stepUpSeconds', 1, 3_600],
    ['lifetimes.emailCodeSeconds', 1, 600],
    ['lifetimes.smsCodeSeconds', 1, 600],
    ['remember.days', 0, 400],
  ])('ASVS 6.5.5: keeps %s within %i and %i, in whole numbers', (field, least, most) => {
    const withValue = (value: unknown) => {
      const [first = '', second] = field.split('.')
      return { issuer: 'Acme', [first]: second === undefined ? value : { [second]: value } }
    }
    for (const value of [least, most]) expect(parsePolicy(withValue(value))).toHaveProperty('policy')
    for (const value of [least - 1, most + 1, least + 0.5, Number.NaN, Infinity, String(least), null]) {
      const parsed = parsePolicy(withValue(value))
      expect(parsed).toHaveProperty('faults')
      // A union says of a wrong branch that it is wrong as a whole.
      expect(faultsOf(withValue(value))[0]).toMatch(new RegExp(`^policy\\.${field.split('.')[0]}`))
    }
  })

  test.each(['login.acme.test', 'localhost', 'a-b.example', 'xn--bcher-kva.example'])(
    'is bound to the host %s',
    (host) => {
      expect(policyOf({ host }).policy.host).toBe(host)
    },
  )

  test.each([
    'https://acme.test',
    'acme.test:443',
    'acme.test/login',
    'acme.test ',
    'acme.test\n@evil.test #123456',
    'a..b',
    '',
    'büro.example',
    `${'a'.repeat(250)}.test`,
  ])('WICG origin-bound codes: is not bound to %j, which is no bare host name', (host) => {
    expect(faultsOf({ issuer: 'Acme', host })).toEqual(['policy.host'])
  })
})

describe('a policy that cannot work', () => {
  test.each([
    ['no policy', undefined, ['policy']],
    ['no issuer', {}, ['policy.issuer']],
    ['an empty issuer', { issuer: '' }, ['policy.issuer']],
    ['a long issuer', { issuer: 'x'.repeat(65) }, ['policy.issuer']],
    ['Key URI format: an issuer with a colon', { issuer: 'Acme: Inc' }, ['policy.issuer']],
    ['no method', { issuer: 'A', methods: [] }, ['policy.methods']],
    ['a method twice', { issuer: 'A', methods: ['sms', 'sms'] }, ['policy.methods']],
    ['a method that is no text', { issuer: 'A', methods: ['sms', 7] }, ['policy.methods.1']],
    ['a rule that is a text', { issuer: 'A', required: 'yes' }, ['policy.required']],
    ['another rule that is a text', { issuer: 'A', enrollAtLogin: 'yes' }, ['policy.enrollAtLogin']],
    ['remembering as such', { issuer: 'A', remember: true }, ['policy.remember']],
    ['a mailed rescue as such', { issuer: 'A', rescue: { email: true } }, ['policy.rescue.email']],
    ['help from nowhere', { issuer: 'A', rescue: { help: 'administrators' } }, ['policy.rescue.help']],
    [
      'a danger that is a text',
      { issuer: 'A', rescue: { dangerouslyShowAgain: 'no' } },
      ['policy.rescue.dangerouslyShowAgain'],
    ],
    ['a field that there is not', { issuer: 'A', requierd: true }, ['policy']],
    ['a nested field that there is not', { issuer: 'A', throttle: { attempts: 3 } }, ['policy.throttle']],
  ])('names the field: %s', (_what, input, fields) => {
    expect(faultsOf(input)).toEqual(fields)
  })

  test('names every field that is wrong, not only the first', () => {
    const input = {
      issuer: 'Acme:Inc',
      methods: [],
      required: 'yes',
      host: 'https://acme.test',
      freshnessSeconds: 0,
      throttle: { attemptsPerFlow: 99, lockSeconds: '900' },
      delivery: { perDay: 0 },
      lifetimes: { loginSeconds: 1e6 },
    }
    expect(faultsOf(input)).toEqual([
      'policy.issuer',
      'policy.methods',
      'policy.required',
      'policy.host',
      'policy.freshnessSeconds',
      'policy.throttle.attemptsPerFlow',
      'policy.throttle.lockSeconds',
      'policy.delivery.perDay',
      'policy.lifetimes.loginSeconds',
    ])
  })

  test('says what each must be', () => {
    const parsed = parsePolicy({ issuer: 'A:B', required: 'yes', host: '', methods: ['a', 'a'] })
    expect(parsed).toMatchObject({
      faults: [
        { message: 'must not hold a colon (Key URI format)' },
        { message: 'must not name a method twice' },
        { message: 'must be a boolean or a function of the user' },
        { message: 'must be a bare host name' },
      ],
    })
  })
})
