import assert from 'node:assert/strict'
import type { Change } from '@sallyport/core'
import type { Suite } from './audited-store.ts'
import {
  assertHolds,
  FIRST,
  freshCommitId,
  freshFlowId,
  freshUser,
  given,
  recordsOf,
  type Subject,
  storedBy,
  subject,
} from './subjects.ts'
import { prepare, type Variant, variants } from './variants.ts'

/** What is wrong with a change, and so with all of it. */
interface Mismatch {
  readonly name: string
  readonly before: Variant['before']
  parts(subject: Subject): Partial<Pick<Change, 'profile' | 'flow'>>
}

const STALE = FIRST - 1
const AHEAD = FIRST + 1

const mismatches: readonly Mismatch[] = [
  { name: 'the profile is stale', before: 'profile', parts: (s) => ({ profile: s.profile('x', STALE) }) },
  { name: 'the profile is ahead', before: 'profile', parts: (s) => ({ profile: s.profile('x', AHEAD) }) },
  { name: 'the profile is missing', before: 'nothing', parts: (s) => ({ profile: s.profile('x', FIRST) }) },
  { name: 'the profile exists already', before: 'profile', parts: (s) => ({ profile: s.profile('x') }) },
  { name: 'the flow is stale', before: 'flow', parts: (s) => ({ flow: s.flow('x', STALE) }) },
  { name: 'the flow is ahead', before: 'flow', parts: (s) => ({ flow: s.flow('x', AHEAD) }) },
  { name: 'the flow is missing', before: 'nothing', parts: (s) => ({ flow: s.flow('x', FIRST) }) },
  { name: 'the flow exists already', before: 'flow', parts: (s) => ({ flow: s.flow('x') }) },
  {
    name: 'the profile is right and the flow is stale',
    before: 'both',
    parts: (s) => ({ profile: s.profile('x', FIRST), flow: s.flow('x', STALE) }),
  },
  {
    name: 'the profile is stale and the flow is right',
    before: 'both',
    parts: (s) => ({ profile: s.profile('x', STALE), flow: s.flow('x', FIRST) }),
  },
  {
    name: 'the profile is right and the flow exists already',
    before: 'both',
    parts: (s) => ({ profile: s.profile('x', FIRST), flow: s.flow('x') }),
  },
  {
    name: 'the profile exists already and the flow is right',
    before: 'both',
    parts: (s) => ({ profile: s.profile('x'), flow: s.flow('x', FIRST) }),
  },
  {
    name: 'the profile is right and the flow is missing',
    before: 'profile',
    parts: (s) => ({ profile: s.profile('x', FIRST), flow: s.flow('x', FIRST) }),
  },
  {
    name: 'the profile is missing and the flow is right',
    before: 'flow',
    parts: (s) => ({ profile: s.profile('x', FIRST), flow: s.flow('x', FIRST) }),
  },
  {
    name: 'the profile is missing and the flow is new',
    before: 'nothing',
    parts: (s) => ({ profile: s.profile('x', FIRST), flow: s.flow('x') }),
  },
  {
    name: 'the profile is new and the flow is missing',
    before: 'nothing',
    parts: (s) => ({ profile: s.profile('x'), flow: s.flow('x', FIRST) }),
  },
  {
    name: 'the profile is new and the flow exists already',
    before: 'flow',
    parts: (s) => ({ profile: s.profile('x'), flow: s.flow('x') }),
  },
  {
    name: 'the profile exists already and the flow is new',
    before: 'profile',
    parts: (s) => ({ profile: s.profile('x'), flow: s.flow('x') }),
  },
  {
    name: 'the profile relied on is stale and the flow is right',
    before: 'both',
    parts: (s) => ({ profile: s.relied(STALE), flow: s.flow('x', FIRST) }),
  },
  {
    name: 'the profile relied on is right and the flow is stale',
    before: 'both',
    parts: (s) => ({ profile: s.relied(FIRST), flow: s.flow('x', STALE) }),
  },
  {
    name: 'the profile relied on is stale and the flow is new',
    before: 'profile',
    parts: (s) => ({ profile: s.relied(STALE), flow: s.flow('x') }),
  },
  {
    name: 'the profile relied on is right and the flow exists already',
    before: 'both',
    parts: (s) => ({ profile: s.relied(FIRST), flow: s.flow('x') }),
  },
  {
    name: 'the profile relied on is missing and the flow is new',
    before: 'nothing',
    parts: (s) => ({ profile: s.relied(FIRST), flow: s.flow('x') }),
  },
  {
    name: 'the profile relied on is missing and the flow is right',
    before: 'flow',
    parts: (s) => ({ profile: s.relied(FIRST), flow: s.flow('x', FIRST) }),
  },
  {
    name: 'the profile relied on by audit records alone is stale',
    before: 'profile',
    parts: (s) => ({ profile: s.relied(STALE) }),
  },
]

