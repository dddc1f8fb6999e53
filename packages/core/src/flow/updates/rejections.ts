import { lockAfter } from '../../policy/throttle.ts'
import type { FlowContext } from '../context.ts'
import type { EventOf } from '../events.ts'
import { methodKindOf } from '../options.ts'
import { selectRecoveryCode } from './challenges.ts'
import { end, lockOut } from './endings.ts'
import { proofOf, told, type Update } from './update.ts'

export function refuseMalformed(): Update {
  return { refusal: { reason: 'proof_malformed', field: 'proof' } }
}

/**
 * Counts a failed proof: always against the flow, and unless it was a recovery code (120 bits cannot be
 * guessed) against the user, whom it may lock.
 */
export function countRejection(context: FlowContext, event: EventOf<'proof_rejected'>): Update {
  const { flow, profile, at, facts } = context
  if (flow.stage.phase !== 'proving') return {}
  const { id, target } = flow.stage.challenge
  const attemptsLeft = flow.attemptsLeft - 1
  const failures = profile.failures + (target.of === 'recovery_code' ? 0 : 1)
  const lock = target.of === 'recovery_code' ? null : lockAfter(failures, at, facts.policy.throttle)
  const method = methodKindOf(context, target)
  const counted = told(
    context,
    { ...profile, failures, lock: lock ?? profile.lock },
    [
      {
        kind: 'proof_rejected',
        challenge: id,
        ...proofOf(target, method),
        cause: event.cause,
        attemptsLeft,
        failures,
      },
      ...(lock === null ? [] : [{ kind: 'user_locked', until: lock.until } as const]),
    ],
    [
      ...(target.of === 'pending' ? [] : [{ kind: 'second_factor_failed', method } as const]),
      ...(lock === null ? [] : [{ kind: 'locked' } as const]),
    ],
  )
  return { ...counted, flow: { ...flow, attemptsLeft }, refusal: { reason: 'proof_rejected' } }
}

export function denyExhausted(context: FlowContext, event: EventOf<'proof_rejected'>): Update {
  return end(
    { ...context, ...countRejection(context, event) },
    { kind: 'denied', reason: 'attempts_exhausted' },
  )
}

export function lockOutByRejection(context: FlowContext, event: EventOf<'proof_rejected'>): Update {
  return lockOut({ ...context, ...countRejection(context, event) })
}

/** The rejection that locked the user leaves a recovery code as the way on. */
export function rescueByRejection(context: FlowContext, event: EventOf<'proof_rejected'>): Update {
  const counted = countRejection(context, event)
  return { ...counted, ...selectRecoveryCode({ ...context, ...counted }) }
}
