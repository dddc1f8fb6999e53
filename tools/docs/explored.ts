import type { FlowContext } from '../../packages/core/src/flow/context.ts'
import { type FlowEvent, isClientEventType } from '../../packages/core/src/flow/events.ts'
import { methodKindOf } from '../../packages/core/src/flow/options.ts'
import type { FlowKind } from '../../packages/core/src/flow/stage.ts'
import { advance, isFinal } from '../../packages/core/src/flow/step.ts'
import type { EpochMs } from '../../packages/core/src/ids.ts'
import { MAX_ENROLLMENTS } from '../../packages/core/src/policy/defaults.ts'
import type { Profile } from '../../packages/core/src/profile/profile.ts'
import { alphabet } from '../../packages/testkit/src/explore/alphabet.ts'
import { engineMachine } from '../../packages/testkit/src/explore/explore.ts'
import type { Edge } from '../../packages/testkit/src/explore/history.ts'
import { search } from '../../packages/testkit/src/explore/search.ts'
import { enrollmentOf } from '../../packages/testkit/src/explore/world.ts'
import { beginnings, bounds } from './beginnings.ts'
import { type MachineTransition, machineTransitions, takenTransition } from './machine-graph.ts'

/** Where something was seen: in which state, by which event of the machine; `start` when a flow began. */
export interface Sighting {
  readonly state: string
  readonly event: FlowEvent['type'] | 'start'
}

/** Where an event has led from a state, once the engine's questions were answered, and what it was refused for. */
interface StepsSeen {
  readonly states: Set<string>
  readonly refusals: Set<string>
}

/** What a search of the machine's own graph has found, by name. */
export interface Explored {
  /** By reason of refusal. */
  readonly refusals: ReadonlyMap<string, readonly Sighting[]>
  /** By way to pass, or reason of ending. */
  readonly endings: ReadonlyMap<string, readonly Sighting[]>
  /** By kind of audit event. */
  readonly records: ReadonlyMap<string, readonly Sighting[]>
  /** What becomes of an event that a client sends in a state. */
  stepsOf(state: string, event: FlowEvent['type']): StepsSeen
  /** Whether flows of one of these kinds take a transition. */
  isTaken(transition: MachineTransition, ...kinds: readonly FlowKind[]): boolean
}

/**
 * Transitions that no flow takes. An enrollment in a login has nothing to be rescued to yet, and a setup has no
 * rescue at all; a challenge can always be put down, since what it is of can be selected.
 */
const UNREACHABLE: readonly string[] = [
  'enrolling.checking proof_rejected [isRescuableFromLock]',
  'challenging selection_requested [] / refuse',
]

/** What the host and time do to any open flow: the search does not, since the laws' tests do. */
const FROM_OUTSIDE: readonly string[] = ['flow_expired', 'flow_superseded', 'user_inactive']

/** Searches the machine. Throws when it has a transition that the search does not come by: then it misses something. */
export function exploreMachine(): Explored {
  const refusals = new Sightings()
  const endings = new Sightings()
  const records = new Sightings()
  const taken = new Map<MachineTransition, Set<FlowKind>>()
  const places = new Set<string>()
  const steps = new Map<string, StepsSeen>()

  const see = (edge: Edge): void => {
    const { to, beginning } = edge
    const sighting = sightingOf(edge)
    if (sighting === undefined) return
    noteStep(steps, edge)
    const transition = transitionOf(edge)
    if (transition !== undefined) {
      taken.set(transition, (taken.get(transition) ?? new Set()).add(beginning.run.kind))
    }
    if (to.refusal !== null) refusals.add(to.refusal.reason, sighting)
    for (const [reason, meanwhile] of refusedMeanwhile(edge, places)) {
      refusals.add(reason, meanwhile)
      stepsIn(steps, to.state, meanwhile.event).refusals.add(reason)
    }
    for (const tell of to.tells) if (tell.kind === 'audit') records.add(tell.event.kind, sighting)
    if (to.flow.stage.phase !== 'ended' || edge.from?.flow.stage.phase === 'ended') return
    const { ending } = to.flow.stage
    if ('via' in ending) endings.add(ending.via, sighting)
    if ('reason' in ending) endings.add(ending.reason, sighting)
  }
  for (const beginning of beginnings) {
    search(engineMachine, beginning, bounds, (edge) => {
      see(edge)
      return 'go_on'
    })
  }

  const missed = machineTransitions
    .filter((one) => !taken.has(one) && one.event !== undefined && !FROM_OUTSIDE.includes(one.event))
    .map(({ source, event, guard = '', actions }) => `${source} ${event} [${guard}] / ${actions.join()}`)
    .filter((one) => !UNREACHABLE.some((known) => one.startsWith(known)))
  if (missed.length > 0) throw new Error(`no flow of tools/docs/beginnings.ts takes: ${missed.join('; ')}`)

  return {
    refusals: refusals.all(),
    endings: endings.all(),
    records: records.all(),
    stepsOf: (state, event) => steps.get(`${state} ${event}`) ?? { states: new Set(), refusals: new Set() },
    isTaken: (transition, ...kinds) => {
      if (transition.event !== undefined && FROM_OUTSIDE.includes(transition.event)) return true
      return kinds.some((kind) => taken.get(transition)?.has(kind) === true)
    },
  }
}

