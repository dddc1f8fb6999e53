import type { Json, Profile } from '@sallyport/core'
import type { Challenge, EngineEvent, Position, Target } from '@sallyport/core/flow'
import type { Ghost } from './ghost.ts'
import { named } from './world.ts'

/** A time step of TOTP (RFC 6238 §4.1): the one thing the model's authenticator has in place of a code. */
const STEP_MS = 30_000

/** What the app shows now: it hangs on the secret, which is the enrollment's own, and on the time step. */
function appCode(target: Target, at: number): string {
  const id =
    target.of === 'enrollment' ? target.enrollment : target.of === 'pending' ? target.pending.id : target.of
  return `app code of ${id} at step ${Math.floor(at / STEP_MS)}`
}

/** When the app shows its next code. */
export function nextAppCodeAt(at: number): number {
  return (Math.floor(at / STEP_MS) + 1) * STEP_MS
}

/** Whether the model's method remembers a use in this very time step or a later one. */
export function isUsedUp(methodData: Json, at: number): boolean {
  return typeof methodData === 'number' && methodData >= Math.floor(at / STEP_MS)
}

/**
 * What may be submitted as a proof: what the owner would (`right`), and what an attacker can: a guess, a code
 * that has won before, one that was replaced by a newer one, one for somebody else, and no code at all.
 */
export function proofsFor({ profile, flow }: Position, ghost: Ghost, at: number): readonly string[] {
  if (flow.stage.phase !== 'proving') return []
  const { challenge } = flow.stage
  const right = rightProof(challenge, profile, at)
  const known = [...ghost.spent, ...(ghost.replaced === null ? [] : [ghost.replaced])]
  return [...(right === null ? [] : [right]), 'a guess', 'a code for somebody else', ...known, MALFORMED]
}

/** Not of the shape of a proof. */
const MALFORMED = 'no code at all'

function rightProof(challenge: Challenge, profile: Profile, at: number): string | null {
  if (challenge.target.of === 'recovery_code') return profile.recoveryCodes?.unused[0] ?? null
  return challenge.digest ?? appCode(challenge.target, at)
}

/** What the engine answers to a proof, by what the position has stored to check it against, as the methods do. */
export function verdictOn(
  { flow, profile }: Position,
  proof: string,
  at: number,
  others: Pick<Extract<EngineEvent, { type: 'proof_accepted' }>, 'remember' | 'device'>,
): EngineEvent {
  if (proof === MALFORMED || flow.stage.phase !== 'proving') return { type: 'proof_malformed', at }
  const { target, digest } = flow.stage.challenge
  if (target.of === 'recovery_code') {
    const isLeft = profile.recoveryCodes?.unused.some((code) => code === proof) === true
    return isLeft
      ? { type: 'proof_accepted', at, methodData: null, recoveryCode: named(proof), ...others }
      : { type: 'proof_rejected', at, cause: 'code_unknown' }
  }
  const enrollment =
    target.of === 'enrollment' && profile.enrollments.find(({ id }) => id === target.enrollment)
  const methodData = enrollment ? enrollment.methodData : null
  if (digest !== null) {
    return proof === digest
      ? { type: 'proof_accepted', at, methodData, recoveryCode: null, ...others }
      : { type: 'proof_rejected', at, cause: 'code_mismatch' }
  }
  if (proof !== appCode(target, at)) return { type: 'proof_rejected', at, cause: 'code_mismatch' }
  if (isUsedUp(methodData, at)) return { type: 'proof_rejected', at, cause: 'time_step_reused' }
  return {
    type: 'proof_accepted',
    at,
    methodData: Math.floor(at / STEP_MS),
    recoveryCode: null,
    ...others,
  }
}
