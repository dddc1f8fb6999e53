import { expect, test } from 'vitest'
import { describePolicy } from '../../../packages/core/src/policy/describe.ts'
import { mayChangeFactors } from '../../../packages/core/src/policy/freshness.ts'
import type { PolicyInput } from '../../../packages/core/src/policy/policy.ts'
import { parsePolicy } from '../../../packages/core/src/policy/schema.ts'
import { enrollment, methods, profileWith } from '../../model/world.ts'

function findingOf(id: string, input: Partial<PolicyInput>) {
  const parsed = parsePolicy({ issuer: 'Acme', ...input })
  if ('faults' in parsed) throw new Error('no policy')
  return describePolicy(parsed.policy, methods).find((finding) => finding.id === id)
}

test.each<[string, Partial<PolicyInput>, string]>([
  ['ASVS 6.3.4', { rescue: { email: {} } }, 'rescue.email'],
  ['ASVS 6.4.4', { rescue: { email: { mayChangeFactors: true } } }, 'rescue.email.mayChangeFactors'],
  ['ASVS 6.5.2', { rescue: { dangerouslyShowAgain: true } }, 'rescue.dangerouslyShowAgain'],
  ['ASVS 6.6.1', { methods: ['sms'] }, 'methods'],
  ['NIST 800-63B-4 §3.1.3.1', { methods: ['email'] }, 'methods'],
  ['NIST 800-63B-4 §3.1.3.1', { rescue: { email: {} } }, 'rescue.email'],
  ['NIST 800-63B-4 §3.1.3.3', { methods: ['sms'] }, 'sms'],
])('an operator reads of %s, unmet by %j, which option is to blame', (id, input, option) => {
  expect(findingOf(id, input)).toMatchObject({
    status: 'not_met',
    why: expect.stringContaining(`\`${option}\``),
  })
})

test.each<[string, Partial<PolicyInput>, string]>([
  ['ASVS 6.6.1', {}, 'text messages are not offered'],
  ['ASVS 6.6.1', { methods: ['sms', 'authenticator'] }, 'an authenticator is offered as well'],
])('an operator reads of %s, met by %j, why it is', (id, input, why) => {
  expect(findingOf(id, input)).toMatchObject({ status: 'met', why: expect.stringContaining(why) })
})

test('L9: a proof that never was is not recent, whatever a clock says that has lost its battery', () => {
  const owner = profileWith(enrollment('e1', 'authenticator'))
  expect(mayChangeFactors({ firstFactorAt: null, secondFactorAt: null }, owner, 1_000, 1_200)).toBe(false)
})
