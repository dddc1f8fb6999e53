import type { EpochMs } from '../ids.ts'
import type { Channel } from '../methods/method.ts'
import { DELIVERY_SHARE_OF_SESSIONS } from '../policy/defaults.ts'
import { deliveryOpensAt } from '../policy/delivery-budget.ts'
import { isLocked } from '../policy/throttle.ts'
import { recoveryCodesLeft } from '../profile/changes.ts'
import type { Enrollment } from '../profile/profile.ts'
import type { FlowContext, MethodFacts } from './context.ts'
import type { RescueOption } from './events.ts'
import type { Target } from './stage.ts'

/** The channel that the first factor came over, of this login or of the caller's: it proves nothing a second time. */
function firstFactorChannel({ flow, facts }: FlowContext): Channel | null {
  return flow.run.kind === 'login' ? flow.run.firstFactor.channel : (facts.caller?.firstFactorChannel ?? null)
}

/** Whether a method's codes come over what the first factor came over. */
function isFirstFactorAgain(context: FlowContext, { channel }: MethodFacts): boolean {
  return channel !== null && channel === firstFactorChannel(context)
}

/** Whether a method can reach the user in this flow: another channel than the first factor's, and an address to send to. */
function canReach(context: FlowContext, method: MethodFacts): boolean {
  if (isFirstFactorAgain(context, method)) return false
  return method.addressed !== 'user_email' || context.facts.user.email !== null
}

/** Whether an enrollment can be challenged here. One whose method is switched off still counts; one no longer registered does not. */
export function isUsable(context: FlowContext, enrollment: Enrollment): boolean {
  const method = context.facts.methods[enrollment.method]
  return method !== undefined && canReach(context, method)
}

/** The enrollments that can be challenged here, the preferred one first. */
export function usableEnrollments(context: FlowContext): readonly Enrollment[] {
  const { enrollments, preferred } = context.profile
  const usable = enrollments.filter((enrollment) => isUsable(context, enrollment))
  return [...usable.filter(({ id }) => id === preferred), ...usable.filter(({ id }) => id !== preferred)]
}

/** The enrollment that a client means: by its id, or the preferred (else the first) one of a method. */
export function findEnrollment({ profile }: FlowContext, which: string): Enrollment | undefined {
  const ofMethod = profile.enrollments.filter(({ method }) => method === which)
  return (
    profile.enrollments.find(({ id }) => id === which) ??
    ofMethod.find(({ id }) => id === profile.preferred) ??
    ofMethod[0]
  )
}

/** The methods that can be enrolled here, in the policy's order. */
export function enrollableMethods(context: FlowContext): readonly MethodFacts[] {
  return context.facts.policy.methods
    .map((kind) => context.facts.methods[kind])
    .filter((method) => method !== undefined)
    .filter((method) => canReach(context, method))
}

/** Whether a recovery code may stand in for a factor: the one rescue that a lock leaves open. */
export function canUseRecoveryCode({ flow, facts, profile }: FlowContext): boolean {
  if (flow.run.kind === 'setup' || profile.enrollments.length === 0) return false
  return facts.policy.rescue.recoveryCodes && recoveryCodesLeft(profile) > 0
}

/** A mailed code is no rescue for a user whose only method is mail, nor after a first factor that came by mail. */
function canUseEmailRescue(context: FlowContext): boolean {
  const { email } = context.facts.methods
  if (context.facts.policy.rescue.email === false || email === undefined || !canReach(context, email))
    return false
  return context.profile.enrollments.some(({ method }) => method !== 'email')
}

/** The ways in for a user who has lost a factor, as they are offered now. */
export function rescueOptions(context: FlowContext): readonly RescueOption[] {
  const { flow, facts, profile } = context
  const options: RescueOption[] = []
  if (canUseRecoveryCode(context)) options.push('recovery_code')
  if (flow.run.kind === 'login' && profile.enrollments.length > 0 && !isLocked(profile, context.at)) {
    if (canUseEmailRescue(context)) options.push('email')
    if (facts.policy.rescue.help !== false) options.push('help')
  }
  return options
}

/**
 * Whether a target can be proven by whoever asks now: a deployment since its challenge may not have the method any
 * more, and another session of the user's may go on whose first factor came over its channel.
 */
export function isProvable(context: FlowContext, target: Target): boolean {
  if (target.of === 'recovery_code') return true
  const method = methodOf(context, target)
  return method !== undefined && !isFirstFactorAgain(context, method)
}

/** The method a target is proven by; undefined for a recovery code, which is no method. */
export function methodOf(context: FlowContext, target: Target): MethodFacts | undefined {
  return context.facts.methods[methodKindOf(context, target)]
}

/** The name of what a target is proven by, for audit and display. */
export function methodKindOf({ profile }: Pick<FlowContext, 'profile'>, target: Target): string {
  switch (target.of) {
    case 'enrollment':
      return profile.enrollments.find(({ id }) => id === target.enrollment)?.method ?? 'unknown'
    case 'pending':
      return target.pending.method
    case 'recovery_code':
      return 'recovery_code'
    case 'email_rescue':
      return 'email'
  }
}

/** Where a target's codes go; null where nothing is sent. */
export function addressOf(context: FlowContext, target: Target): string | null {
  const method = methodOf(context, target)
  if (method?.addressed === 'user_email') return context.facts.user.email
  if (target.of === 'pending') return target.pending.address
  if (target.of !== 'enrollment') return null
  return context.profile.enrollments.find(({ id }) => id === target.enrollment)?.address ?? null
}

/** Names a destination within a flow, for its cool-down. */
export function destinationOf(target: Target): string {
  switch (target.of) {
    case 'enrollment':
      return target.enrollment
    case 'pending':
      return `${target.pending.method}:${target.pending.address ?? ''}`
    case 'recovery_code':
    case 'email_rescue':
      return target.of
  }
}

/**
 * From when on another code may be sent, whatever its destination; null: now. A share of a day's codes is kept for
 * logins: a session that is only asked again must not be able to shut its owner out.
 */
export function deliveriesOpenAt({ flow, facts, profile, at }: FlowContext): EpochMs | null {
  const { delivery } = facts.policy
  const perDay =
    flow.run.kind === 'login' ? delivery.perDay : Math.ceil(delivery.perDay * DELIVERY_SHARE_OF_SESSIONS)
  return deliveryOpensAt(profile.deliveries, at, { ...delivery, perDay })
}

/** From when on a code may go to a destination again; null: it may now. */
export function coolsDownUntil({ flow, at }: FlowContext, destination: string): EpochMs | null {
  const until = flow.cooldowns[destination]
  return until !== undefined && at < until ? until : null
}
