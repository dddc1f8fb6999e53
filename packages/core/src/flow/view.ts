import type { ChallengeId, DeviceId, EnrollmentId, EpochMs } from '../ids.ts'
import type { Json } from '../json.ts'
import type { ClientEventType, RescueOption } from './events.ts'
import type { FinalState } from './machine.ts'
import type { Challenge, FlowKind } from './stage.ts'

/** The part of the machine that a state belongs to. */
export type FlowPath = 'login' | 'enrollment' | 'setup' | 'rescue' | 'validity'

/** An enrollment as its owner may see it. */
export interface EnrollmentView {
  readonly id: EnrollmentId
  readonly method: string
  readonly name: string | null
  /** Masked; null where the method has none. */
  readonly address: string | null
  readonly isPreferred: boolean
  /** Whether it can be challenged here: its method is registered, and not the channel of the first factor. */
  readonly isUsable: boolean
  readonly createdAt: EpochMs
  readonly lastUsedAt: EpochMs | null
}

/** A demand on the user. */
export interface ChallengeView {
  readonly id: ChallengeId
  /** What it is a challenge of: a method, or `recovery_code`. */
  readonly method: string
  readonly enrollment: EnrollmentId | null
  /** Where the code went, masked; null where none was sent. */
  readonly address: string | null
  readonly issuedAt: EpochMs
  readonly expiresAt: EpochMs
  /** Failed proofs that are left: the smaller of the flow's and the user's. */
  readonly attemptsLeft: number
  /** From when on the code may be sent again; null where none is sent. */
  readonly resendAt: EpochMs | null
  readonly delivery: Challenge['delivery']
  /** Public data of the method. */
  readonly hint: Json
}

/** A method that can be enrolled. */
export interface EnrollableView {
  readonly method: string
  /** Whether `enrollment_requested` needs an `address`. */
  readonly needsAddress: boolean
}

/** A remembered device as its owner may see it. */
export interface DeviceView {
  readonly id: DeviceId
  readonly createdAt: EpochMs
  readonly lastUsedAt: EpochMs | null
  readonly expiresAt: EpochMs
}

/** What every view says. */
export interface Common {
  readonly kind: FlowKind
  readonly path: FlowPath
  /** The server's time, which all times of a step are to be compared with. */
  readonly at: EpochMs
  /** The events that this state takes now. */
  readonly accepts: readonly ClientEventType[]
  /** From here on the flow accepts nothing. */
  readonly expiresAt: EpochMs
  /** Until when no proof but a recovery code is checked, or `rescued`; null: the user is not locked. */
  readonly lockedUntil: EpochMs | 'rescued' | null
}

interface Remembering {
  /** For how long this browser can be remembered with the next proof; null: it cannot. */
  readonly rememberDays: number | null
}

interface Choices extends Common {
  /** The enrollments that can be challenged, the preferred one first. */
  readonly enrollments: readonly EnrollmentView[]
  readonly rescueOptions: readonly RescueOption[]
}

/** The user has several methods, or the only one cannot send a code right now. */
export interface SelectingView extends Choices {
  readonly state: 'selecting'
}

/** A proof of an enrollment is awaited. */
export interface ChallengingView extends Choices, Remembering {
  readonly state: 'challenging'
  readonly challenge: ChallengeView
}

/** A way of rescue is to be chosen (`challenge` is null), or its proof is awaited. */
export interface RescuingView extends Choices {
  readonly state: 'rescuing'
  readonly challenge: ChallengeView | null
}

/** A method to enroll is to be chosen (`challenge` is null), or its first proof is awaited. */
export interface EnrollingView extends Common, Remembering {
  readonly state: 'enrolling'
  readonly enrollable: readonly EnrollableView[]
  readonly challenge: ChallengeView | null
}

/** The user's setup, open to changes. */
export interface ManagingView extends Common {
  readonly state: 'managing'
  /** All enrollments, the preferred one first. */
  readonly enrollments: readonly EnrollmentView[]
  readonly enrollable: readonly EnrollableView[]
  /** Whether the user must keep a second factor. */
  readonly isRequired: boolean
  /** Whether the session has proven a factor recently enough; if not, a step-up has to come first. */
  readonly isFresh: boolean
  /** Recovery codes that are left; null where the policy has none. */
  readonly recoveryCodesLeft: number | null
  readonly devices: readonly DeviceView[]
}

/** The flow has ended. */
export interface FinalView extends Common {
  readonly state: FinalState
}

/** What a client that knows nothing of the machine needs to go on. */
export type FlowView =
  | SelectingView
  | ChallengingView
  | RescuingView
  | EnrollingView
  | ManagingView
  | FinalView

/** Masks an address for display. */
export type MaskAddress = (method: string, address: string) => string
