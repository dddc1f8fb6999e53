import type { AuditRecord } from '../flow/audit.ts'
import type { FlowSnapshot } from '../flow/snapshot.ts'
import type { CommitId, EpochMs, FlowId, UserId } from '../ids.ts'
import type { Profile } from '../profile/profile.ts'

/**
 * A counter on a stored record, for compare-and-set: a safe integer below 2^53. Core draws the first one
 * at random (48 bits) and adds one with each write, so that a record that was erased and made anew never
 * answers to an old expectation.
 */
export type Revision = number

/** A record as the store gives it back. Core parses `value`: a store only has to return the JSON it was given. */
export interface Stored<Value = unknown> {
  readonly value: Value
  readonly revision: Revision
  /** The commit that wrote this revision. */
  readonly commitId: CommitId
}

/** What `load` found. */
export interface Loaded {
  readonly profile?: Stored
  readonly flow?: Stored
}

/** A record to write. Without `expected` the record must not exist yet. */
export interface Write<Value> {
  readonly expected?: Revision
  readonly revision: Revision
  readonly value: Value
}

/** A record that was read and decided on but does not change: its revision must still be this one. */
export interface Reliance {
  readonly expected: Revision
  readonly value?: never
}

/**
 * All that one step changes, for one user: written whole or not at all.
 * What is absent is neither compared nor touched.
 */
export interface Change {
  readonly userId: UserId
  /** Stands on every row that this change writes. */
  readonly commitId: CommitId
  readonly profile?: Write<Profile> | Reliance
  readonly flow?: Write<FlowSnapshot> & {
    readonly id: FlowId
    /** From here on the flow accepts nothing; `purge` removes the row an hour later. */
    readonly expiresAt: EpochMs
  }
  /** Appended in this order, keyed by user, commit and position. Empty for many steps. */
  readonly audit: readonly AuditRecord[]
}

/** What a store says of a change: written whole, or not at all because a record was not as expected. */
export type CommitResult = 'committed' | 'conflict'

/**
 * Keeps profiles, flows and the audit log. Everything that one call touches belongs to one user.
 * `storeContract` in `@sallyport/testkit` tests an implementation.
 */
export interface Store {
  /**
   * Reads a user's profile and one flow of that user, as of one moment, in one round trip. A flow of
   * another user is not found. User ids are compared byte for byte.
   *
   * @throws {StoreError} `not_applied` when the store cannot answer.
   */
  load(userId: UserId, flowId?: FlowId): Promise<Loaded>
  /**
   * Compares every expected revision and writes all of the change, atomically.
   *
   * @returns `conflict` when any record was not as expected; then nothing was written.
   * @throws {StoreError} `not_applied` when nothing was written, `outcome_unknown` when that is not known.
   */
  commit(change: Change): Promise<CommitResult>
  /**
   * Removes at most `limit` flows whose `expiresAt` is before `expiredBefore`. Never touches the audit log.
   *
   * @returns How many were removed.
   */
  purge(expiredBefore: EpochMs, limit: number): Promise<number>
  /** Erases a user from every table, the audit log included. */
  forget(userId: UserId): Promise<void>
}
