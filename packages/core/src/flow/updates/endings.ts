import { liveDevice } from '../../policy/remembered-device.ts'
import { useDevice } from '../../profile/changes.ts'
import type { AuditEvent } from '../audit.ts'
import type { FlowContext } from '../context.ts'
import { denialOf } from '../guards.ts'
import type { Ending } from '../outcome.ts'
import { audit, told, type Update } from './update.ts'

export function passByDevice(context: FlowContext): Update {
  const { remembered, profile, at, facts } = context
  const device = remembered === null ? undefined : liveDevice(profile, remembered, at, facts.policy.remember)
  if (device === undefined) return {}
  const used = told(context, useDevice(profile, device.id, at), [{ kind: 'device_used', device: device.id }])
  return pass({ ...context, ...used }, 'remembered_device')
}

export function passByFirstFactor(context: FlowContext): Update {
  return pass(context, 'first_factor')
}

/** Ends a login in which no second factor was proven: the session is authenticated and raises no assurance. */
function pass(context: FlowContext, via: 'remembered_device' | 'first_factor'): Update {
  const { flow, at } = context
  return end(context, {
    kind: 'authenticated',
    via,
    amr: flow.run.kind === 'login' ? flow.run.firstFactor.amr : [],
    authenticatedAt: at,
    secondFactorAt: null,
    enrollment: null,
    remembered: null,
  })
}

export function deny(context: FlowContext): Update {
  return end(context, { kind: 'denied', reason: denialOf(context) })
}

export function lockOut(context: FlowContext): Update {
  return end(context, { kind: 'locked', reason: 'locked', until: context.profile.lock?.until ?? 'rescued' })
}

export function expire(context: FlowContext): Update {
  return end(context, { kind: 'expired', reason: 'flow_expired' })
}

export function cancel(context: FlowContext): Update {
  return end(context, { kind: 'cancelled', reason: 'cancelled_by_user' })
}

export function supersede(context: FlowContext): Update {
  return end(context, { kind: 'cancelled', reason: 'superseded' })
}

/** Ends a flow, and says so in the audit log. */
export function end(context: FlowContext, ending: Ending): Update {
  return {
    flow: { ...context.flow, stage: { phase: 'ended', ending } },
    profile: context.profile,
    tells: audit(context, endedEvent(ending)),
    refusal: null,
  }
}

function endedEvent(ending: Ending): AuditEvent {
  switch (ending.kind) {
    case 'authenticated':
    case 'verified':
      return { kind: 'flow_ended', outcome: ending.kind, via: ending.via, amr: ending.amr }
    case 'changed':
    case 'disabled':
      return { kind: 'flow_ended', outcome: ending.kind }
    default:
      return { kind: 'flow_ended', outcome: ending.kind, reason: ending.reason }
  }
}
