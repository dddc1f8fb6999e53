import { digestJson } from '../crypto/json-digest.ts'
import type { Facts } from '../flow/context.ts'
import type { FlowEvent, FlowStart } from '../flow/events.ts'
import { toSnapshot } from '../flow/snapshot.ts'
import type { Position } from '../flow/step.ts'
import type { CommitId, Digest, FlowId, UserId } from '../ids.ts'
import type { Revision } from '../ports/store.ts'
import type { Profile } from '../profile/profile.ts'

/** The version of the format that this release writes. */
export const LOG_VERSION = 1

/**
 * One committed step of a flow, as plain JSON: all that the machine was given, and a digest of what came of it.
 * No code and no secret in clear is in it, as the machine is given none; the user's label and mail address and the
 * host's number are withheld, as no snapshot depends on them. A phone number that is being enrolled is in it.
 */
export interface FlowLogEntry {
  readonly version: typeof LOG_VERSION
  readonly userId: UserId
  readonly flow: FlowId
  /** The revision that this step wrote: each step of a flow is one above the step before. */
  readonly revision: Revision
  /** The commit, as it stands on the rows and the audit records that it wrote. */
  readonly commit: CommitId
  /** The profile as it was loaded. */
  readonly profile: Profile
  readonly facts: Facts
  /** Only in the first entry of a flow. */
  readonly start: FlowStart | null
  /** The event that was taken, if any was sent, and the engine's answers to what the machine asked for. */
  readonly events: readonly FlowEvent[]
  /** Over all of the above, and the snapshot and the profile that the step led to. */
  readonly digest: Digest
}

/** What an entry is made from. */
export type Logged = Omit<FlowLogEntry, 'version' | 'digest'>

/** Stands in an entry for what is withheld: the machine asks only whether it is there. */
const WITHHELD = 'withheld'

/** Makes the entry of a step that led to `after`. */
export function toLogEntry(logged: Logged, after: Position): FlowLogEntry {
  const { label: _label, email, phone, ...user } = logged.facts.user
  const facts: Facts = {
    ...logged.facts,
    user: { ...user, label: WITHHELD, email: email && WITHHELD, phone: phone && WITHHELD },
  }
  const entry = { version: LOG_VERSION, ...logged, facts } as const
  return { ...entry, digest: digestStep(entry, after) }
}

/** The digest of an entry, and of what its step led to. */
export function digestStep(entry: object, { state, flow, profile }: Position): Digest {
  return digestJson([{ ...entry, digest: null }, toSnapshot(state, flow), profile])
}
