import type {
  AuditRecord,
  ClientEventType,
  DeliveryEvent,
  DeniedReason,
  EndReason,
  NoticeKind,
  RefusalReason,
  Via,
} from '@sallyport/core'

/** What a client asks for with each event. */
export const eventMeanings: Readonly<Record<ClientEventType, string>> = {
  proof_submitted: 'Answers the challenge with a code.',
  method_selected: 'Chooses the method to prove; a code is sent where the method sends one.',
  selection_requested: 'Goes back to the choice of methods.',
  resend_requested: 'Asks for a new code in place of the one that was sent.',
  rescue_requested: 'Asks for a way in without the method at hand.',
  enrollment_requested: 'Begins to set up a method; it counts once its first code has been proven.',
  rename_requested: 'Gives an enrollment another name.',
  preference_requested: 'Makes an enrollment the preferred one: it is offered first.',
  removal_requested: 'Removes an enrollment. Removing the last one is disabling.',
  disable_requested: 'Removes all enrollments, recovery codes and remembered devices.',
  recovery_codes_requested: 'Makes a new set of recovery codes; the old one is void.',
  cancel_requested: 'Ends the flow.',
}

/** What stands behind each way to pass. */
export const viaMeanings: Readonly<Record<Via, string>> = {
  enrollment: 'A method that was in force when the flow began has been proven.',
  initial_enrollment: 'The first method was enrolled during this login, and proven by its own code.',
  recovery_code: 'A recovery code stood in for a method.',
  email_rescue: 'A code to the user’s own mail address stood in for a method.',
  remembered_device: 'The browser was remembered; no second factor has been proven.',
  first_factor: 'Nothing is enrolled and nothing is required; no second factor has been proven.',
}

/** What each record of the audit log, and each event of a message, stands for. */
export const recordMeanings: Readonly<Record<AuditRecord['kind'] | DeliveryEvent['kind'], string>> = {
  flow_started: 'A flow has begun.',
  challenge_opened: 'A proof is asked for; `sends` says whether a code was sent for it.',
  delivery_failed:
    'A code or a call for help could not be sent (`definite`), or may not have been. Without `challenge`: the call for help.',
  proof_accepted: 'A proof was right, and is used up.',
  proof_rejected: 'A proof was wrong, or was used before; it has been counted.',
  user_locked: 'Too many failed proofs: nothing but a recovery code is checked until then.',
  user_unlocked: 'A lock was lifted.',
  enrollment_added: 'A method is in force.',
  enrollment_replaced: 'A method has taken the place of another.',
  enrollment_removed: 'A method is no longer in force.',
  enrollment_renamed: 'An enrollment has another name.',
  enrollment_preferred: 'An enrollment is offered first.',
  two_factor_disabled: 'All enrollments, recovery codes and remembered devices are gone, at the user’s wish.',
  profile_reset: 'The same, and no failure is left, at an administrator’s wish.',
  device_remembered: 'A browser is remembered.',
  device_used: 'A remembered browser has passed without a second factor.',
  device_revoked: 'A browser is no longer remembered.',
  recovery_codes_generated: 'There is a new set of recovery codes; the old one is void.',
  recovery_code_used: 'A recovery code was used up.',
  recovery_codes_low: 'Few recovery codes are left.',
  help_requested: 'The administrators were asked for help.',
  flow_ended: 'A flow has ended, in this state.',
  code_sent: 'A code was handed to its sender.',
  notice_sent: 'A notice was handed to at least one sender.',
  notice_failed: 'A notice was handed to no sender.',
  help_sent: 'A call for help was handed to the mailer.',
}

/** Records that come with many events, or with none of a client's. */
export const recordPlaces: Readonly<Record<string, string>> = {
  challenge_opened: 'whatever asks for a proof',
  delivery_failed: 'a message that was not handed over, in a step of its own',
  flow_ended: 'whatever ends a flow',
}

/** Who gives the records that no flow gives. */
export const operatorRecords: Readonly<Record<string, string>> = {
  profile_reset: '`users.reset`',
  user_unlocked: '`users.unlock`',
  enrollment_added: '`users.enroll`',
  recovery_codes_generated: '`recoveryCodes.generate`',
  device_revoked: '`devices.revoke`',
}

/** Refusals of the engine, which the machine knows nothing of, and those that are said best in words. */
export const refusalPlaces: Readonly<Partial<Record<RefusalReason, string>>> = {
  event_malformed: 'any event, in any state',
  event_not_accepted: 'every event that the state does not take; see [events](events.md#states-and-events)',
  flow_ended: 'any event, in a final state',
  flow_gone: 'any event, once the flow has been purged',
  wrong_caller: 'any event and `view`, in a setup or a step-up',
  busy: 'any event',
  reauth_required: 'any event but `cancel_requested`, in a setup whose session is not fresh',
  delivery_failed:
    'any event that sends a code, `login` and `stepUp` included, and `rescue_requested` for `help`',
}

/** Endings that may befall any open flow. */
export const endingPlaces: Readonly<Partial<Record<Via | DeniedReason | EndReason, string>>> = {
  inactive: 'the start; any event',
  flow_expired: 'any event after `expiresAt`',
  superseded: 'any event',
}

/** What each notice tells its user. */
export const noticeOccasions: Readonly<Record<NoticeKind, string>> = {
  second_factor_failed: 'a failed proof of a method, a recovery code or a mailed rescue',
  locked: 'a lock',
  factor_added: 'a new method in force',
  factor_replaced: 'a method in the place of another',
  factor_removed: 'a method removed',
  two_factor_disabled: 'all methods removed',
  recovery_code_used: 'a recovery code used',
  recovery_codes_low: 'few recovery codes left',
  recovery_codes_generated: 'a new set of recovery codes',
  profile_reset: 'a reset by an administrator',
}
