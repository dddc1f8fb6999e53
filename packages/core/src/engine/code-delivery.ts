import type { ChallengeId, EpochMs, UserId } from '../ids.ts'
import { type Catalog, render } from '../messages/catalog.ts'
import type { Policy } from '../policy/policy.ts'
import type { Mailer, SmsSender } from '../ports/delivery.ts'

/** A code on its way to its user. */
export interface CodeDelivery {
  readonly userId: UserId
  readonly challenge: ChallengeId
  readonly code: string
  /** Where it goes: the enrollment's address or the user's mail address; null where the method has none. */
  readonly to: string | null
  readonly expiresAt: EpochMs
}

/** Hands a code over. Throws `DeliveryRefused` when it surely was not sent; any other error leaves it open. */
export type DeliverCode = (delivery: CodeDelivery) => Promise<void>

/** Delivers codes by mail. */
export function byMail(mailer: Mailer, catalog: Catalog, policy: Policy): DeliverCode {
  const minutes = String(Math.floor(policy.lifetimes.emailCodeSeconds / 60) || 1)
  const { issuer } = policy
  return async ({ to, code }) => {
    if (to === null) throw new Error('a mailed code needs an address')
    await mailer.send({
      kind: 'code',
      to,
      subject: render(catalog['code.email.subject'], { issuer }),
      text: render(catalog['code.email.text'], { issuer, code, minutes }),
    })
  }
}

/**
 * Delivers codes by text message. Where the policy names the host, the last line binds the code to it, so that
 * a browser fills it in there and nowhere else (WICG, origin-bound one-time codes).
 */
export function bySms(sms: SmsSender, catalog: Catalog, policy: Policy): DeliverCode {
  const { issuer, host } = policy
  return async ({ to, code }) => {
    if (to === null) throw new Error('a texted code needs a number')
    const text = render(catalog['code.sms.text'], { issuer, code })
    await sms.send({ kind: 'code', to, text: host === null ? text : `${text}\n\n@${host} #${code}` })
  }
}
