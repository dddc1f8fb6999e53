import type { DeniedReason, RefusalReason } from '@sallyport/core'

/** Why a request was not granted, where the cause lies with HTTP and not with core. */
export type HttpReason =
  | 'no_pending_flow'
  | 'setup_expired'
  | 'setup_token_invalid'
  | 'credentials_invalid'
  | 'already_signed_in'
  | 'not_signed_in'
  | 'device_unknown'
  | 'csrf'
  | 'field_required'
  | 'field_invalid'
  | 'body_malformed'
  | 'body_too_large'
  | 'media_type_unsupported'
  | 'not_acceptable'
  | 'not_found'
  | 'method_not_allowed'
  | 'internal_error'

/** The machine-readable cause of a failure: the `reason` of the answer. */
export type Reason = RefusalReason | DeniedReason | HttpReason

/** The status of every failure. */
export type FailureStatus = 400 | 401 | 404 | 405 | 406 | 413 | 415 | 429 | 500 | 503

/** How a failure is answered. */
export interface ReasonRule {
  readonly status: FailureStatus
  /** The field that its text stands under; an endpoint may name another. The empty one is the whole form. */
  readonly field: string
}

const form = { status: 400, field: '' } as const
const code = { status: 400, field: 'code' } as const
const method = { status: 400, field: 'method' } as const
const phone = { status: 400, field: 'phone' } as const
const wait = { status: 429, field: '' } as const

/** The one table from reasons to statuses: nothing else here knows a status of a failure. */
export const reasonRules: Readonly<Record<Reason, ReasonRule>> = {
  // Core's refusals.
  event_malformed: form,
  event_not_accepted: form,
  flow_ended: form,
  flow_gone: form,
  wrong_caller: form,
  reauth_required: { status: 401, field: '' },
  busy: { status: 503, field: '' },
  locked: wait,
  proof_rejected: code,
  proof_malformed: code,
  challenge_expired: code,
  enrollment_unknown: method,
  method_unavailable: method,
  address_required: phone,
  address_invalid: phone,
  already_enrolled: method,
  not_enrolled: form,
  too_many_enrollments: form,
  resend_unavailable: form,
  cooling_down: wait,
  delivery_limited: wait,
  delivery_failed: { status: 500, field: '' },
  rescue_unavailable: form,
  help_requested_before: wait,
  two_factor_required: form,
  // Core's denials.
  attempts_exhausted: wait,
  inactive: form,
  no_usable_method: form,
  enrollment_not_allowed: form,
  // Our own.
  no_pending_flow: form,
  setup_expired: form,
  setup_token_invalid: form,
  credentials_invalid: form,
  already_signed_in: form,
  not_signed_in: { status: 401, field: '' },
  device_unknown: { status: 404, field: '' },
  csrf: { status: 400, field: 'csrf_token' },
  field_required: form,
  field_invalid: form,
  body_malformed: form,
  body_too_large: { status: 413, field: '' },
  media_type_unsupported: { status: 415, field: '' },
  not_acceptable: { status: 406, field: '' },
  not_found: { status: 404, field: '' },
  method_not_allowed: { status: 405, field: '' },
  internal_error: { status: 500, field: '' },
}
