import type { DeviceId } from '@sallyport/core'
import type {
  Advance,
  Ask,
  advance,
  Ending,
  Facts,
  FlowEvent,
  FlowStart,
  Position,
  Run,
  start,
} from '@sallyport/core/flow'
import { answerTo, freeName, type Untimed } from './alphabet.ts'
import { type ChangeName, changedBy } from './changes.ts'
import { type Ghost, ghostAt, withEvent, withFlow } from './ghost.ts'
import { verdictOn } from './proofs.ts'
import { type Beginning, START_MS } from './world.ts'

/** The machine that is explored: the engine's own, or one that a test has broken. */
export interface Machine {
  readonly start: typeof start
  readonly advance: typeof advance
}

/** One move of a history. Plain JSON, so that a history can be printed and made again. */
export type Move =
  /** A flow begins: the first as the beginning says, a later one as `run` says. */
  | {
      readonly does: 'start'
      readonly afterMs: number
      readonly run?: Run
      readonly remembered?: FlowStart['remembered']
    }
  /** An event is sent; a negative time is that of a node whose clock is behind. */
  | { readonly does: 'send'; readonly afterMs: number; readonly event: Untimed }
  /** The engine checks what was submitted, and answers with its verdict. */
  | { readonly does: 'check'; readonly proof: string; readonly remember: boolean | null }
  /** The engine answers anything else that it was asked. */
  | { readonly does: 'answer' }
  /** The host or another flow changes something. */
  | { readonly does: 'change'; readonly change: ChangeName }

/** Where a history stands. */
export interface Standing {
  readonly position: Position
  readonly ask: Ask | null
  readonly facts: Facts
  readonly now: number
  readonly ghost: Ghost
  /** Where the present step began: the state and the event of the client. */
  readonly origin: Origin
}

/** A state, and the event that was sent to it; `start` when a flow began. */
export interface Origin {
  readonly state: Position['state']
  readonly event: FlowEvent['type'] | 'start'
}

/** One event of a history, with all that a law may want to know of it. */
export interface Edge {
  readonly machine: Machine
  readonly beginning: Beginning
  readonly move: Move
  readonly facts: Facts
  /** Undefined: the flow started here. */
  readonly from: Position | undefined
  /** What the machine had asked for. */
  readonly asked: Ask | null
  readonly event: FlowEvent | FlowStart
  /** What was submitted, for a verdict on it. */
  readonly proof: string | null
  readonly now: number
  readonly to: Advance
  readonly before: Ghost
  readonly after: Ghost
  readonly origin: Origin
}

/** What a move comes to: an edge of the machine, or a change around it. */
export interface Made {
  readonly edge: Edge | null
  readonly next: Standing
}

/**
 * Makes one move.
 *
 * @param at - Undefined: nothing has happened yet, and the move begins the first flow.
 * @throws {TypeError} When the move cannot be made here, as an answer where nothing was asked.
 */
export function make(machine: Machine, beginning: Beginning, at: Standing | undefined, move: Move): Made {
  if (at === undefined || move.does === 'start') return begin(machine, beginning, at, move)
  const { position, facts, ghost, now } = at
  switch (move.does) {
    case 'send': {
      const event = { ...move.event, at: now + move.afterMs } as FlowEvent // the event of an untimed one
      return sent(machine, beginning, at, { move, event, proof: null })
    }
    case 'check': {
      const device = freeName(
        'device',
        position.profile.devices.map(({ id }) => id),
      ) as DeviceId // a name
      const event = verdictOn(position, move.proof, now, { remember: move.remember, device })
      return sent(machine, beginning, at, { move, event, proof: move.proof })
    }
    case 'answer': {
      const answer = at.ask === null ? null : answerTo(at.ask, position, facts, ghost)
      if (answer === null) throw new TypeError(`nothing to answer in ${position.state}`)
      const event = { ...answer, at: now } as FlowEvent // as above
      return sent(machine, beginning, at, { move, event, proof: null })
    }
    case 'change': {
      const changed = changedBy(move.change, position, facts, now)
      const after: Ghost = { ...ghost, changes: ghost.changes + 1, failures: changed.failures }
      return { edge: null, next: { ...at, position: changed.position, facts: changed.facts, ghost: after } }
    }
  }
}

function begin(machine: Machine, beginning: Beginning, at: Standing | undefined, move: Move): Made {
  if (move.does !== 'start') throw new TypeError(`nothing has started that could ${move.does}`)
  const now = (at?.now ?? START_MS) + move.afterMs
  const event: FlowStart = {
    at: now,
    run: move.run ?? beginning.run,
    remembered: at === undefined ? beginning.remembered : (move.remembered ?? null),
  }
  const before = at?.ghost ?? ghostAt(beginning)
  const facts = at?.facts ?? beginning.facts
  const profile = at?.position.profile ?? beginning.profile
  const to = machine.start(event, facts, profile)
  const origin: Origin = { state: 'deciding', event: 'start' }
  const edge: Edge = {
    machine,
    beginning,
    move,
    facts,
    from: undefined,
    asked: null,
    event,
    proof: null,
    now,
    to,
    before,
    after: withFlow(before, profile),
    origin,
  }
  return { edge, next: standingAfter(edge) }
}

function sent(
  machine: Machine,
  beginning: Beginning,
  at: Standing,
  { move, event, proof }: Pick<Edge, 'move' | 'proof'> & { readonly event: FlowEvent },
): Made {
  const { position: from, facts, ghost: before, ask: asked } = at
  const to = machine.advance(from, facts, event)
  const after = withEvent(before, { from, facts, event, proof, to })
  const origin = asked === null ? { state: from.state, event: event.type } : at.origin
  const now = Math.max(at.now, event.at)
  const edge: Edge = {
    machine,
    beginning,
    move,
    facts,
    from,
    asked,
    event,
    proof,
    now,
    to,
    before,
    after,
    origin,
  }
  return { edge, next: standingAfter(edge) }
}

/** A flow that was won gives its session what its outcome says of the factors. */
function standingAfter({ to, facts, now, after: ghost, origin, from }: Edge): Standing {
  const { run, stage } = to.flow
  const ending = stage.phase === 'ended' && from?.flow.stage.phase !== 'ended' ? stage.ending : null
  const secondFactorAt = ending === null ? undefined : provenAtEndOf(ending, now)
  const first =
    run.kind === 'login'
      ? { firstFactorAt: now, firstFactorChannel: run.firstFactor.channel }
      : { firstFactorAt: null, firstFactorChannel: null, ...facts.caller }
  const caller = secondFactorAt === undefined ? facts.caller : { ...first, secondFactorAt }
  return {
    position: to,
    ask: to.ask,
    facts: caller === facts.caller ? facts : { ...facts, caller },
    now,
    ghost,
    origin,
  }
}

/** When the second factor was proven that an ending speaks of; null: none was; undefined: it speaks of none. */
function provenAtEndOf(ending: Ending, now: number): number | null | undefined {
  switch (ending.kind) {
    case 'authenticated':
    case 'verified':
      return ending.secondFactorAt
    case 'changed':
      return now
    default:
      return undefined
  }
}
