import { type ActorLogic, initialTransition, type MachineSnapshot, transition } from 'xstate'
import type { EpochMs } from '../ids.ts'
import { mayChangeFactors } from '../policy/freshness.ts'
import { emptyProfile, type Profile } from '../profile/profile.ts'
import type { Facts, FlowContext, FlowFields } from './context.ts'
import type { Ask, Tell } from './effects.ts'
import {
  type ClientEventType,
  clientEventTypes,
  type FlowEvent,
  type FlowStart,
  isClientEventType,
} from './events.ts'
import { type FinalState, type FlowStateValue, type Proving, twoFactorMachine } from './machine.ts'
import type { Refusal } from './refusal.ts'
import type { FlowKind } from './stage.ts'

/** A leaf state of the machine. */
export type FlowState =
  | 'deciding'
  | 'selecting'
  | `challenging.${Proving}`
  | `enrolling.${'choosing' | 'preparing' | Proving}`
  | `rescuing.${'choosing' | Proving}`
  | `managing.${'idle' | 'drawing_recovery_codes'}`
  | FinalState

/** The machine's leaf states, as XState nests them. */
const stateValues: Readonly<Record<FlowState, FlowStateValue>> = {
  deciding: 'deciding',
  selecting: 'selecting',
  'challenging.opening': { challenging: 'opening' },
  'challenging.awaiting_proof': { challenging: 'awaiting_proof' },
  'challenging.checking': { challenging: 'checking' },
  'enrolling.choosing': { enrolling: 'choosing' },
  'enrolling.preparing': { enrolling: 'preparing' },
  'enrolling.opening': { enrolling: 'opening' },
  'enrolling.awaiting_proof': { enrolling: 'awaiting_proof' },
  'enrolling.checking': { enrolling: 'checking' },
  'rescuing.choosing': { rescuing: 'choosing' },
  'rescuing.opening': { rescuing: 'opening' },
  'rescuing.awaiting_proof': { rescuing: 'awaiting_proof' },
  'rescuing.checking': { rescuing: 'checking' },
  'managing.idle': { managing: 'idle' },
  'managing.drawing_recovery_codes': { managing: 'drawing_recovery_codes' },
  authenticated: 'authenticated',
  verified: 'verified',
  changed: 'changed',
  disabled: 'disabled',
  denied: 'denied',
  locked: 'locked',
  expired: 'expired',
  cancelled: 'cancelled',
}

/** Every leaf state of the machine. */
export const flowStates: readonly FlowState[] = Object.keys(stateValues) as FlowState[] // the keys of the record above

/** A flow between two events: all of it plain JSON. */
export interface Position {
  readonly state: FlowState
  readonly flow: FlowFields
  readonly profile: Profile
}

/** What one event did. Where it changed nothing, `flow` and `profile` are the very objects that were passed in. */
export interface Advance extends Position {
  /** What the engine must answer before the step can be committed; null: nothing, the step is complete. */
  readonly ask: Ask | null
  readonly tells: readonly Tell[]
  /** Why the event was not taken as hoped. */
  readonly refusal: Refusal | null
}

type Snapshot = MachineSnapshot<
  FlowContext,
  FlowEvent,
  Record<never, never>,
  FlowStateValue,
  string,
  unknown,
  never,
  never
>

// `transition` builds a throw-away actor that asks its logic for an initial snapshot, which for the machine
// means running `deciding`. This thin logic answers with an idle one: a step costs a third.
const idle = twoFactorMachine.resolveState({ value: 'cancelled', context: {} as FlowContext }) // never read
const logic = {
  transition: twoFactorMachine.transition.bind(twoFactorMachine),
  getInitialSnapshot: (scope: never, input: FlowContext | undefined) =>
    input === undefined ? idle : twoFactorMachine.getInitialSnapshot(scope, input),
  getPersistedSnapshot: (snapshot: Snapshot) => snapshot,
} as unknown as ActorLogic<Snapshot, FlowEvent, FlowContext> // the machine's own logic, less its initial run

/** Each state resolved once; a step only puts its context in. */
const resting = Object.fromEntries(
  Object.entries(stateValues).map(([state, value]) => [
    state,
    twoFactorMachine.resolveState({ value, context: {} as FlowContext }), // replaced in each step
  ]),
) as unknown as Record<FlowState, Snapshot> // fromEntries loses the keys

const stateOf = new Map<string, FlowState>(
  flowStates.map((state) => [JSON.stringify(stateValues[state]), state]),
)

/** Whether a state is final. A final state is final (L7). */
export function isFinal(state: FlowState): boolean {
  return resting[state].status === 'done'
}

/** The client events that each state handles, whether it takes or refuses them; read off the machine. */
export const handledEvents: Readonly<Record<FlowState, readonly ClientEventType[]>> = Object.fromEntries(
  flowStates.map((state) => [
    state,
    isFinal(state)
      ? []
      : clientEventTypes.filter((type) =>
          resting[state]._nodes.some((node) => node.ownEvents.includes(type)),
        ),
  ]),
) as unknown as Record<FlowState, readonly ClientEventType[]> // fromEntries loses the keys

