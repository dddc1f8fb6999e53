import {
  disable,
  preferEnrollment,
  removeEnrollment,
  renameEnrollment,
  setRecoveryCodes,
} from '../../profile/changes.ts'
import type { FlowContext } from '../context.ts'
import type { EventOf } from '../events.ts'
import { findEnrollment } from '../options.ts'
import { end } from './endings.ts'
import { told, type Update } from './update.ts'

export function rename(context: FlowContext, event: EventOf<'rename_requested'>): Update {
  const enrollment = findEnrollment(context, event.enrollment)
  if (enrollment === undefined) return {}
  const profile = renameEnrollment(context.profile, enrollment.id, event.name)
  return told(context, profile, [{ kind: 'enrollment_renamed', enrollment: enrollment.id }])
}

export function prefer(context: FlowContext, event: EventOf<'preference_requested'>): Update {
  const enrollment = findEnrollment(context, event.enrollment)
  if (enrollment === undefined) return {}
  const profile = preferEnrollment(context.profile, enrollment.id)
  return told(context, profile, [{ kind: 'enrollment_preferred', enrollment: enrollment.id }])
}

/** Removes one of several; the setup carries its own raise of the epoch along. */
export function remove(context: FlowContext, event: EventOf<'removal_requested'>): Update {
  const enrollment = findEnrollment(context, event.enrollment)
  if (enrollment === undefined) return {}
  const { id, method, address } = enrollment
  const change = told(
    context,
    removeEnrollment(context.profile, id, context.at),
    [{ kind: 'enrollment_removed', method, enrollment: id }],
    [
      {
        kind: 'factor_removed',
        method,
        changed: context.facts.methods[method]?.channel ?? null,
        formerly: method === 'sms' ? address : null,
      },
    ],
  )
  return { ...change, flow: { ...context.flow, epoch: change.profile.epoch } }
}

/** Removes everything: enrollments, recovery codes and remembered devices. */
export function disableTwoFactor(context: FlowContext): Update {
  const change = told(
    context,
    disable(context.profile, context.at),
    [{ kind: 'two_factor_disabled' }],
    [{ kind: 'two_factor_disabled' }],
  )
  const flow = { ...context.flow, epoch: change.profile.epoch }
  return end({ ...context, ...change, flow }, { kind: 'disabled' })
}

export function storeRecoveryCodes(context: FlowContext, event: EventOf<'recovery_codes_drawn'>): Update {
  const profile = setRecoveryCodes(context.profile, context.at, event.digests, event.sealed)
  return told(
    context,
    profile,
    [{ kind: 'recovery_codes_generated', left: event.digests.length, by: 'user' }],
    [{ kind: 'recovery_codes_generated' }],
  )
}