/** What one caller sees of `load` and `commit`. */
export function loadAndCommit({ group, test }: Suite): void {
  group('load', () => {
    test('finds nothing of a user that it does not know', async (store) => {
      assert.deepEqual(await store.load(freshUser(), freshFlowId()), {})
    })

    test('without a flow id gives the profile alone', async (store) => {
      const s = subject()
      const change = await prepare(store, s, 'both')
      assert.deepEqual(await store.load(s.userId), { profile: storedBy(change).profile })
    })

    test('finds a flow where there is no profile', async (store) => {
      const s = subject()
      const change = await prepare(store, s, 'flow')
      assert.deepEqual(await store.load(s.userId, s.flowId), storedBy(change))
    })

    test('finds the profile where there is no such flow', async (store) => {
      const s = subject()
      const change = await prepare(store, s, 'both')
      assert.deepEqual(await store.load(s.userId, freshFlowId()), { profile: storedBy(change).profile })
    })

    test('does not find a flow of another user', async (store) => {
      const owner = subject()
      await prepare(store, owner, 'both')
      const other = await prepare(store, subject(freshUser(), freshFlowId()), 'profile')
      assert.deepEqual(await store.load(other.userId, owner.flowId), { profile: storedBy(other).profile })
    })
  })

  group('commit', () => {
    for (const variant of variants) {
      test(`writes ${variant.name}, with its audit records`, async (store) => {
        const s = subject()
        const before = await prepare(store, s, variant.before)
        const change = s.change('after', variant.parts(s, 'after'), 1)
        assert.equal(await store.commit(change), 'committed')
        await assertHolds(store, s, {
          ...storedBy(before),
          ...storedBy(change),
          audit: [...before.audit, ...change.audit],
        })
      })

      test(`writes ${variant.name}, with no audit record`, async (store) => {
        const s = subject()
        const before = await prepare(store, s, variant.before)
        const change = { ...s.change('after', variant.parts(s, 'after')), audit: [] }
        assert.equal(await store.commit(change), 'committed')
        await assertHolds(store, s, { ...storedBy(before), ...storedBy(change), audit: before.audit })
      })

      // With no audit record there is no key of theirs to collide, only the revisions.
      for (const withAudit of [true, false]) {
        const how = withAudit ? 'with its audit records' : 'with no audit record'
        test(`applies ${variant.name}, ${how}, once when it comes twice (L12)`, async (store) => {
          const s = subject()
          const before = await prepare(store, s, variant.before)
          const whole = s.change('after', variant.parts(s, 'after'), 1)
          const change = await given(store, withAudit ? whole : { ...whole, audit: [] })
          assert.equal(await store.commit(change), 'conflict')
          await assertHolds(store, s, {
            ...storedBy(before),
            ...storedBy(change),
            audit: [...before.audit, ...change.audit],
          })
        })
      }
    }

    for (const mismatch of mismatches) {
      test(`writes nothing, audit included, when ${mismatch.name}`, async (store) => {
        const s = subject()
        const before = await prepare(store, s, mismatch.before)
        assert.equal(await store.commit(s.change('x', mismatch.parts(s), 1)), 'conflict')
        await assertHolds(store, s, { ...storedBy(before), audit: before.audit })
      })
    }

    test('leaves a profile that is only relied on as it was, commit id included', async (store) => {
      const s = subject()
      const before = await prepare(store, s, 'both')
      await given(store, s.change('after', { profile: s.relied(FIRST), flow: s.flow('after', FIRST) }, 1))
      const { profile } = await store.load(s.userId, s.flowId)
      assert.deepEqual(profile, storedBy(before).profile)
    })

    test('puts its commit id on every row that it writes', async (store) => {
      const s = subject()
      await prepare(store, s, 'both')
      const change = s.change('after', { profile: s.profile('after', FIRST), flow: s.flow('after', FIRST) })
      await given(store, change)
      const { profile, flow } = await store.load(s.userId, s.flowId)
      assert.deepEqual([profile?.commitId, flow?.commitId], [change.commitId, change.commitId])
    })

    test('keeps the revision that it is given, and counts nothing itself', async (store) => {
      const s = subject()
      await prepare(store, s, 'profile')
      await given(store, s.change('x', { profile: { ...s.profile('x', FIRST), revision: FIRST + 1_000 } }))
      assert.equal((await store.load(s.userId)).profile?.revision, FIRST + 1_000)
    })

    test('touches neither another flow nor another user', async (store) => {
      const [s, sibling, stranger] = [subject(), freshFlowId(), subject()]
      await prepare(store, s, 'both')
      const beside = await prepare(store, subject(s.userId, sibling), 'flow')
      const other = await prepare(store, subject(stranger.userId, s.flowId), 'both')
      await given(store, s.change('x', { profile: s.profile('x', FIRST), flow: s.flow('x', FIRST) }))
      assert.deepEqual((await store.load(s.userId, sibling)).flow, storedBy(beside).flow)
      assert.deepEqual(await store.load(stranger.userId, s.flowId), storedBy(other))
    })

    test('appends audit records alone, whether or not it relies on the profile', async (store) => {
      const s = subject()
      const before = await prepare(store, s, 'profile')
      const alone = await given(store, s.change('alone', {}, 1))
      const relying = await given(store, s.change('relying', { profile: s.relied(FIRST) }, 2))
      await assertHolds(store, s, {
        ...storedBy(before),
        audit: [...before.audit, ...alone.audit, ...relying.audit],
      })
    })

    test('appends audit records alone once when they come twice', async (store) => {
      const s = subject()
      const change = await given(store, s.change('alone', {}))
      assert.equal(await store.commit(change), 'conflict')
      assert.deepEqual(await store.auditOf(s.userId), change.audit)
    })

    test('keeps equal audit records of different commits apart', async (store) => {
      const s = subject()
      const audit = recordsOf('same', 1)
      await given(store, { userId: s.userId, commitId: freshCommitId(), audit })
      await given(store, { userId: s.userId, commitId: freshCommitId(), audit })
      assert.deepEqual(await store.auditOf(s.userId), [...audit, ...audit])
    })

    test('keeps a hundred audit records of one commit in order', async (store) => {
      const s = subject()
      const audit = recordsOf('many', 100)
      await given(store, { userId: s.userId, commitId: freshCommitId(), audit })
      assert.deepEqual(await store.auditOf(s.userId), audit)
    })

    test('gives the audit log in the order of time', async (store) => {
      const s = subject()
      const audits = Array.from({ length: 12 }, (_, order) => recordsOf(`at-${order}`, 2, order))
      for (const audit of audits) await given(store, { userId: s.userId, commitId: freshCommitId(), audit })
      assert.deepEqual(await store.auditOf(s.userId), audits.flat())
    })
  })
}
