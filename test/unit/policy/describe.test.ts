import { describe, expect, test } from 'vitest'
import { describePolicy } from '../../../packages/core/src/policy/describe.ts'
import type { PolicyInput } from '../../../packages/core/src/policy/policy.ts'
import { parsePolicy } from '../../../packages/core/src/policy/schema.ts'
import { methods } from '../../model/world.ts'

function report(input: Partial<PolicyInput> = {}) {
  const parsed = parsePolicy({ issuer: 'Acme', ...input })
  if ('faults' in parsed) throw new Error('no policy')
  return describePolicy(parsed.policy, methods)
}

/** The ids of the requirements that a configuration does not meet. */
const unmet = (input: Partial<PolicyInput>) =>
  report(input)
    .filter(({ status }) => status === 'not_met')
    .map(({ id }) => id)

const MAIL = 'NIST 800-63B-4 §3.1.3.1'
const PHONE = 'NIST 800-63B-4 §3.1.3.3'

describe('what a configuration meets', () => {
  test.each<[string, Partial<PolicyInput>, readonly string[]]>([
    ['the default', {}, []],
    ['mail beside an app', { methods: ['authenticator', 'email'] }, [MAIL]],
    ['a rescue by mail', { rescue: { email: {} } }, ['ASVS 6.3.4', MAIL]],
    [
      'a rescue by mail that may change factors',
      { rescue: { email: { mayChangeFactors: true } } },
      ['ASVS 6.3.4', 'ASVS 6.4.4', MAIL],
    ],
    ['text messages beside an app', { methods: ['authenticator', 'sms'] }, []],
    ['text messages beside mail', { methods: ['sms', 'email'] }, ['ASVS 6.6.1', MAIL]],
    ['text messages alone', { methods: ['sms'] }, ['ASVS 6.6.1', PHONE]],
    ['recovery codes that are shown again', { rescue: { dangerouslyShowAgain: true } }, ['ASVS 6.5.2']],
    [
      'all that weakens at once',
      { methods: ['sms'], rescue: { email: { mayChangeFactors: true }, dangerouslyShowAgain: true } },
      ['ASVS 6.3.4', 'ASVS 6.4.4', 'ASVS 6.5.2', 'ASVS 6.6.1', MAIL, PHONE],
    ],
  ])('%s leaves unmet what it must', (_what, input, ids) => {
    expect(unmet(input)).toEqual(ids)
  })

  test('what only the host can do is said to be the host’s', () => {
    const ofHost = report().filter(({ status }) => status === 'host')
    expect(ofHost.map(({ id }) => id)).toEqual([
      'ASVS 6.3.3',
      'ASVS 6.3.8',
      'ASVS 6.4.3',
      'ASVS 6.4.4',
      'ASVS 7.5.3',
    ])
  })

  test('a method that is not registered is not offered', () => {
    expect(unmet({ methods: ['sms', 'push'] })).toEqual(['ASVS 6.6.1', PHONE])
  })
})

describe('the report', () => {
  test('has each requirement once, with what it asks and why it is met or not', () => {
    const all = report()
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    for (const { id, asks, why } of all) {
      expect(id).toMatch(/^(ASVS \d+\.\d+\.\d+|NIST 800-63B-4 §\d+(\.\d+)+)$/)
      expect(asks.length).toBeGreaterThan(20)
      expect(why.length).toBeGreaterThan(10)
    }
  })

  test('has the same requirements for every configuration', () => {
    const weak = report({ methods: ['sms'], rescue: { email: { mayChangeFactors: true } } })
    expect(weak.map(({ id }) => id)).toEqual(report().map(({ id }) => id))
  })

  test('gives the configuration’s own numbers', () => {
    const numbers = report({
      throttle: { attemptsPerFlow: 3, failuresPerLock: 7 },
      freshnessSeconds: 77,
      lifetimes: { emailCodeSeconds: 88, smsCodeSeconds: 66 },
    })
    const whyOf = (id: string) => numbers.find((one) => one.id === id)?.why
    expect(whyOf('ASVS 6.6.3')).toContain('3 attempts a flow, 7 failures a lock')
    expect(whyOf('ASVS 7.5.1')).toContain('77 s')
    expect(whyOf('NIST 800-63B-4 §3.1.3.2')).toContain('mail 88 s, text 66 s')
    expect(whyOf('NIST 800-63B-4 §3.2.2')).toContain('100')
  })
})
