import type { EnrollmentId } from '../../ids.ts'
import { RECOVERY_CODES_LOW } from '../../policy/defaults.ts'
import { rememberMs, withDevice } from '../../policy/remembered-device.ts'
import { isLocked } from '../../policy/throttle.ts'
import {
  addEnrollment,
  consumeRecoveryCode,
  forgive,
  recoveryCodesLeft,
  replaceEnrollment,
  useEnrollment,
} from '../../profile/changes.ts'
import type { Enrollment, Profile } from '../../profile/profile.ts'
import type { AuditEvent } from '../audit.ts'
import type { FlowContext } from '../context.ts'
import type { Tell } from '../effects.ts'
import type { EventOf } from '../events.ts'
import { methodKindOf, methodOf } from '../options.ts'
import type { Via } from '../outcome.ts'
import { end } from './endings.ts'
import { proofOf, told, type Update } from './update.ts'

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
