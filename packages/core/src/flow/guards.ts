import { liveDevice } from '../policy/remembered-device.ts'
import { isLocked, lockAfter } from '../policy/throttle.ts'
import type { FlowContext } from './context.ts'
import { faultOf } from './faults.ts'
import { canUseRecoveryCode, enrollableMethods, rescueOptions, usableEnrollments } from './options.ts'
import type { DeniedReason } from './outcome.ts'
import type { Refusal } from './refusal.ts'

export const isLogin = ({ flow }: FlowContext): boolean => flow.run.kind === 'login'
export const isSetup = ({ flow }: FlowContext): boolean => flow.run.kind === 'setup'

export const isInactive = ({ facts }: FlowContext): boolean => !facts.user.active

const isEnrolled = ({ profile }: FlowContext): boolean => profile.enrollments.length > 0

/** A remembered device counts in a login alone, where the policy allows it; a lock does not shut it out. */
export const isRemembered = (context: FlowContext): boolean =>
  isLogin(context) &&
  context.remembered !== null &&
  liveDevice(context.profile, context.remembered, context.at, context.facts.policy.remember) !== undefined

/** Nothing enrolled and nothing required: the first factor is all there is. An existing enrollment always counts. */
export const needsNoSecondFactor = (context: FlowContext): boolean =>
  isLogin(context) && !isEnrolled(context) && !context.facts.user.required

export const isLockedOut = ({ profile, at }: FlowContext): boolean => isLocked(profile, at)

export const isLockedButRescuable = (context: FlowContext): boolean =>
  isLockedOut(context) && canUseRecoveryCode(context)

/** A user who must have a second factor and has none may enroll during login, where the host lets them. */
export const mayEnroll = (context: FlowContext): boolean =>
  isLogin(context) &&
  !isEnrolled(context) &&
  context.facts.user.mayEnrollAtLogin &&
  enrollableMethods(context).length > 0

/** What speaks against challenging the user's only method at once: its codes may be used up for now. */
export function faultOfOnlyMethod(context: FlowContext): Refusal | undefined {
  const [only, ...others] = usableEnrollments(context)
  if (only === undefined || others.length > 0) return undefined
  return faultOf(context, { type: 'method_selected', at: context.at, method: only.id })
}

export const hasOneOpenMethod = (context: FlowContext): boolean =>
  usableEnrollments(context).length === 1 && faultOfOnlyMethod(context) === undefined

export const hasMethods = (context: FlowContext): boolean => usableEnrollments(context).length > 0

export const isRescuable = (context: FlowContext): boolean => rescueOptions(context).length > 0

/** Why a flow that cannot begin is denied. */
export function denialOf(context: FlowContext): DeniedReason {
  if (isInactive(context)) return 'inactive'
  if (isEnrolled(context)) return 'no_usable_method'
  if (!isLogin(context)) return 'not_enrolled'
  return context.facts.user.mayEnrollAtLogin ? 'no_usable_method' : 'enrollment_not_allowed'
}

/**
 * What one more rejected proof does to the flow: it goes on, it is denied, or the user is locked, with or
 * without a recovery code to go on with. A recovery code is not subject to the lock, and does not lead to it.
 */
export function afterRejection(context: FlowContext): 'open' | 'denied' | 'locked' | 'rescuable' {
  const { flow, profile, at, facts } = context
  const isLast = flow.attemptsLeft <= 1
  const counts = flow.stage.phase === 'proving' && flow.stage.challenge.target.of !== 'recovery_code'
  const locks = counts && lockAfter(profile.failures + 1, at, facts.policy.throttle) !== null
  if (!locks) return isLast ? 'denied' : 'open'
  return canUseRecoveryCode(context) && !isLast ? 'rescuable' : 'locked'
}
