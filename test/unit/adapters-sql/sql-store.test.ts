import { parseUserId, StoreError } from '@sallyport/core'
import { describe, expect, test } from 'vitest'
import type { Executor } from '../../../packages/adapters-sql/src/executor.ts'
import { sqlStore } from '../../../packages/adapters-sql/src/sql-store.ts'
import { tableNames } from '../../../packages/adapters-sql/src/tables.ts'

const bob = parseUserId('bob')
const nothing = { rows: [{ profile_revision: null, flow_revision: null }], count: 1 }

/** A database whose reads are given up for other transactions so many times, then answer. */
function strained(givenUp: number): Executor & { readonly reads: () => number } {
  let reads = 0
  return {
    read: async () => {
      reads += 1
      return reads <= givenUp ? 'conflict' : nothing
    },
    run: async () => 'conflict',
    transact: async () => 'conflict',
    reads: () => reads,
  }
}

describe('a read that is given up for another transaction, as strict isolation levels do', () => {
  test('is made again, and the step goes on', async () => {
    const executor = strained(2)
    const store = sqlStore(executor, 'postgres', tableNames('postgres', {}))
    expect(await store.load(bob)).toEqual({})
    expect(executor.reads()).toBe(3)
  })

  test('is left after eight tries with a StoreError that says that nothing was done', async () => {
    const executor = strained(Number.POSITIVE_INFINITY)
    const store = sqlStore(executor, 'postgres', tableNames('postgres', {}))
    const error = await store.load(bob).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StoreError)
    expect(error).toMatchObject({ code: 'not_applied' })
    expect(executor.reads()).toBe(8)
  })
})