function stepsIn(steps: Map<string, StepsSeen>, state: string, event: string): StepsSeen {
  const known = steps.get(`${state} ${event}`) ?? { states: new Set(), refusals: new Set() }
  steps.set(`${state} ${event}`, known)
  return known
}

/** Notes where the step that a client's event began has come to. */
function noteStep(steps: Map<string, StepsSeen>, { from, facts, now, to, origin }: Edge): void {
  const isInterrupted = from !== undefined && (now >= from.flow.expiresAt || !facts.user.active)
  if (to.ask !== null || isInterrupted) return
  const seen = stepsIn(steps, origin.state, origin.event)
  if (to.refusal === null || to.state !== from?.state) seen.states.add(to.state)
  if (to.refusal !== null) seen.refusals.add(to.refusal.reason)
}

const asManyAsThereMayBe = Array.from({ length: MAX_ENROLLMENTS }, (_, index) =>
  enrollmentOf(`e${index + 1}`, 'authenticator'),
)

/** What other flows of the same user may have done to the profile since the last step. */
const meanwhile: readonly ((profile: Profile, at: EpochMs) => Profile)[] = [
  (profile) => profile,
  (profile, at) => ({ ...profile, lock: { until: at + 1_000 } }),
  (profile, at) => ({ ...profile, deliveries: [at, at, at] }),
  (profile, at) => ({ ...profile, notices: { help: at } }),
  (profile) => ({ ...profile, enrollments: asManyAsThereMayBe }),
]

/** What a client is refused for where an edge leads, had other flows been busy. Asked once for each kind of place. */
function* refusedMeanwhile(
  { to, now, facts, beginning }: Edge,
  asked: Set<string>,
): Generator<[string, Sighting]> {
  const { stage } = to.flow
  const method = stage.phase === 'proving' ? methodKindOf(to, stage.challenge.target) : stage.phase
  const place = [beginning.run.kind, to.state, method, to.profile.enrollments.length].join(' ')
  if (to.ask !== null || isFinal(to.state) || asked.has(place)) return
  asked.add(place)
  for (const change of meanwhile) {
    for (const untimed of alphabet(to, facts)) {
      const event = { ...untimed, at: now } as FlowEvent // the event of an untimed one
      const position = { ...to, profile: change(to.profile, now) }
      const { refusal } = advance(position, facts, event)
      const [state = ''] = to.state.split('.')
      if (refusal !== null && isClientEventType(event.type))
        yield [refusal.reason, { state, event: event.type }]
    }
  }
}

/** The client's state and event; undefined for an answer that nobody asked for. */
function sightingOf({ from, event }: Edge): Sighting | undefined {
  if (from === undefined || !('type' in event)) return { state: 'deciding', event: 'start' }
  const [state = ''] = from.state.split('.')
  return isFinal(from.state) && !isClientEventType(event.type) ? undefined : { state, event: event.type }
}

/** The transition behind an edge; undefined where an interruption took the event's place. */
function transitionOf({ facts, from, event, now, to, beginning }: Edge): MachineTransition | undefined {
  const { remembered = null } = beginning
  const context: FlowContext = {
    at: Math.max(now, from?.flow.lastAt ?? now),
    facts,
    flow: from?.flow ?? to.flow,
    profile: from?.profile ?? beginning.profile,
    remembered: from === undefined ? remembered : null,
    tells: [],
    refusal: null,
  }
  const state = from?.state ?? 'deciding'
  const transition = takenTransition(state, 'type' in event ? event : undefined, context)
  return (transition?.target ?? state) === to.state ? transition : undefined
}

/** Sightings by name, each once. */
class Sightings {
  readonly #found = new Map<string, Map<string, Sighting>>()

  add(name: string, sighting: Sighting): void {
    const known = this.#found.get(name) ?? new Map<string, Sighting>()
    this.#found.set(name, known.set(`${sighting.state} ${sighting.event}`, sighting))
  }

  all(): ReadonlyMap<string, readonly Sighting[]> {
    return new Map([...this.#found].map(([name, known]) => [name, [...known.values()]]))
  }
}
