import type { EpochMs } from '@sallyport/core'
import type { Reason } from './reasons.ts'
import type { NewSession } from './sessions/session.ts'

/** What an answer changes in the browser, beside what it says. */
export interface Effects {
  /** The pending flow from now on; null: there is none any more. */
  readonly flow?: string | null
  /** A session to begin; null: the one to end. */
  readonly session?: NewSession | null
  /** The token of the browser that is remembered from now on; null: forget it. */
  readonly remembered?: { readonly token: string; readonly expiresAt: EpochMs } | null
  readonly headers?: Readonly<Record<string, string>>
}

/** The fields of a `response`. */
export type Fields = Readonly<Record<string, unknown>>

/** A request was granted. */
export interface Success extends Effects {
  readonly kind: 'success'
  readonly response: Fields
}

/** What is wrong with a field. */
export type FieldFault = 'required' | 'invalid'

/** A request was not granted. Its status and its texts come from tables. */
export interface Failure extends Effects {
  readonly kind: 'failure'
  readonly reason: Reason
  /** Another field than the reason's own. */
  readonly field?: string
  /** Every field at fault, where the body is. */
  readonly faults?: Readonly<Record<string, FieldFault>>
  /** From when on the same request may be granted; null: time alone does not help. */
  readonly retryAt?: EpochMs | null
  /** What else the answer says. */
  readonly response?: Fields
}

/** What an endpoint answers, before it is put into words and headers. */
export type Answer = Success | Failure

/** Grants a request. */
export function succeed(response: Fields, effects: Effects = {}): Success {
  return { kind: 'success', response, ...effects }
}

/** Refuses a request. */
export function fail(reason: Reason, details: Omit<Failure, 'kind' | 'reason'> = {}): Failure {
  return { kind: 'failure', reason, ...details }
}

/** Whether what was looked for is a failure to answer with. */
export function isFailure<Found extends object>(found: Found | Failure): found is Failure {
  return 'kind' in found && found.kind === 'failure'
}
