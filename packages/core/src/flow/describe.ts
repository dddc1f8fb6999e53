import type { EpochMs } from '../ids.ts'
import { liveDevices } from '../policy/remembered-device.ts'
import { failuresLeft, isLocked } from '../policy/throttle.ts'
import { recoveryCodesLeft } from '../profile/changes.ts'
import type { Enrollment } from '../profile/profile.ts'
import type { FlowContext } from './context.ts'
import type { ClientEventType } from './events.ts'
import {
  addressOf,
  coolsDownUntil,
  deliveriesOpenAt,
  destinationOf,
  enrollableMethods,
  isProvable,
  isUsable,
  methodKindOf,
  methodOf,
  rescueOptions,
  usableEnrollments,
} from './options.ts'
import type { Challenge, Target } from './stage.ts'
import { type FlowState, handledEvents, isFresh } from './step.ts'
import type {
  ChallengeView,
  Common,
  EnrollableView,
  EnrollmentView,
  FlowPath,
  FlowView,
  MaskAddress,
} from './view.ts'

/** Describes a flow between two events. */
export function describe(state: FlowState, context: FlowContext, mask: MaskAddress): FlowView {
  const { flow, profile } = context
  const common: Common = {
    kind: flow.run.kind,
    path: pathOf(state, context),
    at: context.at,
    accepts: acceptedEvents(state, context),
    expiresAt: flow.expiresAt,
    lockedUntil: isLocked(profile, context.at) ? (profile.lock?.until ?? null) : null,
  }
  const view = (enrollment: Enrollment) => enrollmentView(context, enrollment, mask)
  const challenge = flow.stage.phase === 'proving' ? challengeView(context, flow.stage.challenge, mask) : null
  const [top] = state.split('.') as [FlowState | 'challenging' | 'rescuing' | 'enrolling' | 'managing'] // split gives at least one part
  const choices = () => ({
    ...common,
    enrollments: usableEnrollments(context).map(view),
    rescueOptions: rescueOptions(context),
  })
  switch (top) {
    case 'selecting':
      return { state: top, ...choices() }
    case 'challenging':
      if (challenge === null) break
      return { state: top, ...choices(), rememberDays: rememberDays(context), challenge }
    case 'rescuing':
      return { state: top, ...choices(), challenge }
    case 'enrolling':
      return {
        state: top,
        ...common,
        enrollable: enrollableViews(context),
        rememberDays: rememberDays(context),
        challenge,
      }
    case 'managing': {
      const { facts } = context
      return {
        state: top,
        ...common,
        enrollments: profile.enrollments
          .map(view)
          .toSorted((a, b) => Number(b.isPreferred) - Number(a.isPreferred)),
        enrollable: enrollableViews(context),
        isRequired: facts.user.required,
        isFresh: isFresh(context),
        recoveryCodesLeft: facts.policy.rescue.recoveryCodes ? recoveryCodesLeft(profile) : null,
        devices: liveDevices(profile.devices, context.at),
      }
    }
    case 'authenticated':
    case 'verified':
    case 'changed':
    case 'disabled':
    case 'denied':
    case 'locked':
    case 'expired':
    case 'cancelled':
      return { state: top, ...common }
    default:
  }
  throw new Error(`the state ${state} is never left to a client`)
}

function rememberDays({ flow, facts }: FlowContext): number | null {
  const { remember } = facts.policy
  return flow.run.kind === 'login' && remember !== false && remember.days > 0 ? remember.days : null
}

function enrollableViews(context: FlowContext): readonly EnrollableView[] {
  return enrollableMethods(context).map(({ kind, addressed }) => ({
    method: kind,
    needsAddress: addressed === 'given',
  }))
}

function pathOf(state: FlowState, { flow }: FlowContext): FlowPath {
  if (flow.run.kind === 'setup') return 'setup'
  if (state.startsWith('enrolling')) return 'enrollment'
  if (state.startsWith('rescuing')) return 'rescue'
  if (flow.stage.phase !== 'ended') return 'login'
  const { ending } = flow.stage
  if (ending.kind !== 'authenticated' && ending.kind !== 'verified') return 'login'
  switch (ending.via) {
    case 'initial_enrollment':
      return 'enrollment'
    case 'recovery_code':
    case 'email_rescue':
      return 'rescue'
    case 'remembered_device':
      return 'validity'
    default:
      return 'login'
  }
}

/** The events worth sending: those the state handles, less those that cannot be taken whatever they carry. */
function acceptedEvents(state: FlowState, context: FlowContext): readonly ClientEventType[] {
  const { run, stage } = context.flow
  const handled = handledEvents[state]
  if (run.kind === 'setup' && !isFresh(context)) return handled.filter((type) => type === 'cancel_requested')
  const target = stage.phase === 'proving' ? stage.challenge.target : undefined
  const isBarred = isLocked(context.profile, context.at)
  const isOpen = target !== undefined && isProvable(context, target)
  const isEnrolled = context.profile.enrollments.length > 0
  const { user, policy } = context.facts
  const challenged = target?.of === 'enrollment' ? target.enrollment : null
  const hasChoice = usableEnrollments(context).some(({ id }) => id !== challenged)
  const isWorthwhile: Partial<Record<ClientEventType, boolean>> = {
    proof_submitted: isOpen && (!isBarred || target.of === 'recovery_code'),
    resend_requested: isOpen && !isBarred && methodOf(context, target)?.sends === true,
    method_selected: !isBarred && hasChoice,
    selection_requested: !isBarred && hasChoice,
    rescue_requested: rescueOptions(context).length > 0,
    enrollment_requested: !isBarred && enrollableMethods(context).length > 0,
    rename_requested: isEnrolled,
    preference_requested: isEnrolled,
    removal_requested: context.profile.enrollments.length > (user.required ? 1 : 0),
    disable_requested: isEnrolled && !user.required,
    recovery_codes_requested: isEnrolled && policy.rescue.recoveryCodes,
  }
  return handled.filter((type) => isWorthwhile[type] !== false)
}

function enrollmentView(context: FlowContext, enrollment: Enrollment, mask: MaskAddress): EnrollmentView {
  const { id, method, name, createdAt, lastUsedAt } = enrollment
  const address = addressOf(context, { of: 'enrollment', enrollment: id })
  return {
    id,
    method,
    name,
    address: address === null ? null : mask(method, address),
    isPreferred: id === context.profile.preferred,
    isUsable: isUsable(context, enrollment),
    createdAt,
    lastUsedAt,
  }
}

function challengeView(context: FlowContext, challenge: Challenge, mask: MaskAddress): ChallengeView {
  const { target, id, issuedAt, expiresAt, delivery, hint } = challenge
  const { flow, profile, facts } = context
  const method = methodKindOf(context, target)
  const address = addressOf(context, target)
  const sends = methodOf(context, target)?.sends === true
  const ofUser = failuresLeft(profile.failures, facts.policy.throttle)
  return {
    id,
    method,
    enrollment: target.of === 'enrollment' ? target.enrollment : null,
    address: address === null ? null : mask(method, address),
    issuedAt,
    expiresAt,
    attemptsLeft: target.of === 'recovery_code' ? flow.attemptsLeft : Math.min(flow.attemptsLeft, ofUser),
    resendAt: sends ? resendAt(context, target) : null,
    delivery,
    hint,
  }
}

/** From when on another code may go there: after the cool-down, and within the user's budget. */
function resendAt(context: FlowContext, target: Target): EpochMs {
  const cooled = coolsDownUntil(context, destinationOf(target)) ?? context.at
  return Math.max(cooled, deliveriesOpenAt(context) ?? context.at)
}
