import { withDelivery, withNotice } from '../../policy/delivery-budget.ts'
import type { FlowContext } from '../context.ts'
import type { EventOf } from '../events.ts'
import {
  addressOf,
  destinationOf,
  findEnrollment,
  methodKindOf,
  methodOf,
  usableEnrollments,
} from '../options.ts'
import type { Challenge, Stage } from '../stage.ts'
import { audit, onStage, open, type Update } from './update.ts'

export function selectMethod(context: FlowContext, event: EventOf<'method_selected'>): Update {
  const enrollment = findEnrollment(context, event.method)
  return enrollment === undefined ? {} : open(context, { of: 'enrollment', enrollment: enrollment.id })
}

export function selectOnlyMethod(context: FlowContext): Update {
  const [enrollment] = usableEnrollments(context)
  return enrollment === undefined ? {} : open(context, { of: 'enrollment', enrollment: enrollment.id })
}

export function selectRescue(context: FlowContext, event: EventOf<'rescue_requested'>): Update {
  return open(context, { of: event.option === 'email' ? 'email_rescue' : 'recovery_code' })
}

export function selectRecoveryCode(context: FlowContext): Update {
  return open(context, { of: 'recovery_code' })
}

/** Draws a new code for the same target; the old one dies with its challenge. */
export function reopen(context: FlowContext): Update {
  const { stage } = context.flow
  return stage.phase === 'proving' ? open(context, stage.challenge.target) : {}
}

export function requestEnrollment(context: FlowContext, event: EventOf<'enrollment_requested'>): Update {
  const { method, address = null, name = null, mode } = event
  const replaces = mode === 'replace' ? context.profile.preferred : null
  return onStage(context, { phase: 'preparing', request: { method, address, name: name || null, replaces } })
}

export function openPending(context: FlowContext, event: EventOf<'enrollment_prepared'>): Update {
  return open(context, { of: 'pending', pending: event.pending })
}

export function putDown(context: FlowContext): Update {
  return onStage(context, { phase: 'idle' })
}

export function openChallenge(context: FlowContext, event: EventOf<'challenge_opened'>): Update {
  const { flow, at, facts, profile } = context
  if (flow.stage.phase !== 'opening') return {}
  const { target } = flow.stage
  const method = methodOf(context, target)
  const sends = method?.sends === true
  const seconds = method?.challengeSeconds ?? null
  const challenge: Challenge = {
    id: event.challenge,
    target,
    issuedAt: at,
    expiresAt: seconds === null ? flow.expiresAt : Math.min(at + seconds * 1000, flow.expiresAt),
    digest: event.digest,
    hint: event.hint,
    delivery: sends ? 'sent' : 'none',
  }
  const kind = methodKindOf(context, target)
  const opened = audit(context, { kind: 'challenge_opened', challenge: challenge.id, method: kind, sends })
  const stage: Stage = { phase: 'proving', challenge }
  if (!sends) return { flow: { ...flow, stage }, tells: opened }
  const cooling = Object.entries(flow.cooldowns).filter(([, until]) => at < until)
  const until = at + facts.policy.delivery.resendSeconds * 1000
  return {
    flow: { ...flow, stage, cooldowns: { ...Object.fromEntries(cooling), [destinationOf(target)]: until } },
    profile: { ...profile, deliveries: withDelivery(profile.deliveries, at) },
    tells: [
      ...opened,
      { kind: 'deliver_code', challenge: challenge.id, method: kind, address: addressOf(context, target) },
    ],
  }
}

/** A code that may not have arrived: its challenge stays valid; one that surely was not sent may be sent again at once. */
export function noteDeliveryFailure(context: FlowContext, event: EventOf<'delivery_failed'>): Update {
  const { flow } = context
  if (flow.stage.phase !== 'proving') return {}
  const { challenge } = flow.stage
  const { [destinationOf(challenge.target)]: _refunded, ...others } = flow.cooldowns
  const delivery = event.definite ? 'failed' : 'unknown'
  return {
    flow: {
      ...flow,
      stage: { phase: 'proving', challenge: { ...challenge, delivery } },
      cooldowns: event.definite ? others : flow.cooldowns,
    },
    tells: audit(context, { kind: 'delivery_failed', challenge: challenge.id, definite: event.definite }),
    refusal: { reason: 'delivery_failed' },
  }
}

export function callForHelp(context: FlowContext): Update {
  const { profile, at } = context
  return {
    profile: { ...profile, notices: withNotice(profile.notices, 'help', at) },
    tells: [...audit(context, { kind: 'help_requested' }), { kind: 'call_for_help' }],
  }
}

/** A call for help that surely was not sent may be made again at once. */
export function noteHelpFailure(context: FlowContext, event: EventOf<'help_failed'>): Update {
  const { help: _refunded, ...others } = context.profile.notices
  return {
    profile: event.definite ? { ...context.profile, notices: others } : context.profile,
    tells: audit(context, { kind: 'delivery_failed', definite: event.definite }),
    refusal: { reason: 'delivery_failed' },
  }
}
