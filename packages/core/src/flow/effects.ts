import type { ChallengeId } from '../ids.ts'
import type { AuditEvent } from './audit.ts'
import type { EnrollmentRequest, Target } from './stage.ts'

/**
 * What the machine asks of the engine before it can go on. The engine answers with an engine event in the
 * same step, before the commit.
 */
export type Ask =
  /** Make a secret for a new enrollment; answered by `enrollment_prepared`. */
  | { readonly kind: 'prepare_enrollment'; readonly request: EnrollmentRequest }
  /** Draw an id and, where the method sends one, a code; answered by `challenge_opened`. */
  | { readonly kind: 'open_challenge'; readonly target: Target }
  /** Check the proof that came with the client's event; answered by `proof_accepted`, `_rejected` or `_malformed`. */
  | { readonly kind: 'check_proof' }
  /** Draw new recovery codes; answered by `recovery_codes_drawn`. */
  | { readonly kind: 'draw_recovery_codes' }

/** The kinds of notices that a user is sent (ASVS 5.0 6.3.5, 6.3.7). */
export type NoticeKind =
  | 'second_factor_failed'
  | 'locked'
  | 'factor_added'
  | 'factor_replaced'
  | 'factor_removed'
  | 'two_factor_disabled'
  | 'recovery_code_used'
  | 'recovery_codes_low'
  | 'recovery_codes_generated'
  | 'profile_reset'

/** Where a notice goes. */
export interface Destination {
  readonly channel: 'email' | 'sms'
  readonly address: string
}

/** What is told to the outside once the step is committed; the audit events are part of the commit itself. */
export type Tell =
  | { readonly kind: 'audit'; readonly event: AuditEvent }
  | {
      readonly kind: 'deliver_code'
      readonly challenge: ChallengeId
      readonly method: string
      readonly address: string | null
    }
  | {
      readonly kind: 'notify'
      readonly notice: NoticeKind
      readonly to: readonly Destination[]
      readonly method: string | null
    }
  | { readonly kind: 'call_for_help' }
