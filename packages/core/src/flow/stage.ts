import type { ChallengeId, Digest, EnrollmentId, EpochMs, Sealed } from '../ids.ts'
import type { Json } from '../json.ts'
import type { Channel } from '../methods/method.ts'
import type { Ending } from './outcome.ts'

/** What a flow is for: a login, a change of setup, or a repeated proof before a sensitive action. */
export type FlowKind = 'login' | 'setup' | 'step_up'

/** What the host has proven before a login: how (RFC 8176 values), when, and over which channel, if any. */
interface FirstFactor {
  readonly amr: readonly string[]
  readonly at: EpochMs
  /** Set when it came over a channel (a magic link, a texted code): that channel is then no second factor. */
  readonly channel: Channel | null
}

/** Why the flow runs. */
export type Run =
  | { readonly kind: 'login'; readonly firstFactor: FirstFactor; readonly remember: boolean }
  | { readonly kind: 'setup' }
  | { readonly kind: 'step_up' }

/** A method that the user has chosen to enroll but not yet proven. */
export interface PendingEnrollment {
  readonly id: EnrollmentId
  readonly method: string
  readonly name: string | null
  readonly address: string | null
  readonly secret: Sealed | null
  readonly methodData: Json
  /** The enrollment that it replaces when it is proven; null to add. */
  readonly replaces: EnrollmentId | null
}

/** What the user asked to enroll, before the method has made its secret. */
export type EnrollmentRequest = Pick<PendingEnrollment, 'method' | 'name' | 'address' | 'replaces'>

/** What a challenge is a challenge of. */
export type Target =
  | { readonly of: 'enrollment'; readonly enrollment: EnrollmentId }
  | { readonly of: 'pending'; readonly pending: PendingEnrollment }
  | { readonly of: 'recovery_code' }
  | { readonly of: 'email_rescue' }

/** One demand on the user inside a flow. */
export interface Challenge {
  readonly id: ChallengeId
  readonly target: Target
  readonly issuedAt: EpochMs
  readonly expiresAt: EpochMs
  /** What the proof is checked against, where the method issued a code. */
  readonly digest: Digest | null
  /** Public data for the client, where the method gives any. */
  readonly hint: Json
  /** `sent` is presumed until the sender says otherwise. */
  readonly delivery: 'none' | 'sent' | 'failed' | 'unknown'
}

/** What a flow is busy with, tagged by phase: the part of its data that belongs to its state. */
export type Stage =
  | { readonly phase: 'idle' }
  | { readonly phase: 'preparing'; readonly request: EnrollmentRequest }
  | { readonly phase: 'opening'; readonly target: Target }
  | { readonly phase: 'proving'; readonly challenge: Challenge }
  | { readonly phase: 'ended'; readonly ending: Ending }
