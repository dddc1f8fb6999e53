import type { AuditRecord, Change, CommitId, FlowId, Loaded, Reliance, Stored, Write } from '@sallyport/core'
import type { AuditedStore, Pause } from '@sallyport/testkit'

/** Mistakes of stores that show when calls overtake each other, or when a process dies. */
export type StoreFlaw =
  | 'has no compare-and-set'
  | 'compares, waits, writes'
  | 'writes the profile, waits, writes the flow and the log'
  | 'writes the log later'
  | 'reads what was there one commit ago'
  | 'says committed on a conflict'

interface Rows {
  readonly profile: Stored | undefined
  readonly flows: ReadonlyMap<FlowId, Stored & { readonly expiresAt: number }>
  readonly audit: readonly AuditRecord[]
}

const empty: Rows = { profile: undefined, flows: new Map(), audit: [] }

/** A store of one user with one flaw, or with none; it waits where others could get in between. */
export function flawedStore(flaw: StoreFlaw | 'none', pause: Pause): AuditedStore {
  /** The preparation, after which the user is forgotten, is to succeed. */
  let isPrepared = false
  const has = (one: StoreFlaw): boolean => isPrepared && flaw === one
  let rows = empty
  let before = empty

  const fits = ({ profile, flow }: Change): boolean =>
    has('has no compare-and-set') ||
    ((profile === undefined || profile.expected === rows.profile?.revision) &&
      (flow === undefined || flow.expected === rows.flows.get(flow.id)?.revision))

  const writeProfile = ({ profile, commitId }: Change): void => {
    if (profile !== undefined && isWrite(profile)) rows = { ...rows, profile: stored(profile, commitId) }
  }
  const writeFlow = ({ flow, commitId }: Change): void => {
    if (flow === undefined) return
    const { id, expiresAt } = flow
    rows = { ...rows, flows: new Map([...rows.flows, [id, { ...stored(flow, commitId), expiresAt }]]) }
  }
  const writeAudit = ({ audit }: Change): void => {
    rows = { ...rows, audit: [...rows.audit, ...audit] }
  }

  return {
    async load(_userId, flowId): Promise<Loaded> {
      const { profile, flows } = has('reads what was there one commit ago') ? before : rows
      const flow = flowId === undefined ? undefined : flows.get(flowId)
      return structuredClone({ ...(profile && { profile }), ...(flow && { flow }) })
    },
    async commit(change) {
      if (!fits(change)) return has('says committed on a conflict') ? 'committed' : 'conflict'
      if (has('compares, waits, writes')) await pause()
      before = rows
      writeProfile(change)
      if (has('writes the profile, waits, writes the flow and the log')) await pause()
      writeFlow(change)
      if (has('writes the log later')) await pause()
      writeAudit(change)
      return 'committed'
    },
    async purge(expiredBefore) {
      const flows = new Map([...rows.flows].filter(([, { expiresAt }]) => expiresAt >= expiredBefore))
      const removed = rows.flows.size - flows.size
      rows = { ...rows, flows }
      return removed
    },
    async forget() {
      isPrepared = true
      rows = empty
      before = empty
    },
    auditOf: async () => rows.audit,
  }
}

const isWrite = (profile: Write<unknown> | Reliance): profile is Write<unknown> => 'revision' in profile

const stored = ({ value, revision }: Write<unknown>, commitId: CommitId): Stored => ({
  value: structuredClone(value),
  revision,
  commitId,
})
