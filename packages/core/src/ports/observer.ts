import type { AuditRecord } from '../flow/audit.ts'
import type { NoticeKind } from '../flow/effects.ts'
import type { ChallengeId, EpochMs, UserId } from '../ids.ts'

/** What happened to a message after its step was committed; not part of the audit log. */
export type DeliveryEvent =
  | {
      readonly kind: 'code_sent'
      readonly at: EpochMs
      readonly challenge: ChallengeId
      readonly method: string
    }
  | { readonly kind: 'notice_sent' | 'notice_failed'; readonly at: EpochMs; readonly notice: NoticeKind }
  | { readonly kind: 'help_sent'; readonly at: EpochMs }

/** What an observer is told: every audit record once it is committed, and what became of each message. */
export type ObservedEvent = (AuditRecord | DeliveryEvent) & { readonly userId: UserId }

/**
 * Is told what happened, at most once and only after the commit that made it so: for metrics, alerts and
 * logs. It cannot change anything; an error it throws is swallowed, since the step is already done. What
 * must not be lost is in the audit log.
 */
export interface Observer {
  observe(event: ObservedEvent): void
}