/** Starts a flow: decides what the user has to do, if anything. Pure (L10). */
export function start(
  { at, run, remembered }: FlowStart,
  facts: Facts,
  profile: Profile = emptyProfile,
): Advance {
  const { lifetimes, throttle } = facts.policy
  const lifetime = {
    login: lifetimes.loginSeconds,
    setup: lifetimes.setupSeconds,
    step_up: lifetimes.stepUpSeconds,
  }
  const flow: FlowFields = {
    run,
    startedAt: at,
    lastAt: at,
    expiresAt: at + lifetime[run.kind] * 1000,
    epoch: profile.epoch,
    stamp: facts.user.stamps[0],
    attemptsLeft: throttle.attemptsPerFlow,
    cooldowns: {},
    stage: { phase: 'idle' },
  }
  const tells: readonly Tell[] = [{ kind: 'audit', event: { kind: 'flow_started' } }]
  const context: FlowContext = { at, facts, flow, profile, remembered, tells, refusal: null }
  const [next, actions] = initialTransition(logic, context)
  return read(context, next, actions)
}

/**
 * Sends one event to a flow. Pure and total: the same position, facts and event give the same answer (L10),
 * and every event has one (L11). Time never steps back within a flow.
 *
 * Some events take precedence over the one that is sent: an expired flow expires (L5), one that a change of
 * factors or of the security stamp has overtaken is superseded, and one whose user may not log in is denied.
 */
export function advance(position: Position, facts: Facts, event: FlowEvent): Advance {
  if (isFinal(position.state)) return { ...position, ask: null, tells: [], refusal: { reason: 'flow_ended' } }
  const at = Math.max(event.at, position.flow.lastAt)
  const context: FlowContext = { ...position, at, facts, remembered: null, tells: [], refusal: null }
  const taken = eventTaken(position, facts, event)
  if (needsFreshness(taken.type, position.flow.run.kind) && !isFresh(context)) {
    return { ...position, ask: null, tells: [], refusal: { reason: 'reauth_required' } }
  }
  const snapshot = { ...resting[position.state], context } as Snapshot // a resolved state with this step's context
  const [next, actions] = transition(logic, snapshot, taken) // the machine reads the time of its context alone
  if (next === snapshot)
    return { ...position, ask: null, tells: [], refusal: { reason: 'event_not_accepted' } }
  return read(context, next, actions)
}

/** The event that is taken when `event` is sent: what time, the host or a change of factors puts before it, or itself. */
export function eventTaken(position: Position, facts: Facts, event: FlowEvent): FlowEvent {
  const at = Math.max(event.at, position.flow.lastAt)
  return interruption({ ...position, at, facts }) ?? event
}

/** A flow as time, the host or a change of factors has left it, without an event of its own. */
export function look(position: Position, facts: Facts, now: EpochMs): Position {
  if (isFinal(position.state)) return position
  const at = Math.max(now, position.flow.lastAt)
  const event = interruption({ ...position, at, facts })
  return event === undefined ? position : advance(position, facts, event)
}

type Moment = Pick<FlowContext, 'at' | 'facts' | 'flow' | 'profile'>

/** The event that time, the host or a change of factors has put before any other; undefined: none. */
function interruption({ at, flow, profile, facts }: Moment): FlowEvent | undefined {
  if (at >= flow.expiresAt) return { type: 'flow_expired', at }
  if (!facts.user.active) return { type: 'user_inactive', at }
  if (profile.epoch !== flow.epoch || !facts.user.stamps.includes(flow.stamp))
    return { type: 'flow_superseded', at }
  return undefined
}

function needsFreshness(type: FlowEvent['type'], kind: FlowKind): boolean {
  return kind === 'setup' && type !== 'cancel_requested' && isClientEventType(type)
}

/** Whether the caller's session may change factors now. */
export function isFresh({ facts, profile, at }: Pick<FlowContext, 'facts' | 'profile' | 'at'>): boolean {
  return facts.caller !== null && mayChangeFactors(facts.caller, profile, at, facts.policy.freshnessSeconds)
}

/** Reads what a step did off XState's snapshot and actions: from here on all of it is our own data. */
function read(before: FlowContext, next: Snapshot, actions: readonly { readonly type: string }[]): Advance {
  const { at, flow, profile, tells, refusal } = next.context
  const isChanged = flow !== before.flow || profile !== before.profile
  const asked = actions.at(-1)
  return {
    state: stateOf.get(JSON.stringify(next.value)) as FlowState, // every leaf state of the machine is listed
    flow: isChanged && flow.lastAt !== at ? { ...flow, lastAt: at } : flow,
    profile,
    ask: asked === undefined ? null : toAsk(asked.type, flow),
    tells,
    refusal,
  }
}

/** What an entry action of the machine asks for, with what it needs from the flow's stage. */
function toAsk(action: string, { stage }: FlowFields): Ask | null {
  if (action === 'prepare_enrollment' && stage.phase === 'preparing')
    return { kind: action, request: stage.request }
  if (action === 'open_challenge' && stage.phase === 'opening') return { kind: action, target: stage.target }
  if (action === 'check_proof' || action === 'draw_recovery_codes') return { kind: action }
  return null
}
