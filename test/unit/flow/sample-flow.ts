import type { Facts, FlowContext } from '../../../packages/core/src/flow/context.ts'
import type { Ask, Tell } from '../../../packages/core/src/flow/effects.ts'
import type { FlowEvent, FlowStart } from '../../../packages/core/src/flow/events.ts'
import type { Refusal } from '../../../packages/core/src/flow/refusal.ts'
import type { Challenge, Run, Stage, Target } from '../../../packages/core/src/flow/stage.ts'
import { type Advance, advance, type Position, start } from '../../../packages/core/src/flow/step.ts'
import type { ChallengeId, EpochMs } from '../../../packages/core/src/ids.ts'
import { emptyProfile, type Profile } from '../../../packages/core/src/profile/profile.ts'
import { deviceId, digest, enrollmentId, factsFor, login, START } from '../../model/world.ts'

/** What a check of the proof comes to. */
export type ProofVerdict = 'accepted' | 'rejected' | 'malformed'

const CHALLENGE = 'c' as ChallengeId // opaque to the machine

/** A flow between two events of a client, with all that was told on the way there. */
export interface Walked extends Position {
  readonly facts: Facts
  readonly tells: readonly Tell[]
  readonly refusal: Refusal | null
}

/** What the engine answers to an ask, with names that a test can expect. */
function answerTo(ask: Ask, { flow: { lastAt: at }, profile }: Position, verdict: ProofVerdict): FlowEvent {
  switch (ask.kind) {
    case 'prepare_enrollment': {
      const pending = { ...ask.request, id: enrollmentId('p'), secret: null, methodData: null }
      return { type: 'enrollment_prepared', at, pending }
    }
    case 'open_challenge':
      return { type: 'challenge_opened', at, challenge: CHALLENGE, digest: null, hint: null }
    case 'draw_recovery_codes':
      return { type: 'recovery_codes_drawn', at, digests: [digest('n1'), digest('n2')], sealed: null }
    case 'check_proof':
      return verdictOf(verdict, at, profile)
  }
}

function verdictOf(verdict: ProofVerdict, at: EpochMs, profile: Profile): FlowEvent {
  switch (verdict) {
    case 'accepted': {
      const recoveryCode = profile.recoveryCodes?.unused[0] ?? null
      return {
        type: 'proof_accepted',
        at,
        methodData: null,
        recoveryCode,
        remember: null,
        device: deviceId('d'),
      }
    }
    case 'rejected':
      return { type: 'proof_rejected', at, cause: 'code_mismatch' }
    case 'malformed':
      return { type: 'proof_malformed', at }
  }
}

/** Answers what the machine asks for, as the engine would, until it asks for nothing more. */
function settle(first: Advance, facts: Facts, verdict: ProofVerdict, answers: Partial<FlowEvent>): Walked {
  let step = first
  const tells = [...step.tells]
  let { refusal } = step
  while (step.ask !== null) {
    const answer = answerTo(step.ask, step, verdict)
    step = advance(step, facts, { ...answer, ...answers } as FlowEvent) // a part of one event over another of its type
    tells.push(...step.tells)
    refusal = step.refusal ?? refusal
  }
  const { state, flow, profile } = step
  return { state, flow, profile, facts, tells, refusal }
}

/** Starts a flow and answers what it asks for. */
export function started({
  run = login,
  facts = factsFor(),
  profile = emptyProfile,
  remembered = null,
  at = START,
}: Partial<FlowStart> & { readonly facts?: Facts; readonly profile?: Profile }): Walked {
  return settle(start({ at, run, remembered }, facts, profile), facts, 'accepted', {})
}

type Loose<Event> = Event extends unknown ? Omit<Event, 'at'> & { readonly at?: EpochMs } : never

/** Sends an event, by default at the start's time, and answers what the machine then asks for. */
export function sent(
  from: Walked,
  event: Loose<FlowEvent>,
  {
    verdict = 'accepted',
    answers = {},
    facts = from.facts,
  }: {
    readonly verdict?: ProofVerdict
    readonly answers?: Partial<FlowEvent>
    readonly facts?: Facts
  } = {},
): Walked {
  const { state, flow, profile } = from
  const timed = { at: flow.lastAt, ...event } as FlowEvent // an event with its time is one
  return settle(advance({ state, flow, profile }, facts, timed), facts, verdict, answers)
}

/** The audit events among what was told, by their kind. */
export const audited = ({ tells }: Pick<Walked, 'tells'>): readonly string[] =>
  tells.flatMap((tell) => (tell.kind === 'audit' ? [tell.event.kind] : []))

/** The notices among what was told. */
export const noticed = ({ tells }: Pick<Walked, 'tells'>) =>
  tells.flatMap((tell) => (tell.kind === 'notify' ? [{ notice: tell.notice, to: tell.to }] : []))

/** How a flow has ended. */
export function endingOf({ flow: { stage } }: Pick<Position, 'flow'>) {
  if (stage.phase !== 'ended') throw new Error(`the flow is ${stage.phase}`)
  return stage.ending
}

/** An open challenge of a target. */
export function challengeOf(target: Target, fields: Partial<Challenge> = {}): Challenge {
  return {
    id: CHALLENGE,
    target,
    issuedAt: START,
    expiresAt: START + 120_000,
    digest: null,
    hint: null,
    delivery: 'none',
    ...fields,
  }
}

/** A context to ask pure functions about. */
export function contextWith({
  run = login,
  stage = { phase: 'idle' },
  at = START,
  facts = factsFor(),
  profile = emptyProfile,
  cooldowns = {},
  attemptsLeft = facts.policy.throttle.attemptsPerFlow,
}: {
  readonly run?: Run
  readonly stage?: Stage
  readonly at?: EpochMs
  readonly facts?: Facts
  readonly profile?: Profile
  readonly cooldowns?: Readonly<Record<string, EpochMs>>
  readonly attemptsLeft?: number
} = {}): FlowContext {
  return {
    at,
    facts,
    profile,
    flow: {
      run,
      startedAt: START,
      lastAt: START,
      expiresAt: START + 600_000,
      epoch: profile.epoch,
      stamp: digest('stamp'),
      attemptsLeft,
      cooldowns,
      stage,
    },
    remembered: null,
    tells: [],
    refusal: null,
  }
}
