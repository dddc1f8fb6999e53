import type { Change, CommitResult, FlowId, Store, UserId } from '@sallyport/core'

/** A commit that was asked for, and its answer: pending until it came, failed when it was an error. */
export interface RecordedCommit {
  readonly change: Change
  readonly result: CommitResult | 'pending' | 'failed'
}

/** What a store was asked. */
export interface Recording {
  readonly loads: readonly { readonly userId: UserId; readonly flowId?: FlowId }[]
  readonly commits: readonly RecordedCommit[]
  readonly purges: number
  readonly forgets: number
  /** Starts counting anew. */
  clear(): void
}

/** Wraps a store so that a test can say what a step costs and what it wrote. */
export function recordingStore(store: Store): Store & Recording {
  let loads: Recording['loads'] = []
  let commits: readonly { change: Change; result: RecordedCommit['result'] }[] = []
  let purges = 0
  let forgets = 0

  return {
    async load(userId, flowId) {
      loads = [...loads, flowId === undefined ? { userId } : { userId, flowId }]
      return store.load(userId, flowId)
    },
    async commit(change) {
      const recorded: (typeof commits)[number] = { change, result: 'pending' }
      commits = [...commits, recorded]
      try {
        recorded.result = await store.commit(change)
        return recorded.result
      } catch (error) {
        recorded.result = 'failed'
        throw error
      }
    },
    async purge(expiredBefore, limit) {
      purges++
      return store.purge(expiredBefore, limit)
    },
    async forget(userId) {
      forgets++
      return store.forget(userId)
    },
    get loads() {
      return loads
    },
    get commits() {
      return commits
    },
    get purges() {
      return purges
    },
    get forgets() {
      return forgets
    },
    clear() {
      loads = []
      commits = []
      purges = 0
      forgets = 0
    },
  }
}
