import type { EnrollmentId } from '../ids.ts'
import { RECOVERY_CODES_LOW } from '../policy/defaults.ts'
import { withDelivery, withNotice } from '../policy/delivery-budget.ts'
import { liveDevice, rememberMs, withDevice } from '../policy/remembered-device.ts'
import { isLocked, lockAfter } from '../policy/throttle.ts'
import {
  addEnrollment,
  consumeRecoveryCode,
  disable,
  forgive,
  preferEnrollment,
  recoveryCodesLeft,
  removeEnrollment,
  renameEnrollment,
  replaceEnrollment,
  setRecoveryCodes,
  useDevice,
  useEnrollment,
} from '../profile/changes.ts'
import type { Enrollment, Profile } from '../profile/profile.ts'
import type { AuditEvent } from './audit.ts'
import type { FlowContext, FlowFields } from './context.ts'
import type { Tell } from './effects.ts'
import type { EventOf } from './events.ts'
import { denialOf } from './guards.ts'
import { type Notice, notify } from './notices.ts'
import {
  addressOf,
  destinationOf,
  findEnrollment,
  methodKindOf,
  methodOf,
  usableEnrollments,
} from './options.ts'
import type { Ending, Via } from './outcome.ts'
import type { Challenge, Stage, Target } from './stage.ts'

/** What an update changes in the context. Updates are pure: the same context and event give the same change. */
export type Update = Partial<Pick<FlowContext, 'flow' | 'profile' | 'tells' | 'refusal'>>

// ---- selecting and opening a challenge

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

// ---- the call for help

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

// ---- proofs

export function refuseMalformed(): Update {
  return { refusal: { reason: 'proof_malformed', field: 'proof' } }
}

/**
 * Counts a failed proof: always against the flow, and unless it was a recovery code (120 bits cannot be
 * guessed) against the user, whom it may lock.
 */
export function countRejection(context: FlowContext, event: EventOf<'proof_rejected'>): Update {
  const { flow, profile, at, facts } = context
  if (flow.stage.phase !== 'proving') return {}
  const { id, target } = flow.stage.challenge
  const attemptsLeft = flow.attemptsLeft - 1
  const failures = profile.failures + (target.of === 'recovery_code' ? 0 : 1)
  const lock = target.of === 'recovery_code' ? null : lockAfter(failures, at, facts.policy.throttle)
  const method = methodKindOf(context, target)
  const counted = told(
    context,
    { ...profile, failures, lock: lock ?? profile.lock },
    [
      {
        kind: 'proof_rejected',
        challenge: id,
        ...proofOf(target, method),
        cause: event.cause,
        attemptsLeft,
        failures,
      },
      ...(lock === null ? [] : [{ kind: 'user_locked', until: lock.until } as const]),
    ],
    [
      ...(target.of === 'pending' ? [] : [{ kind: 'second_factor_failed', method } as const]),
      ...(lock === null ? [] : [{ kind: 'locked' } as const]),
    ],
  )
  return { ...counted, flow: { ...flow, attemptsLeft }, refusal: { reason: 'proof_rejected' } }
}

/** Records an accepted proof, and all that follows from it: who is forgiven, what is used up, what is now in force. */
export function acceptProof(context: FlowContext, event: EventOf<'proof_accepted'>): Update {
  const { stage } = context.flow
  if (stage.phase !== 'proving') return {}
  const { id, target } = stage.challenge
  const method = methodKindOf(context, target)
  const accepted: AuditEvent = { kind: 'proof_accepted', challenge: id, ...proofOf(target, method) }
  switch (target.of) {
    case 'enrollment': {
      const profile = forgive(useEnrollment(context.profile, target.enrollment, context.at, event.methodData))
      return win(context, told(context, profile, [accepted]), event, {
        via: 'enrollment',
        enrollment: target.enrollment,
      })
    }
    case 'pending':
      return putInForce(context, event, accepted)
    case 'recovery_code': {
      const consumed =
        event.recoveryCode === null
          ? context.profile
          : consumeRecoveryCode(context.profile, event.recoveryCode)
      const left = recoveryCodesLeft(consumed)
      const isLow = left <= RECOVERY_CODES_LOW
      const used = told(
        context,
        forgive(consumed),
        [
          accepted,
          { kind: 'recovery_code_used', left },
          ...(isLow ? [{ kind: 'recovery_codes_low', left } as const] : []),
          ...(isLocked(context.profile, context.at)
            ? [{ kind: 'user_unlocked', by: 'recovery_code' } as const]
            : []),
        ],
        [{ kind: 'recovery_code_used' }, ...(isLow ? [{ kind: 'recovery_codes_low' } as const] : [])],
      )
      return win(context, used, event, { via: 'recovery_code', enrollment: null })
    }
    case 'email_rescue':
      return win(context, told(context, context.profile, [accepted]), event, {
        via: 'email_rescue',
        enrollment: null,
      })
  }
}

