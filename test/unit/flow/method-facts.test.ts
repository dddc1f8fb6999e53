import { expect, test } from 'vitest'
import { builtInMethodFacts } from '../../../packages/core/src/flow/method-facts.ts'
import { factsFor } from '../../model/world.ts'

test('what the machine knows of the methods that core brings, with the lifetimes of a policy', () => {
  const { policy } = factsFor({ lifetimes: { emailCodeSeconds: 240, smsCodeSeconds: 90 } })
  expect(builtInMethodFacts(policy)).toEqual({
    authenticator: {
      kind: 'authenticator',
      amr: ['otp'],
      channel: null,
      addressed: 'none',
      sends: false,
      challengeSeconds: null,
    },
    email: {
      kind: 'email',
      amr: ['otp'],
      channel: 'email',
      addressed: 'user_email',
      sends: true,
      challengeSeconds: 240,
    },
    sms: { kind: 'sms', amr: ['sms'], channel: 'sms', addressed: 'given', sends: true, challengeSeconds: 90 },
  })
})
