import type { Channel } from '../methods/method.ts'
import { noticeIsDue, withNotice } from '../policy/delivery-budget.ts'
import type { FlowContext, UserFacts } from './context.ts'
import type { Destination, NoticeKind, Tell } from './effects.ts'
import type { Enrollment, Profile } from '../profile/profile.ts'

/** A notice to the user: what about, of which method, and which channel has just changed hands. */
export interface Notice {
  readonly kind: NoticeKind
  readonly method?: string
  /** The channel that changed: the news travels over another where there is one (NIST SP 800-63B-4 §4.6). */
  readonly changed?: Channel | null
  /** A number that is no longer in force and is told so. */
  readonly formerly?: string | null
}

/** Where a notice goes: mail unless mail is what changed, else a text to a proven number or the host's. */
function destinations(user: UserFacts, enrollments: readonly Enrollment[], notice: Notice): readonly Destination[] {
  const phone = enrollments.find(({ method }) => method === 'sms')?.address ?? user.phone
  const email: Destination[] = user.email === null ? [] : [{ channel: 'email', address: user.email }]
  const sms: Destination[] = phone === null ? [] : [{ channel: 'sms', address: phone }]
  const [first] = notice.changed === 'email' ? [...sms, ...email] : [...email, ...sms]
  const former: Destination[] = notice.formerly ? [{ channel: 'sms', address: notice.formerly }] : []
  return [...(first === undefined ? [] : [first]), ...former]
}

/** Sends a notice, at most one of a kind per user and hour, to the addresses that were known before the change. */
export function notify(
  known: Pick<FlowContext, 'at' | 'profile'> & { readonly facts: { readonly user: UserFacts } },
  profile: Profile,
  notice: Notice,
): { readonly profile: Profile; readonly tells: readonly Tell[] } {
  if (!noticeIsDue(profile.notices, notice.kind, known.at)) return { profile, tells: [] }
  const to = destinations(known.facts.user, known.profile.enrollments, notice)
  if (to.length === 0) return { profile, tells: [] }
  return {
    profile: { ...profile, notices: withNotice(profile.notices, notice.kind, known.at) },
    tells: [{ kind: 'notify', notice: notice.kind, to, method: notice.method ?? null }],
  }
}
