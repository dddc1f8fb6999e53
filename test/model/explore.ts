import type { Facts } from '../../packages/core/src/flow/context.ts'
import type { Ask } from '../../packages/core/src/flow/effects.ts'
import type { FlowEvent, FlowStart } from '../../packages/core/src/flow/events.ts'
import type { Run } from '../../packages/core/src/flow/stage.ts'
import { type Advance, advance, isFinal, type Position, start } from '../../packages/core/src/flow/step.ts'
import type { ChallengeId, EpochMs } from '../../packages/core/src/ids.ts'
import type { Profile } from '../../packages/core/src/profile/profile.ts'
import { deviceId, digest, enrollmentId, START } from './world.ts'

/** Where a search begins: who the user is, what they have, and what they are about to do. */
export interface Beginning {
  readonly run: Run
  readonly facts: Facts
  readonly profile: Profile
  readonly remembered?: FlowStart['remembered']
}

/** One event of the search, with all that a law may want to know of it. */
export interface Edge {
  readonly facts: Facts
  /** Undefined: the flow started here. */
  readonly from: Position | undefined
  readonly event: FlowEvent | FlowStart
  readonly now: EpochMs
  readonly to: Advance
  /** The profile when the flow began. */
  readonly beginning: Beginning
  /** The events that led here, the shortest way. */
  readonly path: readonly string[]
}

interface Node {
  readonly position: Position
  readonly ask: Ask | null
  readonly now: EpochMs
  readonly path: readonly string[]
}

export interface Explored {
  readonly states: number
  readonly edges: number
  readonly reached: ReadonlySet<string>
}

const PENDING = enrollmentId('p')
const CHALLENGE = 'c' as ChallengeId // opaque to the machine

/** Every answer that the engine could give to what the machine asks for. */
export function answersTo(ask: Ask, at: EpochMs, { profile }: Position): readonly FlowEvent[] {
  switch (ask.kind) {
    case 'prepare_enrollment':
      return [
        {
          type: 'enrollment_prepared',
          at,
          pending: { ...ask.request, id: PENDING, secret: null, methodData: null },
        },
      ]
    case 'open_challenge':
      return [{ type: 'challenge_opened', at, challenge: CHALLENGE, digest: null, hint: null }]
    case 'draw_recovery_codes':
      return [{ type: 'recovery_codes_drawn', at, digests: [digest('n1'), digest('n2')], sealed: null }]
    case 'check_proof':
      return [
        {
          type: 'proof_accepted',
          at,
          methodData: null,
          recoveryCode: profile.recoveryCodes?.unused[0] ?? null,
          remember: null,
          device: deviceId('d'),
        },
        { type: 'proof_rejected', at, cause: 'code_mismatch' },
        { type: 'proof_malformed', at },
      ]
  }
}

/** Everything that a client, honest or not, could send, and what may befall a flow from outside. */
export function alphabet(at: EpochMs): readonly FlowEvent[] {
  return [
    { type: 'proof_submitted', at },
    ...['email', 'e1', 'e2', 'nonsense'].map((method) => ({ type: 'method_selected', at, method }) as const),
    { type: 'selection_requested', at },
    { type: 'resend_requested', at },
    ...(['recovery_code', 'email', 'help'] as const).map(
      (option) => ({ type: 'rescue_requested', at, option }) as const,
    ),
    { type: 'enrollment_requested', at, method: 'authenticator', mode: 'replace' },
    { type: 'enrollment_requested', at, method: 'email', mode: 'add' },
    { type: 'enrollment_requested', at, method: 'sms', mode: 'replace', address: '+15550001' },
    { type: 'enrollment_requested', at, method: 'sms', mode: 'add', address: null },
    { type: 'enrollment_requested', at, method: 'sms', mode: 'add' },
    { type: 'enrollment_requested', at, method: 'nonsense', mode: 'add' },
    { type: 'rename_requested', at, enrollment: 'e1', name: 'new' },
    ...['e1', 'e2', 'nonsense'].flatMap((enrollment) => [
      { type: 'preference_requested', at, enrollment } as const,
      { type: 'removal_requested', at, enrollment } as const,
    ]),
    { type: 'disable_requested', at },
    { type: 'recovery_codes_requested', at },
    { type: 'cancel_requested', at },
    { type: 'delivery_failed', at, challenge: CHALLENGE, definite: true },
    { type: 'delivery_failed', at, challenge: CHALLENGE, definite: false },
    { type: 'delivery_failed', at, challenge: 'other' as ChallengeId, definite: true }, // opaque
    { type: 'help_failed', at, definite: true },
    { type: 'help_failed', at, definite: false },
  ]
}

