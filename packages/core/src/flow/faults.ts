import { MAX_ENROLLMENTS } from '../policy/defaults.ts'
import { noticeDueAt, noticeIsDue } from '../policy/delivery-budget.ts'
import { isLocked } from '../policy/throttle.ts'
import type { FlowContext, MethodFacts } from './context.ts'
import type { ClientEventType, EventOf, MachineClientEvent } from './events.ts'
import {
  coolsDownUntil,
  deliveriesOpenAt,
  destinationOf,
  enrollableMethods,
  findEnrollment,
  isProvable,
  isUsable,
  methodOf,
  rescueOptions,
  usableEnrollments,
} from './options.ts'
import type { Refusal } from './refusal.ts'

/**
 * For each event of a client, what speaks against taking it in a state that handles it. The machine takes the
 * event when nothing does, and otherwise refuses it with the answer.
 */
type Faults = {
  readonly [Type in ClientEventType]: (context: FlowContext, event: EventOf<Type>) => Refusal | undefined
}

const faults: Faults = {
  proof_submitted: (context) => {
    const { flow, profile, at } = context
    if (flow.stage.phase !== 'proving') return { reason: 'event_not_accepted' }
    const { target, expiresAt } = flow.stage.challenge
    if (!isProvable(context, target)) return { reason: 'method_unavailable' }
    if (target.of !== 'recovery_code' && isLocked(profile, at)) return lockedFault(profile.lock?.until)
    return at >= expiresAt ? { reason: 'challenge_expired' } : undefined
  },
  method_selected: (context, { method }) => {
    const enrollment = findEnrollment(context, method)
    if (enrollment === undefined) return { reason: 'enrollment_unknown', field: 'method' }
    if (!isUsable(context, enrollment)) return { reason: 'method_unavailable', field: 'method' }
    return sendFault(context, context.facts.methods[enrollment.method], enrollment.id)
  },
  selection_requested: (context) =>
    usableEnrollments(context).length === 0 ? { reason: 'method_unavailable' } : undefined,
  resend_requested: (context) => {
    const { stage } = context.flow
    if (stage.phase !== 'proving') return { reason: 'event_not_accepted' }
    const { target } = stage.challenge
    const method = methodOf(context, target)
    if (!method?.sends) return { reason: 'resend_unavailable' }
    if (!isProvable(context, target)) return { reason: 'method_unavailable' }
    return sendFault(context, method, destinationOf(target))
  },
  rescue_requested: (context, { option }) => {
    if (!rescueOptions(context).includes(option)) return { reason: 'rescue_unavailable', field: 'option' }
    if (option === 'email') return sendFault(context, context.facts.methods['email'], 'email_rescue')
    if (option === 'help' && !noticeIsDue(context.profile.notices, 'help', context.at)) {
      return { reason: 'help_requested_before', retryAt: noticeDueAt(context.profile.notices, 'help') }
    }
    return undefined
  },
  enrollment_requested: (context, { method: kind, address, mode }) => {
    const method = enrollableMethods(context).find((enrollable) => enrollable.kind === kind)
    if (method === undefined) return { reason: 'method_unavailable', field: 'method' }
    if (method.addressed === 'given' && address === undefined)
      return { reason: 'address_required', field: 'address' }
    if (method.addressed === 'given' && address === null)
      return { reason: 'address_invalid', field: 'address' }
    const { enrollments, preferred } = context.profile
    const staying = mode === 'add' ? enrollments : enrollments.filter(({ id }) => id !== preferred)
    if (staying.length >= MAX_ENROLLMENTS) return { reason: 'too_many_enrollments' }
    const given = method.addressed === 'given' ? (address ?? null) : null
    if (
      method.addressed !== 'none' &&
      staying.some((other) => other.method === kind && other.address === given)
    ) {
      return { reason: 'already_enrolled', field: 'method' }
    }
    return sendFault(context, method, `${kind}:${given ?? ''}`)
  },
  rename_requested: enrollmentFault,
  preference_requested: enrollmentFault,
  removal_requested: (context, event) =>
    enrollmentFault(context, event) ??
    (context.profile.enrollments.length === 1 && context.facts.user.required
      ? { reason: 'two_factor_required' }
      : undefined),
  disable_requested: ({ facts, profile }) => {
    if (facts.user.required) return { reason: 'two_factor_required' }
    return profile.enrollments.length === 0 ? { reason: 'not_enrolled' } : undefined
  },
  recovery_codes_requested: ({ facts, profile }) => {
    if (!facts.policy.rescue.recoveryCodes) return { reason: 'rescue_unavailable' }
    return profile.enrollments.length === 0 ? { reason: 'not_enrolled' } : undefined
  },
  cancel_requested: () => undefined,
}

/** What speaks against taking a client's event now; undefined: nothing. */
export function faultOf(context: FlowContext, event: MachineClientEvent): Refusal | undefined {
  const fault = faults[event.type] as (context: FlowContext, event: MachineClientEvent) => Refusal | undefined // the event's own type picks its entry
  return fault(context, event)
}

function lockedFault(until: number | 'rescued' | undefined): Refusal {
  return typeof until === 'number' ? { reason: 'locked', retryAt: until } : { reason: 'locked' }
}

function enrollmentFault(
  { profile }: FlowContext,
  { enrollment }: { readonly enrollment: string },
): Refusal | undefined {
  return profile.enrollments.some(({ id }) => id === enrollment)
    ? undefined
    : { reason: 'enrollment_unknown', field: 'enrollment' }
}

/** What speaks against a new challenge: a lock, and for one that sends a code, the cool-down and the budget. */
function sendFault(
  context: FlowContext,
  method: MethodFacts | undefined,
  destination: string,
): Refusal | undefined {
  const { profile, at } = context
  if (isLocked(profile, at)) return lockedFault(profile.lock?.until)
  if (!method?.sends) return undefined
  const coolsUntil = coolsDownUntil(context, destination)
  if (coolsUntil !== null) return { reason: 'cooling_down', retryAt: coolsUntil }
  const opensAt = deliveriesOpenAt(context)
  return opensAt === null ? undefined : { reason: 'delivery_limited', retryAt: opensAt }
}
