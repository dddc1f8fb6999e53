import type { DeviceId, Digest, EpochMs } from '../ids.ts'
import type { Channel } from '../methods/method.ts'
import type { Policy } from '../policy/policy.ts'
import type { Profile } from '../profile/profile.ts'
import type { Tell } from './effects.ts'
import type { Refusal } from './refusal.ts'
import type { Run, Stage } from './stage.ts'

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

/** How the caller's session has proven its factors. Of a setup and a step-up only. */
export interface CallerFacts {
  /** Null: never, or not known. */
  readonly firstFactorAt: EpochMs | null
  /** The channel that the first factor came over, if any: it is no second factor in this session. */
  readonly firstFactorChannel: Channel | null
  /** When a second factor was last proven; null: never. */
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
