import { memoryStore } from '@sallyport/adapters-memory'
import {
  type Change,
  type CommitId,
  type CommitResult,
  emptyProfile,
  type FlowId,
  parseUserId,
  type Store,
  StoreError,
} from '@sallyport/core'
import { faultyStore, recordingStore, seededRandom } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { commit, nextRevision } from '../../../packages/core/src/engine/commit.ts'
import { toSnapshot } from '../../../packages/core/src/flow/snapshot.ts'
import { contextWith } from '../flow/sample-flow.ts'

const bob = parseUserId('bob')
const flowId = 'f' as FlowId // opaque to the store, as the commit ids are
const { flow } = contextWith()

const changeBy = (commitId: string, parts: 'profile' | 'flow' | 'both' = 'both', from?: number): Change => {
  const write = { ...(from === undefined ? {} : { expected: from }), revision: (from ?? 0) + 1 }
  return {
    userId: bob,
    commitId: commitId as CommitId,
    audit: [],
    ...(parts === 'flow' ? {} : { profile: { ...write, value: emptyProfile } }),
    ...(parts === 'profile'
      ? {}
      : { flow: { ...write, id: flowId, value: toSnapshot('selecting', flow), expiresAt: flow.expiresAt } }),
  }
}

type Answer = CommitResult | 'lost' | 'lost_after_write' | 'not_applied'

/** A store whose commits are answered as planned, one by one; those after them as they should be. */
function planned(
  answers: readonly Answer[],
  meanwhile: (memory: Store) => Promise<unknown> = async () => undefined,
) {
  const memory = memoryStore()
  let call = 0
  const store: Store = {
    ...memory,
    async commit(change) {
      const answer = answers[call]
      call += 1
      switch (answer) {
        case 'conflict':
          return 'conflict'
        case 'not_applied':
          throw new StoreError('not_applied', 'planned')
        case 'lost_after_write':
          await memory.commit(change)
          await meanwhile(memory)
          throw new StoreError('outcome_unknown', 'planned')
        case 'lost':
          await meanwhile(memory)
          throw new StoreError('outcome_unknown', 'planned')
        default:
          return memory.commit(change)
      }
    },
  }
  return { memory, store: recordingStore(store) }
}

const change = changeBy('own')

describe('ASVS 2.3.3: a commit that the store answers, all or nothing,', () => {
  test('is what the store says, without a look', async () => {
    for (const answer of ['committed', 'conflict'] as const) {
      const { store } = planned([answer])
      expect(await commit(store, change)).toBe(answer)
      expect([store.loads.length, store.commits.length]).toEqual([0, 1])
    }
  })

  test('not_applied is thrown: the same may be tried again', async () => {
    const { store } = planned(['not_applied'])
    await expect(commit(store, change)).rejects.toMatchObject({ code: 'not_applied' })
    expect([store.loads.length, store.commits.length]).toEqual([0, 1])
  })

  test('an error that is no StoreError is thrown as it is', async () => {
    const error = new TypeError('a bug of the store')
    const store = { ...memoryStore(), commit: () => Promise.reject(error) }
    await expect(commit(store, change)).rejects.toBe(error)
  })
})

