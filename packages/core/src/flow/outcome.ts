import type { DeviceId, EnrollmentId, EpochMs } from '../ids.ts'

/** How a login or a step-up was won. */
export type Via =
  | 'enrollment'
  | 'initial_enrollment'
  | 'recovery_code'
  | 'email_rescue'
  | 'remembered_device'
  | 'first_factor'

/** Why a flow was denied. */
export type DeniedReason =
  | 'attempts_exhausted'
  | 'inactive'
  | 'no_usable_method'
  | 'enrollment_not_allowed'
  | 'not_enrolled'

/** Why a flow ended without being won or denied. */
export type EndReason = 'locked' | 'flow_expired' | 'cancelled_by_user' | 'superseded'

/** Every reason for which a flow ends without being won, with its meaning. */
export const endReasons: Readonly<Record<DeniedReason | EndReason, string>> = {
  attempts_exhausted: 'There were as many failed proofs as the flow bears.',
  inactive: 'The host says that the user may not log in, or does not know the user any more.',
  no_usable_method:
    'No enrolled method can be used here, and no rescue is offered; or a method must be enrolled and none can be.',
  enrollment_not_allowed:
    'A method must be enrolled, and the host does not let this user do so during login.',
  not_enrolled: 'There is nothing enrolled that could be proven again.',
  locked: 'Too many failed proofs over all flows, and no recovery code to go on with.',
  flow_expired: 'The flow was not finished in time.',
  cancelled_by_user: 'The user has cancelled it.',
  superseded: 'A change of factors, or of the host’s security stamp, has overtaken it.',
}

/**
 * How a flow ended, as its snapshot keeps it: plain JSON. The facade adds what only the committing call
 * may hand out (the user id and the token of a remembered device).
 */
export type Ending =
  | {
      readonly kind: 'authenticated'
      readonly via: Via
      /** Authentication Method Reference values (RFC 8176) of both factors. */
      readonly amr: readonly string[]
      readonly authenticatedAt: EpochMs
      /** When a second factor was proven, for freshness; null when none was (a remembered device raises nothing). */
      readonly secondFactorAt: EpochMs | null
      /** The enrollment that was proven; null for every other means. */
      readonly enrollment: EnrollmentId | null
      /** The browser that is remembered from now on; null when none was asked for or none may be. */
      readonly remembered: { readonly device: DeviceId; readonly expiresAt: EpochMs } | null
    }
  | {
      readonly kind: 'verified'
      readonly via: 'enrollment' | 'recovery_code'
      readonly amr: readonly string[]
      /** The `auth_time` of RFC 9470. */
      readonly authenticatedAt: EpochMs
      readonly secondFactorAt: EpochMs
      readonly enrollment: EnrollmentId | null
    }
  | { readonly kind: 'changed'; readonly enrollment: EnrollmentId }
  | { readonly kind: 'disabled' }
  | { readonly kind: 'denied'; readonly reason: DeniedReason }
  | { readonly kind: 'locked'; readonly reason: 'locked'; readonly until: EpochMs | 'rescued' }
  | { readonly kind: 'expired'; readonly reason: 'flow_expired' }
  | { readonly kind: 'cancelled'; readonly reason: 'cancelled_by_user' | 'superseded' }
