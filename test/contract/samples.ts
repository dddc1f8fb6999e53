import {
  type AuditRecord,
  type Change,
  type CommitId,
  type Digest,
  type EnrollmentId,
  emptyProfile,
  type FlowId,
  type FlowSnapshot,
  type Profile,
  parseUserId,
  type UserId,
  type Write,
} from '@sallyport/core'

// The brands stand for where an id comes from; in tests it is here.
const freshCommitId = (): CommitId => `commit-${crypto.randomUUID().slice(0, 18)}` as CommitId
const enrollment = 'enrollment-1' as EnrollmentId
const stamp = 'stamp' as Digest

/** The first write of an empty profile. */
export function firstWrite(userId: string): Change {
  return {
    userId: parseUserId(userId),
    commitId: freshCommitId(),
    profile: { revision: 1, value: emptyProfile },
    audit: [],
  }
}

/** The first revision in these tests. */
export const FIRST = 1_000

const snapshot: FlowSnapshot = {
  version: 1,
  state: 'cancelled',
  flow: {
    run: { kind: 'setup' },
    startedAt: 0,
    lastAt: 0,
    expiresAt: 0,
    epoch: 0,
    stamp,
    attemptsLeft: 5,
    cooldowns: {},
    stage: { phase: 'idle' },
  },
}

/** Makes changes to one user: a first write without `expected`, else an update. */
export interface Samples {
  readonly userId: UserId
  readonly flowId: FlowId
  profile(expected?: number, value?: Profile): Write<Profile>
  flow(expected?: number): NonNullable<Change['flow']>
  /** A change under a fresh commit id, with two audit records unless it says otherwise. */
  change(parts: Partial<Change>): Change
}

export function changeOf(user: string): Samples {
  const userId = parseUserId(user)
  const flowId = `flow-${crypto.randomUUID()}` as FlowId // as above
  const from = (expected?: number) =>
    expected === undefined ? { revision: FIRST } : { expected, revision: expected + 1 }
  const record: AuditRecord = { kind: 'enrollment_removed', method: 'sms', enrollment, at: 0, flow: flowId }
  return {
    userId,
    flowId,
    profile: (expected, value = emptyProfile) => ({ ...from(expected), value }),
    flow: (expected) => ({ ...from(expected), id: flowId, expiresAt: 4_102_444_800_000, value: snapshot }),
    change: (parts) => ({ userId, commitId: freshCommitId(), audit: [record, record], ...parts }),
  }
}
