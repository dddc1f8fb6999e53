import type { Step } from '@sallyport/core'
import { type Failure, fail } from './answer.ts'
import { noPendingFlow } from './flows.ts'
import type { Reason } from './reasons.ts'

/** What an endpoint calls core's fields: `{ method: 'which' }`. */
export type FieldNames = Readonly<Record<string, string>>

/** Puts a step that was not taken as hoped into a failure; null: it was. */
export function refusalOf(step: Step, names: FieldNames = {}): Failure | null {
  const { outcome, refusal } = step
  if (outcome?.kind === 'denied') return denied(step, outcome.reason)
  if (outcome?.kind === 'locked') {
    return fail('locked', {
      flow: null,
      retryAt: numberOf(outcome.until),
      response: { recovery_options: {} },
    })
  }
  if (outcome?.kind === 'expired' || outcome?.kind === 'cancelled') return noPendingFlow()
  if (refusal === null) return null
  const { reason, field, retryAt = null } = refusal
  if (reason === 'flow_ended' || reason === 'flow_gone' || reason === 'wrong_caller') return noPendingFlow()
  if (reason === 'event_not_accepted' && step.accepts.length === 0) return noPendingFlow()
  // The proof that used up the last of the user's failures was counted, and the user is locked by it.
  if (reason === 'proof_rejected' && 'lockedUntil' in step && step.lockedUntil !== null) {
    return fail('locked', { retryAt: numberOf(step.lockedUntil) })
  }
  const name = fieldOf(reason, field, names)
  return fail(reason, { ...(name === undefined ? {} : { field: name }), retryAt })
}

function denied(step: Step, reason: Reason): Failure {
  if (reason !== 'attempts_exhausted') return fail(reason, { flow: null })
  const until = 'lockedUntil' in step ? numberOf(step.lockedUntil) : null
  return fail(reason, { flow: null, retryAt: until ?? 0 }) // a new login may begin at once
}

/** Until when, in time: a lock that only a rescue lifts has no such moment. */
export const numberOf = (until: number | 'rescued' | null): number | null =>
  typeof until === 'number' ? until : null

/** A proof is called a code here, and what core calls a method may be a setup. */
function fieldOf(reason: Reason, field: string | undefined, names: FieldNames): string | undefined {
  const own: FieldNames = { proof: 'code', address: 'phone', ...names }
  const named = field === undefined ? undefined : (own[field] ?? field)
  return named ?? own[reason]
}
