import type {
  AuditLog,
  AuditRecord,
  Change,
  CommitId,
  CommitResult,
  EpochMs,
  FlowId,
  Loaded,
  Reliance,
  Revision,
  Store,
  Stored,
  UserId,
  Write,
} from '@sallyport/core'

/** A record as text, as a database would keep it: no reference leads in or out. */
interface Row {
  readonly json: string
  readonly revision: Revision
  readonly commitId: CommitId
}

interface FlowRow extends Row {
  readonly expiresAt: EpochMs
}

interface User {
  profile?: Row
  readonly flows: Map<FlowId, FlowRow>
  readonly audit: Map<CommitId, readonly string[]>
}

/**
 * A store in this process's memory: the reference of the store contract, for tests and for trying things
 * out. All is lost with the process, and a second process sees none of it.
 *
 * A function that never awaits runs to its end undisturbed, so each call here is atomic as it stands.
 */
export function memoryStore(): Store & AuditLog {
  const users = new Map<UserId, User>()

  return {
    async load(userId: UserId, flowId?: FlowId): Promise<Loaded> {
      const user = users.get(userId)
      const flow = flowId === undefined ? undefined : user?.flows.get(flowId)
      return {
        ...(user?.profile && { profile: readRow(user.profile) }),
        ...(flow && { flow: readRow(flow) }),
      }
    },

    async commit(change: Change): Promise<CommitResult> {
      const { userId, commitId, profile, flow, audit } = change
      const user = users.get(userId) ?? newUser()
      if (profile && !isExpected(profile, user.profile)) return 'conflict'
      if (flow && !isExpected(flow, user.flows.get(flow.id))) return 'conflict'
      // A change of nothing but audit records has no revision to fail on when it comes twice.
      if (audit.length > 0 && user.audit.has(commitId)) return 'conflict'

      // Values become text before anything is stored, so that one which is no JSON leaves nothing behind.
      const profileRow = profile && 'revision' in profile ? writeRow(profile, commitId) : undefined
      const flowRow = flow && { ...writeRow(flow, commitId), expiresAt: flow.expiresAt }
      const records = audit.map((record) => JSON.stringify(record))

      if (profileRow) user.profile = profileRow
      if (flowRow) user.flows.set(flow.id, flowRow)
      if (records.length > 0) user.audit.set(commitId, records)
      if (!isEmpty(user)) users.set(userId, user)
      return 'committed'
    },

    async purge(expiredBefore: EpochMs, limit: number): Promise<number> {
      let removed = 0
      for (const [userId, user] of users) {
        for (const [flowId, { expiresAt }] of user.flows) {
          if (removed >= limit) return removed
          if (expiresAt >= expiredBefore) continue
          user.flows.delete(flowId)
          removed++
        }
        if (isEmpty(user)) users.delete(userId)
      }
      return removed
    },

    async forget(userId: UserId): Promise<void> {
      users.delete(userId)
    },

    async auditOf(userId: UserId): Promise<readonly AuditRecord[]> {
      const commits = users.get(userId)?.audit.values() ?? []
      return [...commits].flat().map((json): AuditRecord => JSON.parse(json))
    },
  }
}

const newUser = (): User => ({ flows: new Map(), audit: new Map() })

const isEmpty = ({ profile, flows, audit }: User): boolean => !profile && flows.size === 0 && audit.size === 0

/** Without `expected` there must be no row. */
function isExpected({ expected }: Write<unknown> | Reliance, row: Row | undefined): boolean {
  return row?.revision === expected
}

function writeRow({ value, revision }: Write<unknown>, commitId: CommitId): Row {
  return { json: JSON.stringify(value), revision, commitId }
}

function readRow({ json, revision, commitId }: Row): Stored {
  return { value: JSON.parse(json), revision, commitId }
}
