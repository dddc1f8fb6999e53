import type { EpochMs } from '../ids.ts'

/** Why an event was not taken. */
export type RefusalReason =
  | 'event_malformed'
  | 'event_not_accepted'
  | 'flow_ended'
  | 'flow_gone'
  | 'wrong_caller'
  | 'reauth_required'
  | 'busy'
  | 'locked'
  | 'proof_rejected'
  | 'proof_malformed'
  | 'challenge_expired'
  | 'enrollment_unknown'
  | 'method_unavailable'
  | 'address_required'
  | 'address_invalid'
  | 'already_enrolled'
  | 'not_enrolled'
  | 'too_many_enrollments'
  | 'resend_unavailable'
  | 'cooling_down'
  | 'delivery_limited'
  | 'delivery_failed'
  | 'rescue_unavailable'
  | 'help_requested_before'
  | 'two_factor_required'

/**
 * Every reason for which an event is not taken, with its meaning. The vocabulary is public: it does not
 * reveal whether a user or a code exists. The audit log has the exact causes.
 */
export const refusalReasons: Readonly<Record<RefusalReason, string>> = {
  event_malformed:
    'The event is of no known type, or a field of it is missing, of the wrong type or too long.',
  event_not_accepted: 'This state does not take this event; `accepts` lists the ones it takes.',
  flow_ended: 'The flow has already ended. A final state is final.',
  flow_gone: 'There is no such flow any more; start again.',
  wrong_caller: 'The session that sends the event is not the one of the flow’s user.',
  reauth_required: 'The session has not proven a factor recently enough to change factors.',
  busy: 'Too much happened at once for this user, or the store cannot say whether the step was made: look at the flow, and try again.',
  locked: 'Too many failed proofs: no proof but a recovery code is checked until the lock ends.',
  proof_rejected: 'The proof is wrong or was used before. It has been counted.',
  proof_malformed: 'The proof does not have the shape of one. It has not been counted.',
  challenge_expired: 'The challenge has expired; ask for a new one. The proof has not been checked.',
  enrollment_unknown: 'The user has no such enrollment or method.',
  method_unavailable:
    'The method cannot be used here: switched off, no longer known, or the same channel as the first factor.',
  address_required: 'The method needs an address, such as a phone number.',
  address_invalid: 'The address is not valid for the method.',
  already_enrolled: 'The same method with the same address is enrolled already.',
  not_enrolled: 'The user has no second factor.',
  too_many_enrollments: 'The user has as many enrollments as a profile may hold.',
  resend_unavailable: 'The challenge sends nothing, so there is nothing to send again.',
  cooling_down: 'A code was sent a moment ago; wait before asking for another.',
  delivery_limited:
    'As many codes have been sent to this user as may be for now. Methods that send nothing stay open.',
  delivery_failed:
    'The message was not sent, or nobody knows whether it was. The flow stays usable, and a late code valid.',
  rescue_unavailable: 'This way of rescue is not offered here.',
  help_requested_before: 'The administrators have been asked within the hour.',
  two_factor_required: 'The user must keep a second factor.',
}

/** The answer to an event that did not move the flow as hoped. */
export interface Refusal {
  readonly reason: RefusalReason
  /** The field of the event that is at fault. */
  readonly field?: string
  /** From when on the same event may be taken; absent when time alone does not help. */
  readonly retryAt?: EpochMs
}
