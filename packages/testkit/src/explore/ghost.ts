import type { EnrollmentId, Profile } from '@sallyport/core'
import type { Advance, Facts, FlowEvent, FlowStart, Position } from '@sallyport/core/flow'
import type { Beginning } from './world.ts'

/**
 * What the explorer knows of a history and the machine is not asked: what was told to whom, and what is owed.
 * Laws hold the machine's own books against these.
 */
export interface Ghost {
  /** Flows begun so far. */
  readonly flows: number
  /** Changes by the host or other flows so far. */
  readonly changes: number
  /** One-time codes drawn so far; it names the next one. */
  readonly drawn: number
  /** Every code that has won. The attacker has seen them all. */
  readonly spent: readonly string[]
  /** The code that the present one has replaced; null: none. */
  readonly replaced: string | null
  /** Failed proofs that were told, since the owner last proved a factor in force or a recovery code. */
  readonly failures: number
  /** Failed proofs in the present flow. */
  readonly failuresInFlow: number
  /** The enrollments that were in force when the present flow began. */
  readonly inForce: readonly EnrollmentId[]
  /** When the user last proved a second factor that counts for changing factors; null: never. */
  readonly provenAt: number | null
  /** Tokens of remembered devices that were handed out, the latest last. */
  readonly tokens: readonly NonNullable<FlowStart['remembered']>[]
}

/** What there is to know before the first flow. */
export function ghostAt({ facts, profile, remembered }: Beginning): Ghost {
  return {
    flows: 0,
    changes: 0,
    drawn: 0,
    spent: [],
    replaced: null,
    failures: profile.failures,
    failuresInFlow: 0,
    inForce: [],
    provenAt: facts.caller?.secondFactorAt ?? null,
    tokens: remembered === null ? [] : [remembered],
  }
}

/** The ghost when a flow begins. */
export function withFlow(ghost: Ghost, profile: Profile): Ghost {
  const inForce = profile.enrollments.map(({ id }) => id)
  return { ...ghost, flows: ghost.flows + 1, failuresInFlow: 0, replaced: null, inForce }
}

/** The name of the code that is drawn next. */
export const nextCode = ({ drawn }: Ghost): string => `code-${drawn + 1}`

/** An event that was sent to a flow, what was submitted with it, and where it led. */
export interface Taken {
  readonly from: Position
  readonly facts: Facts
  readonly event: FlowEvent
  /** What was submitted, for a verdict on it; else null. */
  readonly proof: string | null
  readonly to: Advance
}

/** What follows from an event. */
export function withEvent(ghost: Ghost, taken: Taken): Ghost {
  const { from, event, to } = taken
  return withoutRevoked(withAnswer(ghost, taken), from.profile, to.profile, event.at)
}

/** Where an enrollment was taken out of force, only what was proven then or later still counts. */
function withoutRevoked(ghost: Ghost, before: Profile, after: Profile, at: number): Ghost {
  const left = new Set(after.enrollments.map(({ id }) => id))
  const isRevoked = before.enrollments.some(({ id }) => !left.has(id))
  return isRevoked && (ghost.provenAt ?? at) < at ? { ...ghost, provenAt: null } : ghost
}

function withAnswer(ghost: Ghost, { from, facts, event, proof, to }: Taken): Ghost {
  const { stage } = from.flow
  switch (event.type) {
    case 'challenge_opened': {
      if (event.digest === null) return ghost
      const before = ghost.drawn === 0 ? null : `code-${ghost.drawn}`
      return { ...ghost, drawn: ghost.drawn + 1, replaced: before }
    }
    case 'proof_rejected': {
      if (stage.phase !== 'proving' || proof === null) return ghost
      const counts = stage.challenge.target.of !== 'recovery_code'
      return {
        ...ghost,
        failures: ghost.failures + (counts ? 1 : 0),
        failuresInFlow: ghost.failuresInFlow + 1,
      }
    }
    case 'proof_accepted': {
      if (stage.phase !== 'proving' || proof === null) return ghost
      const { of } = stage.challenge.target
      const forgives = of === 'enrollment' || of === 'recovery_code'
      const { email } = facts.policy.rescue
      const isWeak = of === 'email_rescue' && !(email && email.mayChangeFactors)
      return {
        ...ghost,
        spent: [...ghost.spent, proof],
        failures: forgives ? 0 : ghost.failures,
        provenAt: isWeak ? ghost.provenAt : event.at,
        tokens: [...ghost.tokens, ...tokenOf(to)],
      }
    }
    default:
      return ghost
  }
}

function tokenOf({ flow, profile }: Advance): Ghost['tokens'] {
  if (flow.stage.phase !== 'ended' || flow.stage.ending.kind !== 'authenticated') return []
  const { remembered } = flow.stage.ending
  return remembered === null ? [] : [{ device: remembered.device, epoch: profile.epoch }]
}
