import type { ChallengeId, DeviceId, EnrollmentId, EpochMs, FlowId } from '../ids.ts'
import type { DeniedReason, EndReason, Via } from './outcome.ts'
import type { FlowKind } from './stage.ts'

/** What a proof was checked against: an enrollment's method, a recovery code, or a code by rescue mail. */
type ProofOf = { readonly method: string; readonly enrollment?: EnrollmentId }

/**
 * Something that happened to a user's second factors, as the audit log and the observer are told it
 * (ASVS 5.0 16.2, 16.3). It may be more exact than what the user is told, and never holds a secret,
 * a code or an address.
 */
export type AuditEvent =
  | { readonly kind: 'flow_started' }
  | {
      readonly kind: 'challenge_opened'
      readonly challenge: ChallengeId
      readonly method: string
      readonly sends: boolean
    }
  | { readonly kind: 'delivery_failed'; readonly challenge?: ChallengeId; readonly definite: boolean }
  | ({ readonly kind: 'proof_accepted'; readonly challenge: ChallengeId } & ProofOf)
  | ({
      readonly kind: 'proof_rejected'
      readonly challenge: ChallengeId
      /** The exact cause: `code_mismatch`, `time_step_reused`, or what the host's own method says. */
      readonly cause: string
      readonly attemptsLeft: number
      /** Consecutive failures of the user after this one. */
      readonly failures: number
    } & ProofOf)
  | { readonly kind: 'user_locked'; readonly until: EpochMs | 'rescued' }
  | { readonly kind: 'user_unlocked'; readonly by: 'recovery_code' | 'administrator' }
  | {
      readonly kind: 'enrollment_added'
      readonly method: string
      readonly enrollment: EnrollmentId
      readonly by: 'user' | 'administrator'
    }
  | {
      readonly kind: 'enrollment_replaced'
      readonly method: string
      readonly enrollment: EnrollmentId
      readonly replaced: EnrollmentId
    }
  | { readonly kind: 'enrollment_removed'; readonly method: string; readonly enrollment: EnrollmentId }
  | { readonly kind: 'enrollment_renamed' | 'enrollment_preferred'; readonly enrollment: EnrollmentId }
  | { readonly kind: 'two_factor_disabled' }
  | { readonly kind: 'profile_reset' }
  | { readonly kind: 'device_remembered' | 'device_used' | 'device_revoked'; readonly device: DeviceId }
  | {
      readonly kind: 'recovery_codes_generated'
      readonly left: number
      readonly by: 'user' | 'administrator'
    }
  | { readonly kind: 'recovery_code_used'; readonly left: number }
  | { readonly kind: 'recovery_codes_low'; readonly left: number }
  | { readonly kind: 'help_requested' }
  | {
      readonly kind: 'flow_ended'
      readonly outcome: 'authenticated' | 'verified'
      readonly via: Via
      readonly amr: readonly string[]
    }
  | {
      readonly kind: 'flow_ended'
      readonly outcome: 'changed' | 'disabled' | 'denied' | 'locked' | 'expired' | 'cancelled'
      readonly reason?: DeniedReason | EndReason
    }

/** An audit event with its time (UTC, epoch milliseconds), and the flow it happened in or the operator who did it, if any. */
export type AuditRecord = AuditEvent & {
  readonly at: EpochMs
  /** Who made the change, as the host has named them to the call. */
  readonly operator?: string
  readonly flow?: FlowId
  readonly flowKind?: FlowKind
}
