import type { Facts } from '../flow/context.ts'
import { describe } from '../flow/describe.ts'
import type { ClientEventType } from '../flow/events.ts'
import type { FinalState } from '../flow/machine.ts'
import type { Ending } from '../flow/outcome.ts'
import type { Refusal } from '../flow/refusal.ts'
import type { Position } from '../flow/step.ts'
import type {
  ChallengingView,
  EnrollingView,
  FinalView,
  ManagingView,
  RescuingView,
  SelectingView,
} from '../flow/view.ts'
import type { DeviceId, EpochMs, FlowToken, UserId } from '../ids.ts'
import type { Channel, Provisioning } from '../methods/method.ts'
import { openRecoveryCodes } from './answer.ts'
import type { Environment } from './config.ts'
import type { Standing, StepResult } from './run-step.ts'

type EndingOf<Kind extends Ending['kind']> = Extract<Ending, { readonly kind: Kind }>

/** The user is authenticated: by these means, now. */
export interface AuthenticatedOutcome extends Omit<EndingOf<'authenticated'>, 'remembered'> {
  readonly userId: UserId
  /** When the first factor was proven, as the login was told. */
  readonly firstFactorAt: EpochMs
  /** The channel that it came over, if any: for the session to keep, beside the time. */
  readonly firstFactorChannel: Channel | null
  /** The token for the browser to keep, when it is remembered from now on. */
  readonly remembered: {
    readonly token: string
    readonly device: DeviceId
    readonly expiresAt: EpochMs
  } | null
}

/** The user has proven a factor again; no login. */
export type VerifiedOutcome = EndingOf<'verified'> & { readonly userId: UserId }

/** A method was enrolled, by a proof of it: the session that asked has proven a second factor. */
export type ChangedOutcome = EndingOf<'changed'> & {
  /** Authentication Method Reference values (RFC 8176) of the proof. */
  readonly amr: readonly string[]
  /** For the session to keep, as that of a login. */
  readonly secondFactorAt: EpochMs
}

/** How a flow ended. Given once, by the call that ended it. */
export type Outcome =
  | AuthenticatedOutcome
  | VerifiedOutcome
  | ChangedOutcome
  | EndingOf<'disabled'>
  | EndingOf<'denied'>
  | EndingOf<'locked'>
  | EndingOf<'expired'>
  | EndingOf<'cancelled'>

interface Answer {
  /** The token to go on with. Keep it with this user's pending login alone: who holds it continues the flow. */
  readonly flow: FlowToken
  /** Why the event was not taken as hoped; null when it was. */
  readonly refusal: Refusal | null
}

interface Open extends Answer {
  readonly outcome?: undefined
}

/** The flow cannot be shown: it was purged long after its end, belongs to another caller, or could not be started. */
export interface UnavailableView {
  readonly state: 'unavailable'
  readonly accepts: readonly ClientEventType[]
}

/** A flow that has ended: its state names the kind of its outcome. */
export type FinalStep = {
  readonly [State in FinalState]: FinalView &
    Answer & {
      readonly state: State
      /** Only in the answer to the call that ended the flow. */
      readonly outcome?: Extract<Outcome, { readonly kind: State }>
    }
}[FinalState]

/** What one event did to a flow, and all that a client needs to go on; tagged by `state`. */
export type Step =
  | (SelectingView & Open)
  | (ChallengingView & Open)
  | (RescuingView & Open)
  | (EnrollingView &
      Open & {
        /** What the user needs to set the new method up, such as the data of a QR code; given once. */
        readonly provisioning: Provisioning | null
      })
  | (ManagingView &
      Open & {
        /** New recovery codes, given once; under `dangerouslyShowAgain` the whole set, each time. Else null. */
        readonly recoveryCodes: readonly string[] | null
      })
  | FinalStep
  | (UnavailableView & Open)

/** A step without what only the caller of an open flow needs. */
type Shown<One extends Step> = One extends unknown ? Omit<One, keyof Answer> : never

/** The user's setup, where no flow is open: `managing`, or why there can be none. */
export type SetupView = Shown<Extract<Step, { readonly state: 'managing' }> | FinalStep>

/** Dresses the result of a step for its caller: what a client may see of it, and what it may be told once. */
export async function toStep(
  env: Environment,
  flow: FlowToken,
  userId: UserId,
  { at, facts, position, refusal, reveal }: StepResult,
): Promise<Step> {
  if (position === undefined) return unavailable(flow, refusal ?? { reason: 'flow_gone' })
  return { ...(await show(env, userId, { at, facts, position, reveal })), flow, refusal }
}

/** What a client may see of a position, and what it may be told once. */
export async function show(
  env: Environment,
  userId: UserId,
  { at, facts, position, reveal }: Standing,
): Promise<Shown<Exclude<Step, UnavailableView>>> {
  const context = {
    ...position,
    at: Math.max(at, position.flow.lastAt),
    facts,
    remembered: null,
    tells: [],
    refusal: null,
  }
  const view = describe(position.state, context, (method, address) => mask(env, method, address))
  switch (view.state) {
    case 'selecting':
    case 'challenging':
    case 'rescuing':
      return view
    case 'enrolling':
      return { ...view, provisioning: reveal?.provisioning ?? null }
    case 'managing':
      return {
        ...view,
        recoveryCodes:
          reveal?.recoveryCodes ??
          (view.isFresh ? await openRecoveryCodes(env, userId, position.profile) : null),
      }
    default: {
      if (reveal === null || reveal.ending === null) return view
      const outcome = await toOutcome(env, userId, facts, position, reveal.ending)
      return { ...view, outcome } as Shown<FinalStep> // the ending that a final state keeps is of its own kind
    }
  }
}

/** The step of a flow that cannot be shown. */
export function unavailable(flow: FlowToken, refusal: Refusal): Step {
  return { state: 'unavailable', accepts: [], flow, refusal }
}

async function toOutcome(
  env: Environment,
  userId: UserId,
  facts: Facts,
  { flow, profile }: Position,
  ending: Ending,
): Promise<Outcome> {
  if (ending.kind === 'verified') return { ...ending, userId }
  if (ending.kind === 'changed') {
    const proven = profile.enrollments.find(({ id }) => id === ending.enrollment)
    const amr = facts.methods[proven?.method ?? '']?.amr ?? []
    return { ...ending, amr, secondFactorAt: flow.lastAt }
  }
  if (ending.kind !== 'authenticated' || flow.run.kind !== 'login') return ending as Outcome // a login's alone
  const { at: firstFactorAt, channel: firstFactorChannel } = flow.run.firstFactor
  const authenticated = { ...ending, userId, firstFactorAt, firstFactorChannel, remembered: null }
  if (ending.remembered === null) return authenticated
  const { device, expiresAt } = ending.remembered
  const token = await env.deviceTokens.sign({
    userId,
    deviceId: device,
    epoch: profile.epoch,
    stamp: facts.user.stamps[0],
    issuedAt: ending.authenticatedAt,
    expiresAt,
  })
  return { ...authenticated, remembered: { token, device, expiresAt } }
}

/** What a method without a mask shows of an address. */
const HIDDEN = '•••'

function mask(env: Environment, method: string, address: string): string {
  return env.methods.get(method)?.method.maskAddress?.(address) ?? HIDDEN
}
