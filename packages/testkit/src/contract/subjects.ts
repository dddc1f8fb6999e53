import assert from 'node:assert/strict'
import {
  type AuditRecord,
  type Change,
  type CommitId,
  type EnrollmentId,
  emptyProfile,
  type FlowId,
  type FlowSnapshot,
  type Json,
  type Loaded,
  type Profile,
  parseUserId,
  type Reliance,
  type Revision,
  type UserId,
  type Write,
} from '@sallyport/core'
import type { AuditedStore } from './audited-store.ts'

/** Far past the end of any purge in the suite, so that no test's flows are removed by another's. */
const FAR_FUTURE_MS = 4_102_444_800_000

/** The time of the suite's first audit record. */
const AUDIT_START_MS = 1_767_225_600_000

/** Sixteen digits that no other test and no other run uses: the database may hold what they left. */
export function freshTag(): string {
  const [a = 0, b = 0] = crypto.getRandomValues(new Uint32Array(2))
  return `${(a % 90_000_000) + 10_000_000}${(b % 90_000_000) + 10_000_000}`
}

export const freshUser = (): UserId => parseUserId(freshTag())

// The brands stand for where an id comes from; here the suite makes them.
export const freshCommitId = (): CommitId => `commit-${freshTag()}` as CommitId
export const freshFlowId = (): FlowId => `flow-${freshTag()}` as FlowId
const enrollmentId = (mark: string): EnrollmentId => `enrollment-${mark}` as EnrollmentId

/** A profile that is told apart by `mark`. */
export function profileOf(mark: string, methodData: Json = null): Profile {
  return {
    ...emptyProfile,
    epoch: 1,
    factorsRevokedAt: AUDIT_START_MS,
    enrollments: [
      {
        id: enrollmentId(mark),
        method: 'authenticator',
        name: mark,
        createdAt: AUDIT_START_MS,
        lastUsedAt: null,
        address: null,
        secret: null,
        methodData,
      },
    ],
  }
}

/** A snapshot that is told apart by `mark`. */
export function snapshotOf(mark: string): FlowSnapshot {
  return {
    version: 1,
    state: 'cancelled',
    flow: {
      run: { kind: 'setup' },
      startedAt: AUDIT_START_MS,
      lastAt: AUDIT_START_MS,
      expiresAt: FAR_FUTURE_MS,
      epoch: 1,
      stamp: `stamp-${mark}` as FlowSnapshot['flow']['stamp'], // the suite makes the digest
      attemptsLeft: 5,
      cooldowns: {},
      stage: { phase: 'idle' },
    },
  }
}

/** Audit records that are told apart by `mark` and their position; `order` puts commits one after another. */
export function recordsOf(mark: string, count = 2, order = 0): readonly AuditRecord[] {
  return Array.from({ length: count }, (_, position) => ({
    kind: 'enrollment_removed',
    method: `${mark}#${position}`,
    enrollment: enrollmentId(mark),
    at: AUDIT_START_MS + order,
  }))
}

type FlowPart = NonNullable<Change['flow']>

/** Makes changes to one user and one flow of that user. */
export interface Subject {
  readonly userId: UserId
  readonly flowId: FlowId
  /** The first write of the profile, or its update from `expected`; the revision is the next one. */
  profile(mark: string, expected?: Revision): Write<Profile>
  /** The profile, relied on at `expected`. */
  relied(expected: Revision): Reliance
  /** The first write of the flow, or its update from `expected`; the revision is the next one. */
  flow(mark: string, expected?: Revision): FlowPart
  /** A whole change, under a fresh commit id and with two audit records of the same mark. */
  change(mark: string, parts: Partial<Pick<Change, 'profile' | 'flow'>>, order?: number): Change
}

/** The first revision of everything in the suite: drawn from 48 bits, as core's are. */
export const FIRST: Revision = 0xa5_5a_a5_5a_a5_5a

export function subject(userId: UserId = freshUser(), flowId: FlowId = freshFlowId()): Subject {
  return {
    userId,
    flowId,
    profile: (mark, expected) => ({ ...step(expected), value: profileOf(mark) }),
    relied: (expected) => ({ expected }),
    flow: (mark, expected) => ({
      id: flowId,
      expiresAt: FAR_FUTURE_MS,
      ...step(expected),
      value: snapshotOf(mark),
    }),
    change: (mark, parts, order = 0) => ({
      userId,
      commitId: freshCommitId(),
      ...parts,
      audit: recordsOf(mark, 2, order),
    }),
  }
}

const step = (expected: Revision | undefined): { expected?: Revision; revision: Revision } =>
  expected === undefined ? { revision: FIRST } : { expected, revision: expected + 1 }

/** Commits what the test takes for granted. */
export async function given(store: AuditedStore, change: Change): Promise<Change> {
  assert.equal(await store.commit(change), 'committed', 'the change that the test begins with')
  return change
}

/** What `load` must give after a change was the last to write a record. */
export function storedBy(change: Change): Loaded {
  const { profile, flow, commitId } = change
  return {
    ...(profile &&
      'revision' in profile && { profile: { value: profile.value, revision: profile.revision, commitId } }),
    ...(flow && { flow: { value: flow.value, revision: flow.revision, commitId } }),
  }
}

/** Asserts all that the store holds of a subject. */
export async function assertHolds(
  store: AuditedStore,
  { userId, flowId }: Pick<Subject, 'userId' | 'flowId'>,
  expected: Loaded & { readonly audit: readonly AuditRecord[] },
): Promise<void> {
  const { audit, ...records } = expected
  assert.deepEqual(await store.load(userId, flowId), records, 'the profile and the flow')
  assert.deepEqual(await store.auditOf(userId), audit, 'the audit log')
}
