import { type Store, StoreError } from '@sallyport/core'

/**
 * One fault of a store. `call` counts the calls of that function from 1.
 * A commit can fail before it writes, saying so (`not_applied`) or not knowing (`lost_request`: nothing was
 * written), or after it wrote (`lost_answer`); both of the latter are `outcome_unknown`.
 */
export type Fault =
  | { readonly on: 'load' | 'purge' | 'forget'; readonly call: number }
  | {
      readonly on: 'commit'
      readonly call: number
      readonly fails: 'not_applied' | 'lost_request' | 'lost_answer'
    }

/** Wraps a store so that the calls named in `plan` fail; all others reach it. */
export function faultyStore(store: Store, plan: readonly Fault[]): Store {
  const calls = { load: 0, commit: 0, purge: 0, forget: 0 }

  /** Counts a call and gives its fault, if it has one. */
  function next(on: Fault['on']): Fault | undefined {
    const call = ++calls[on]
    return plan.find((fault) => fault.on === on && fault.call === call)
  }

  const orFail = (on: 'load' | 'purge' | 'forget'): void => {
    if (next(on)) throw new StoreError('not_applied', `planned fault: ${on} failed`)
  }

  return {
    async load(userId, flowId) {
      orFail('load')
      return store.load(userId, flowId)
    },

    async commit(change) {
      const fault = next('commit')
      if (fault?.on !== 'commit') return store.commit(change)
      if (fault.fails === 'not_applied') throw new StoreError('not_applied', 'planned fault: commit failed')
      if (fault.fails === 'lost_answer') await store.commit(change)
      throw new StoreError('outcome_unknown', 'planned fault: the answer to a commit was lost')
    },

    async purge(expiredBefore, limit) {
      orFail('purge')
      return store.purge(expiredBefore, limit)
    },

    async forget(userId) {
      orFail('forget')
      return store.forget(userId)
    },
  }
}