describe('L12: a commit whose outcome is unknown is looked up', () => {
  test.each(['profile', 'flow', 'both'] as const)(
    'its own id on the %s says that it was written',
    async (parts) => {
      const { store } = planned(['lost_after_write'])
      expect(await commit(store, changeBy('own', parts))).toBe('committed')
      expect([store.loads.length, store.commits.length]).toEqual([1, 1])
    },
  )

  test.each(['profile', 'flow', 'both'] as const)(
    'untouched revisions of the %s say that it was not: the same change is tried again',
    async (parts) => {
      const own = changeBy('own', parts)
      const { store } = planned(['lost'])
      expect(await commit(store, own)).toBe('committed')
      expect(store.commits.map((one) => one.change)).toEqual([own, own])
      expect(store.loads).toHaveLength(1) // what the store has confirmed is not looked up
    },
  )

  test('the same holds of a later revision', async () => {
    const { memory, store } = planned(['lost'])
    await memory.commit(changeBy('before'))
    expect(await commit(store, changeBy('own', 'both', 1))).toBe('committed')
    expect((await memory.load(bob, flowId)).flow).toMatchObject({ revision: 2, commitId: 'own' })
  })

  test.each(['profile', 'flow'] as const)(
    'the write of another on the %s leaves it unknown: what it would have consumed is spent',
    async (theirs) => {
      const { memory, store } = planned(['lost'], (inner) => inner.commit(changeBy('other', theirs)))
      expect(await commit(store, change)).toBe('unknown')
      expect(store.commits).toHaveLength(1)
      expect((await memory.load(bob, flowId))[theirs]?.commitId).toBe('other')
    },
  )

  test('so does the write of another on top of its own', async () => {
    const { store } = planned(['lost_after_write'], (inner) => inner.commit(changeBy('other', 'both', 1)))
    expect(await commit(store, change)).toBe('unknown')
  })

  test('so does a relied-on profile that another has changed', async () => {
    const { memory, store } = planned(['lost'], (inner) => inner.commit(changeBy('other', 'profile', 1)))
    await memory.commit(changeBy('before'))
    expect(await commit(store, { ...changeBy('own', 'flow', 1), profile: { expected: 1 } })).toBe('unknown')
  })

  test('a load that fails during the look-up leaves it unknown', async () => {
    const { store } = planned(['lost'])
    expect(await commit(faultyStore(store, [{ on: 'load', call: 1 }]), change)).toBe('unknown')
    expect(store.commits).toHaveLength(1)
  })

  test('a first attempt that arrives late, just before the second, is found by its id', async () => {
    const memory = memoryStore()
    const sent: Change[] = []
    const store = recordingStore({
      ...memory,
      async commit(arriving) {
        sent.push(arriving)
        if (sent.length === 1) throw new StoreError('outcome_unknown', 'still on its way')
        for (const one of sent.splice(0, 1)) await memory.commit(one)
        return memory.commit(arriving)
      },
    })
    expect(await commit(store, change)).toBe('committed')
    expect(store.commits.map(({ result }) => result)).toEqual(['failed', 'conflict'])
    expect((await memory.load(bob, flowId)).flow?.commitId).toBe('own')
  })

  test('a second attempt that is lost as well is looked up as well', async () => {
    const { store } = planned(['lost', 'lost', 'lost_after_write'])
    expect(await commit(store, change)).toBe('committed')
    expect([store.loads.length, store.commits.length]).toEqual([3, 3])
  })

  test('a second attempt that surely failed is tried a third time', async () => {
    const { store } = planned(['lost', 'not_applied'])
    expect(await commit(store, change)).toBe('committed')
    expect(store.commits).toHaveLength(3)
  })

  test('it is given up in the end', async () => {
    const { store } = planned(['lost', 'lost', 'lost', 'lost', 'lost', 'lost'])
    expect(await commit(store, change)).toBe('unknown')
    expect([store.loads.length, store.commits.length]).toEqual([3, 4])
  })
})

describe('a revision', () => {
  test('is the one after the current one', () => {
    expect(nextRevision(41, seededRandom(1))).toBe(42)
    expect(nextRevision(0, seededRandom(1))).toBe(1)
  })

  test('begins with 48 random bits, so that a record made anew answers to no old expectation', () => {
    expect(nextRevision(undefined, { bytes: (length) => new Uint8Array(length).fill(0xff) })).toBe(
      2 ** 48 - 1,
    )
    expect(nextRevision(undefined, { bytes: () => Uint8Array.of(1, 0, 0, 0, 0, 2) })).toBe(2 ** 40 + 2)
    expect(nextRevision(undefined, seededRandom(1))).not.toBe(nextRevision(undefined, seededRandom(2)))
  })
})