/** The new method has been proven by its own code in this flow: only now it takes the place of what was in force. */
function putInForce(context: FlowContext, event: EventOf<'proof_accepted'>, accepted: AuditEvent): Update {
  const { stage } = context.flow
  if (stage.phase !== 'proving' || stage.challenge.target.of !== 'pending') return {}
  const { replaces, ...proven } = stage.challenge.target.pending
  const { id, method } = proven
  const enrollment: Enrollment = {
    ...proven,
    createdAt: context.at,
    lastUsedAt: context.at,
    methodData: event.methodData,
  }
  const replaced = context.profile.enrollments.find((other) => other.id === replaces)
  const changed = context.facts.methods[method]?.channel ?? null
  const formerly = replaced?.method === 'sms' ? replaced.address : null
  const change =
    replaced === undefined
      ? told(
          context,
          addEnrollment(context.profile, enrollment),
          [accepted, { kind: 'enrollment_added', method, enrollment: id, by: 'user' }],
          [{ kind: 'factor_added', method, changed }],
        )
      : told(
          context,
          replaceEnrollment(context.profile, replaced.id, enrollment),
          [accepted, { kind: 'enrollment_replaced', method, enrollment: id, replaced: replaced.id }],
          [{ kind: 'factor_replaced', method, changed, formerly }],
        )
  const carried = { ...context, flow: { ...context.flow, epoch: change.profile.epoch } }
  if (carried.flow.run.kind !== 'login') {
    return end({ ...carried, ...change }, { kind: 'changed', enrollment: id })
  }
  return win(carried, change, event, { via: 'initial_enrollment', enrollment: id })
}

/** Ends a login or a step-up that was won by a proof, and remembers the browser where that was asked for and may be. */
function win(
  context: FlowContext,
  change: { readonly profile: Profile; readonly tells: readonly Tell[] },
  event: EventOf<'proof_accepted'>,
  by: {
    readonly via: Exclude<Via, 'remembered_device' | 'first_factor'>
    readonly enrollment: EnrollmentId | null
  },
): Update {
  const { at, flow, facts } = context
  const { remember } = facts.policy
  const amr = amrOf(context)
  if (flow.run.kind !== 'login') {
    // A step-up offers enrollments and recovery codes alone, so nothing else can have won it.
    const via = by.via === 'recovery_code' ? 'recovery_code' : 'enrollment'
    return end(
      { ...context, ...change },
      { kind: 'verified', ...by, via, amr, authenticatedAt: at, secondFactorAt: at },
    )
  }
  const isRescue = by.via === 'recovery_code' || by.via === 'email_rescue'
  const remembers = (event.remember ?? flow.run.remember) && !isRescue && rememberMs(remember) > 0
  const devices = remembers
    ? withDevice(change.profile.devices, event.device, at, remember)
    : change.profile.devices
  const remembered = remembers ? { device: event.device, expiresAt: at + rememberMs(remember) } : null
  const tells: readonly Tell[] = remembers
    ? [...change.tells, { kind: 'audit', event: { kind: 'device_remembered', device: event.device } }]
    : change.tells
  const mayRaise =
    by.via !== 'email_rescue' || (facts.policy.rescue.email && facts.policy.rescue.email.mayChangeFactors)
  return end(
    { ...context, profile: { ...change.profile, devices }, tells },
    {
      kind: 'authenticated',
      ...by,
      amr: [...new Set([...flow.run.firstFactor.amr, ...amr, 'mfa'])],
      authenticatedAt: at,
      secondFactorAt: mayRaise ? at : null,
      remembered,
    },
  )
}

/** The RFC 8176 values of what has just been proven; a recovery code is a one-time password too. */
function amrOf(context: FlowContext): readonly string[] {
  const { stage } = context.flow
  return stage.phase === 'proving' ? (methodOf(context, stage.challenge.target)?.amr ?? ['otp']) : []
}

function proofOf(
  target: Target,
  method: string,
): { readonly method: string; readonly enrollment?: EnrollmentId } {
  return target.of === 'enrollment' ? { method, enrollment: target.enrollment } : { method }
}

// ---- changes of setup that need no proof of their own

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
    removeEnrollment(context.profile, id),
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
    disable(context.profile),
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

// ---- endings

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

export function denyExhausted(context: FlowContext, event: EventOf<'proof_rejected'>): Update {
  return end(
    { ...context, ...countRejection(context, event) },
    { kind: 'denied', reason: 'attempts_exhausted' },
  )
}

export function lockOut(context: FlowContext): Update {
  return end(context, { kind: 'locked', reason: 'locked', until: context.profile.lock?.until ?? 'rescued' })
}

export function lockOutByRejection(context: FlowContext, event: EventOf<'proof_rejected'>): Update {
  return lockOut({ ...context, ...countRejection(context, event) })
}

/** The rejection that locked the user leaves a recovery code as the way on. */
export function rescueByRejection(context: FlowContext, event: EventOf<'proof_rejected'>): Update {
  const counted = countRejection(context, event)
  return { ...counted, ...selectRecoveryCode({ ...context, ...counted }) }
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

function end(context: FlowContext, ending: Ending): Update {
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

// ---- what updates are made of

function onStage(context: FlowContext, stage: Stage): { readonly flow: FlowFields } {
  return { flow: { ...context.flow, stage } }
}

function open(context: FlowContext, target: Target): Update {
  return onStage(context, { phase: 'opening', target })
}

function audit(context: FlowContext, ...events: readonly AuditEvent[]): readonly Tell[] {
  return [...context.tells, ...events.map((event) => ({ kind: 'audit', event }) as const)]
}

/** A changed profile with what the log and the user are told of it. */
function told(
  context: FlowContext,
  changed: Profile,
  events: readonly AuditEvent[],
  notices: readonly Notice[] = [],
): { readonly profile: Profile; readonly tells: readonly Tell[] } {
  const { profile, tells } = notify(context, changed, notices)
  return { profile, tells: [...audit(context, ...events), ...tells] }
}
