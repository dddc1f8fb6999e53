import { memoryStore } from '@sallyport/adapters-memory'
import { type Change, type CommitId, emptyProfile, parseUserId, StoreError } from '@sallyport/core'
import { type Fault, faultyStore, recordingStore } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'

const userId = parseUserId('ada')

function firstWrite(commitId = 'commit-1'): Change {
  return {
    userId,
    commitId: commitId as CommitId, // core draws these at random
    profile: { revision: 1, value: emptyProfile },
    audit: [],
  }
}

describe('faultyStore', () => {
  const faults: readonly (readonly [
    fails: Extract<Fault, { on: 'commit' }>['fails'],
    code: string,
    written: boolean,
  ])[] = [
    ['not_applied', 'not_applied', false],
    ['lost_request', 'outcome_unknown', false],
    ['lost_answer', 'outcome_unknown', true],
  ]
  test.each(faults)(
    'fails a commit with %s: the error says %s, written: %s',
    async (fails, code, written) => {
      const store = faultyStore(memoryStore(), [{ on: 'commit', call: 1, fails }])
      const failure = await store.commit(firstWrite()).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(StoreError)
      expect(failure).toMatchObject({ code })
      expect((await store.load(userId)).profile !== undefined).toBe(written)
    },
  )

  test('fails the calls that the plan names and no others', async () => {
    const store = faultyStore(memoryStore(), [
      { on: 'load', call: 2 },
      { on: 'commit', call: 2, fails: 'not_applied' },
    ])
    const answers = [
      await store.load(userId),
      await store.load(userId).catch(() => 'failed'),
      await store.load(userId),
      await store.commit(firstWrite()),
      await store.commit(firstWrite('commit-2')).catch(() => 'failed'),
      await store.commit(firstWrite('commit-2')),
    ]
    expect(answers).toEqual([{}, 'failed', {}, 'committed', 'failed', 'conflict'])
  })

  test.each(['load', 'purge', 'forget'] as const)('fails %s before it reaches the store', async (on) => {
    const inner = recordingStore(memoryStore())
    const store = faultyStore(inner, [{ on, call: 1 }])
    const calls = {
      load: () => store.load(userId),
      purge: () => store.purge(0, 1),
      forget: () => store.forget(userId),
    }
    await expect(calls[on]()).rejects.toMatchObject({ code: 'not_applied' })
    expect([inner.loads.length, inner.purges, inner.forgets]).toEqual([0, 0, 0])
  })
})

describe('recordingStore', () => {
  test('counts the calls and keeps the changes with their answers', async () => {
    const store = recordingStore(memoryStore())
    await store.load(userId)
    await store.commit(firstWrite())
    await store.commit(firstWrite('commit-2'))
    await store.purge(0, 1)
    await store.forget(userId)
    expect(store.loads).toEqual([{ userId }])
    expect(store.commits).toEqual([
      { change: firstWrite(), result: 'committed' },
      { change: firstWrite('commit-2'), result: 'conflict' },
    ])
    expect([store.purges, store.forgets]).toEqual([1, 1])
    store.clear()
    expect([store.loads.length, store.commits.length, store.purges, store.forgets]).toEqual([0, 0, 0, 0])
  })

  test('tells a commit that is under way from one that failed', async () => {
    const store = recordingStore(
      faultyStore(memoryStore(), [{ on: 'commit', call: 1, fails: 'lost_answer' }]),
    )
    const committing = store.commit(firstWrite())
    expect(store.commits[0]?.result).toBe('pending')
    await expect(committing).rejects.toThrow(StoreError)
    expect(store.commits[0]?.result).toBe('failed')
  })
})
