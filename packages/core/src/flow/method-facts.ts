import { authenticatorMethod } from '../methods/authenticator.ts'
import type { Method } from '../methods/method.ts'
import { emailMethod, smsMethod } from '../methods/out-of-band.ts'
import type { Policy } from '../policy/policy.ts'
import type { MethodFacts } from './context.ts'

/**
 * What the machine knows of a method.
 *
 * @param sends - `code` when a challenge of it sends one, as a method does that has a delivery.
 */
export function methodFactsOf(method: Method, sends: 'code' | 'nothing'): MethodFacts {
  return Object.freeze({
    kind: method.kind,
    amr: Object.freeze([...method.amr]),
    channel: method.channel ?? null,
    addressed: method.addressed,
    sends: sends === 'code',
    challengeSeconds: method.challengeSeconds ?? null,
  })
}

/** What the machine knows of the methods that core brings, with the lifetimes of a policy, by kind. */
export function builtInMethodFacts({
  lifetimes,
}: Pick<Policy, 'lifetimes'>): Readonly<Record<string, MethodFacts>> {
  const { emailCodeSeconds, smsCodeSeconds } = lifetimes
  const email = emailMethod({ challengeSeconds: emailCodeSeconds })
  const sms = smsMethod({ challengeSeconds: smsCodeSeconds, parseAddress: (text) => text })
  return {
    authenticator: methodFactsOf(authenticatorMethod(), 'nothing'),
    email: methodFactsOf(email, 'code'),
    sms: methodFactsOf(sms, 'code'),
  }
}
