import type { EpochMs } from '../ids.ts'
import type { Channel } from '../methods/method.ts'
import { noticeIsDue, withNotice } from '../policy/delivery-budget.ts'
import type { Enrollment, Profile } from '../profile/profile.ts'
import type { Facts } from './context.ts'
import type { Destination, NoticeKind, Tell } from './effects.ts'

/** A notice to the user: what about, of which method, and which channel has just changed hands. */
export interface Notice {
  readonly kind: NoticeKind
  readonly method?: string
  /** The channel that changed: the news travels over another where there is one (NIST SP 800-63B-4 §4.6). */
  readonly changed?: Channel | null
  /** A number that is no longer in force and is told so. */
  readonly formerly?: string | null
}

/**
 * Where a notice goes: mail unless mail is what changed, else a text to a proven number or the host's. A channel
 * whose method is not registered has no sender: what went there would be lost.
 */
function destinations(
  { user, methods }: Known['facts'],
  enrollments: readonly Enrollment[],
  notice: Notice,
): readonly Destination[] {
  const proven = methods['sms'] && enrollments.find(({ method }) => method === 'sms')
  const phone = proven?.address ?? user.phone
  const email: Destination[] =
    user.email === null || methods['email'] === undefined ? [] : [{ channel: 'email', address: user.email }]
  const sms: Destination[] = phone === null ? [] : [{ channel: 'sms', address: phone }]
  const [first] = notice.changed === 'email' ? [...sms, ...email] : [...email, ...sms]
  const isToldAnyway = first?.channel === 'sms' && first.address === notice.formerly
  const former: Destination[] =
    notice.formerly && methods['sms'] && !isToldAnyway ? [{ channel: 'sms', address: notice.formerly }] : []
  return [...(first === undefined ? [] : [first]), ...former]
}

/**
 * What can be brought about again and again without a proof: one of each kind an hour is enough (ASVS 5.0 6.6.4).
 * What asks for a proof is always told: the second of a kind within an hour may be a thief's.
 */
const LIMITED: ReadonlySet<NoticeKind> = new Set<NoticeKind>(['second_factor_failed', 'locked'])

/** Who is told, and what was known of them before the change. */
export interface Known {
  readonly at: EpochMs
  readonly profile: Profile
  readonly facts: Pick<Facts, 'user' | 'methods'>
}

/**
 * Sends notices of a change to the addresses that were known before it. When those were sent that have a limit is part
 * of the changed profile.
 */
export function notify(
  known: Known,
  changed: Profile,
  notices: readonly Notice[],
): { readonly profile: Profile; readonly tells: readonly Tell[] } {
  const { at, facts, profile: before } = known
  const tells: Tell[] = []
  let profile = changed
  for (const notice of notices) {
    const to = destinations(facts, before.enrollments, notice)
    if (to.length === 0) continue
    if (LIMITED.has(notice.kind)) {
      if (!noticeIsDue(profile.notices, notice.kind, at)) continue
      profile = { ...profile, notices: withNotice(profile.notices, notice.kind, at) }
    }
    tells.push({ kind: 'notify', notice: notice.kind, to, method: notice.method ?? null })
  }
  return { profile, tells }
}
