import { type Facts, isFinal, type Run } from '@sallyport/core/flow'
import { alphabet, unasked } from './alphabet.ts'
import { changeNames } from './changes.ts'
import { type Edge, type Machine, type Move, make, type Standing } from './history.ts'
import { keyOf } from './key.ts'
import { isUsedUp, nextAppCodeAt, proofsFor } from './proofs.ts'
import { type Beginning, type Bounds, login } from './world.ts'

/** How large a search was. */
export interface Searched {
  /** Standings that differ in something that a rule compares. */
  readonly states: number
  /** Events that were sent, each looked at by every law. */
  readonly transitions: number
  /** States of the machine that were come by. */
  readonly reached: ReadonlySet<string>
}

/** How a standing was come by: its last move, and the way before it. */
interface Trail {
  readonly move: Move
  readonly before: Trail | undefined
}

/** Sees an edge; `movesTo` gives the moves that led there, this one last: no shorter ones do. */
export type Visit = (edge: Edge, movesTo: () => readonly Move[]) => void

/** As {@link Visit}, and says whether to look at what follows. */
export type Judge = (edge: Edge, movesTo: () => readonly Move[]) => 'go_on' | 'stop_here'

/** Searches breadth-first from one beginning, and has every edge judged. */
export function search(machine: Machine, beginning: Beginning, bounds: Bounds, judge: Judge): Searched {
  const seen = new Set<string>()
  const reached = new Set<string>()
  let transitions = 0
  let layer: (readonly [Standing | undefined, Trail | undefined])[] = [[undefined, undefined]]
  while (layer.length > 0) {
    const following: typeof layer = []
    for (const [standing, before] of layer) {
      for (const move of movesFrom(standing, bounds)) {
        const { edge, next } = make(machine, beginning, standing, move)
        if (edge !== null) {
          transitions += 1
          const verdict = judge(edge, () => movesOf({ move, before }))
          if (verdict === 'stop_here' || isUnmoved(edge)) continue
        }
        const key = keyOf(next, bounds.times)
        if (seen.has(key)) continue
        seen.add(key)
        reached.add(next.position.state)
        following.push([next, { move, before }])
      }
    }
    layer = following
  }
  return { states: seen.size, transitions, reached }
}

/** Whether everything that could follow follows from where the event was sent, too. */
function isUnmoved({ from, to, asked, before, after }: Edge): boolean {
  return (
    to.ask === null &&
    asked === null &&
    to.state === from?.state &&
    to.flow === from.flow &&
    to.profile === from.profile &&
    before === after
  )
}

function movesOf(trail: Trail): readonly Move[] {
  const moves: Move[] = []
  for (let one: Trail | undefined = trail; one !== undefined; one = one.before) moves.unshift(one.move)
  return moves
}

const FIRST: readonly Move[] = [{ does: 'start', afterMs: 0 }]

/** Everything that may happen next. */
function* movesFrom(standing: Standing | undefined, bounds: Bounds): Generator<Move> {
  if (standing === undefined) return yield* FIRST
  const { position, ask, facts, now, ghost } = standing
  if (ask?.kind === 'check_proof') {
    const remembers = facts.policy.remember === false ? [null] : [null, false]
    for (const proof of proofsFor(position, ghost, now))
      for (const remember of remembers) yield { does: 'check', proof, remember }
    return
  }
  if (ask !== null) return yield { does: 'answer' }
  const isOver = isFinal(position.state)
  const events = alphabet(position, facts)
  if (isOver) {
    for (const event of events) yield { does: 'send', afterMs: 0, event }
    if (ghost.flows < bounds.flows) yield* nextFlows(standing)
    return
  }
  for (const afterMs of momentsOf(standing))
    for (const event of events) yield { does: 'send', afterMs, event }
  for (const event of unasked()) yield { does: 'send', afterMs: 0, event }
  for (const event of LATE_CLOCK) yield { does: 'send', afterMs: -1000, event }
  if (ghost.changes < bounds.changesMeanwhile)
    for (const change of changeNames)
      if (change !== 'session_changed' || position.flow.run.kind !== 'login') yield { does: 'change', change }
}

/** Events that reach a node whose clock is behind. */
const LATE_CLOCK = [
  { type: 'proof_submitted' },
  { type: 'resend_requested' },
  { type: 'cancel_requested' },
] as const

/** The moments at which something changes for a flow, from now on: now, and right at each limit. */
function momentsOf({ position: { flow, profile }, facts, now }: Standing): readonly number[] {
  const limits = [flow.expiresAt, ...Object.values(flow.cooldowns)]
  if (flow.stage.phase === 'proving') limits.push(flow.stage.challenge.expiresAt)
  if (typeof profile.lock?.until === 'number') limits.push(profile.lock.until)
  if (flow.run.kind === 'setup') limits.push(...freshUntil(facts))
  return [0, ...new Set(limits.filter((limit) => limit > now && limit <= flow.expiresAt))].map((limit) =>
    limit === 0 ? 0 : limit - now,
  )
}

function freshUntil({ caller, policy }: Facts): readonly number[] {
  return [caller?.firstFactorAt, caller?.secondFactorAt]
    .filter((provenAt) => provenAt != null)
    .map((provenAt) => provenAt + policy.freshnessSeconds * 1000)
}

const setup: Run = { kind: 'setup' }

/** The flows that may follow one that has ended: at once, when a lock ends, when the app shows another code. */
function* nextFlows({ position: { flow, profile }, now, ghost }: Standing): Generator<Move> {
  const limits = [now]
  if (typeof profile.lock?.until === 'number' && profile.lock.until > now) limits.push(profile.lock.until)
  if (profile.enrollments.some(({ methodData }) => isUsedUp(methodData, now))) limits.push(nextAppCodeAt(now))
  const isWon = flow.stage.phase === 'ended' && flow.stage.ending.kind === 'authenticated'
  for (const limit of limits) {
    const afterMs = limit - now
    yield { does: 'start', afterMs, run: login }
    for (const remembered of ghost.tokens) yield { does: 'start', afterMs, run: login, remembered }
    if (isWon || flow.run.kind !== 'login') yield { does: 'start', afterMs, run: setup }
  }
}