/** Answers that nobody asked for: an engine gone wrong, or an attacker who found a hole in the public door. */
export function unasked(at: EpochMs, position: Position): readonly FlowEvent[] {
  return (['prepare_enrollment', 'open_challenge', 'draw_recovery_codes', 'check_proof'] as const).flatMap(
    (kind) =>
      answersTo(
        kind === 'prepare_enrollment'
          ? { kind, request: { method: 'authenticator', name: null, address: null, replaces: null } }
          : kind === 'open_challenge'
            ? { kind, target: { of: 'recovery_code' } }
            : { kind },
        at,
        position,
      ),
  )
}

/** The moments at which something changes for a flow: now, and right after each of its limits. */
function moments({ flow, profile }: Position, now: EpochMs): readonly EpochMs[] {
  const limits = [flow.expiresAt, ...Object.values(flow.cooldowns)]
  if (flow.stage.phase === 'proving') limits.push(flow.stage.challenge.expiresAt)
  if (typeof profile.lock?.until === 'number') limits.push(profile.lock.until)
  return [now, ...new Set(limits.filter((limit) => limit > now))]
}

/**
 * What two nodes share when the search need not tell them apart: a time counts only as past or still to come,
 * since every rule compares it with now.
 */
function keyOf({ position, ask, now }: Node): string {
  const cut = (_key: string, value: unknown) => {
    const isTime = typeof value === 'number' && value > START - 1e9
    return isTime ? value > now : value
  }
  return JSON.stringify([position.state, ask?.kind ?? null, position.flow, position.profile], cut)
}

/** Searches breadth-first over the machine's own `advance`, and shows every edge to the laws. */
export function explore(beginnings: readonly Beginning[], visit: (edge: Edge) => void): Explored {
  const seen = new Set<string>()
  const reached = new Set<string>()
  let edges = 0
  for (const beginning of beginnings) {
    const { facts, profile, run, remembered = null } = beginning
    const started = start({ at: START, run, remembered }, facts, profile)
    const first: readonly string[] = [`start ${run.kind}`]
    visit({
      facts,
      from: undefined,
      event: { at: START, run, remembered },
      now: START,
      to: started,
      beginning,
      path: first,
    })
    edges += 1
    const queue: Node[] = [{ position: started, ask: started.ask, now: START, path: first }]
    for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
      const key = `${JSON.stringify(facts)}${keyOf(node)}`
      if (seen.has(key)) continue
      seen.add(key)
      reached.add(node.position.state)
      for (const edge of edgesFrom(node, beginning)) {
        edges += 1
        visit(edge)
        if (edge.to.refusal !== null && edge.to.flow === node.position.flow && edge.to.ask === null) continue
        queue.push({ position: edge.to, ask: edge.to.ask, now: edge.now, path: edge.path })
      }
    }
  }
  return { states: seen.size, edges, reached }
}

function* edgesFrom({ position, ask, now, path }: Node, beginning: Beginning): Generator<Edge> {
  const { facts } = beginning
  const cases: (readonly [EpochMs, FlowEvent])[] =
    ask === null
      ? moments(position, now).flatMap((at) =>
          [...alphabet(at), ...(isFinal(position.state) || at !== now ? [] : unasked(at, position))].map(
            (event) => [at, event] as const,
          ),
        )
      : answersTo(ask, now, position).map((event) => [now, event] as const)
  for (const [at, event] of cases) {
    const to = advance(position, facts, event)
    yield {
      facts,
      from: position,
      event,
      now: at,
      to,
      beginning,
      path: [...path, `+${at - now} ${JSON.stringify(event)}`],
    }
  }
}
