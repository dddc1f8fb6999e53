import type { ChallengeId, DeviceId, Digest, EnrollmentId, EpochMs, Sealed } from '../ids.ts'
import type { Json } from '../json.ts'
import type { Channel } from '../methods/method.ts'
import type { Policy } from '../policy/policy.ts'
import type { Profile } from '../profile/profile.ts'
import type { Ending } from './outcome.ts'
import type { Refusal } from './refusal.ts'
import type { Tell } from './effects.ts'

export type FlowKind = 'login' | 'setup' | 'step_up'

/** What the host has proven before a login: how (RFC 8176 values), when, and over which channel, if any. */
export interface FirstFactor {
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

/** A flow's own fields: all that its snapshot stores beside the state. */
export interface FlowFields {
  readonly run: Run
  readonly startedAt: EpochMs
  /** The time of the last step that changed it; time never steps back within a flow. */
  readonly lastAt: EpochMs
  readonly expiresAt: EpochMs
  /** The profile's epoch that the flow decides on. */
  readonly epoch: number
  /** A keyed digest of the host's security stamp at the start. */
  readonly stamp: Digest
  /** Failed proofs that are left, over all challenges of the flow: neither resending nor switching refills it. */
  readonly attemptsLeft: number
  /** Until when no further code goes to a destination. */
  readonly cooldowns: Readonly<Record<string, EpochMs>>
  readonly stage: Stage
}

/** What the host says of the user, at this step. */
export interface UserFacts {
  readonly label: string
  readonly email: string | null
  readonly phone: string | null
  readonly active: boolean
  readonly required: boolean
  readonly mayEnrollAtLogin: boolean
  /** Keyed digests of the security stamp, one for each key of the ring; the current key's first. */
  readonly stamps: readonly [Digest, ...Digest[]]
}

/** What the machine knows of a registered method. */
export interface MethodFacts {
  readonly kind: string
  readonly amr: readonly string[]
  readonly channel: Channel | null
  readonly addressed: 'none' | 'given' | 'user_email'
  /** Whether a challenge sends a code. */
  readonly sends: boolean
  /** Null: as long as the flow. */
  readonly challengeSeconds: number | null
}

/** When the caller's session last proved its factors; null for never. Of a setup and a step-up only. */
export interface CallerFacts {
  readonly firstFactorAt: EpochMs | null
  readonly secondFactorAt: EpochMs | null
}

/** Everything from outside the flow that a step depends on, as plain JSON. */
export interface Facts {
  readonly user: UserFacts
  readonly policy: Policy
  /** The registered methods by kind, whether switched on or not. */
  readonly methods: Readonly<Record<string, MethodFacts>>
  readonly caller: CallerFacts | null
}

/** The machine's context for one step. */
export interface FlowContext {
  /** Now: the greater of the event's time and the flow's last. */
  readonly at: EpochMs
  readonly facts: Facts
  readonly flow: FlowFields
  readonly profile: Profile
  /** A remembered device whose token was genuine; at the start of a login only. */
  readonly remembered: { readonly device: DeviceId; readonly epoch: number } | null
  /** What is to be told once this step is committed. */
  readonly tells: readonly Tell[]
  /** Why the event was not taken. */
  readonly refusal: Refusal | null
}
