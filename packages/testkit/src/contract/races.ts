import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers'
import type { AuditRecord, Change, CommitResult } from '@sallyport/core'
import type { AuditedStore, Suite } from './audited-store.ts'
import {
  assertHolds,
  FIRST,
  freshFlowId,
  freshUser,
  given,
  type Subject,
  storedBy,
  subject,
} from './subjects.ts'
import { prepare, type Variant, variants } from './variants.ts'

/** Two kinds of writers at once; of all of them exactly one may win. */
const mixed: readonly { name: string; before: Variant['before']; kinds: readonly Variant['parts'][] }[] = [
  {
    name: 'writers of the flow alone against writers of both',
    before: 'both',
    kinds: [
      (s, mark) => ({ flow: s.flow(mark, FIRST) }),
      (s, mark) => ({ profile: s.profile(mark, FIRST), flow: s.flow(mark, FIRST) }),
    ],
  },
  {
    name: 'writers of the profile alone against writers of both',
    before: 'both',
    kinds: [
      (s, mark) => ({ profile: s.profile(mark, FIRST) }),
      (s, mark) => ({ profile: s.profile(mark, FIRST), flow: s.flow(mark, FIRST) }),
    ],
  },
  {
    name: 'writers of the flow that rely on the profile against writers of both',
    before: 'both',
    kinds: [
      (s, mark) => ({ profile: s.relied(FIRST), flow: s.flow(mark, FIRST) }),
      (s, mark) => ({ profile: s.profile(mark, FIRST), flow: s.flow(mark, FIRST) }),
    ],
  },
  {
    name: 'first writers of the profile against first writers of both',
    before: 'nothing',
    kinds: [
      (s, mark) => ({ profile: s.profile(mark) }),
      (s, mark) => ({ profile: s.profile(mark), flow: s.flow(mark) }),
    ],
  },
  {
    name: 'first writers of the flow against first writers of both',
    before: 'nothing',
    kinds: [
      (s, mark) => ({ flow: s.flow(mark) }),
      (s, mark) => ({ profile: s.profile(mark), flow: s.flow(mark) }),
    ],
  },
]

/** What many callers at once see of `commit`. */
export function races({ group, test, rounds, contenders }: Suite): void {
  /** Runs one race `rounds` times, each for a user of its own. */
  const inRounds = async (round: (s: Subject) => Promise<void>): Promise<void> => {
    for (let i = 0; i < rounds; i++) await round(subject())
  }

  /** Commits as many changes at once as there are contenders. */
  async function race(
    store: AuditedStore,
    contender: (mark: string, index: number) => Change,
  ): Promise<{ winners: readonly Change[]; losers: readonly Change[] }> {
    const changes = Array.from({ length: contenders }, (_, index) => contender(`contender-${index}`, index))
    const results = await Promise.all(changes.map((change) => store.commit(change)))
    const having = (result: CommitResult) => changes.filter((_, index) => results[index] === result)
    return { winners: having('committed'), losers: having('conflict') }
  }

  async function assertOneWinner(
    store: AuditedStore,
    s: Subject,
    before: Change,
    contender: (mark: string, index: number) => Change,
  ): Promise<void> {
    const { winners } = await race(store, contender)
    const [winner] = winners
    assert.equal(winners.length, 1, 'the number of winners')
    assert.ok(winner)
    await assertHolds(store, s, {
      ...storedBy(before),
      ...storedBy(winner),
      audit: [...before.audit, ...winner.audit],
    })
  }

  group('races', () => {
    for (const variant of variants) {
      test(`of ${contenders} commits of ${variant.name} at once one wins, whole (L2, L3)`, async (store) => {
        await inRounds(async (s) => {
          const before = await prepare(store, s, variant.before)
          await assertOneWinner(store, s, before, (mark) => s.change(mark, variant.parts(s, mark), 1))
        })
      })
    }

    for (const { name, before, kinds } of mixed) {
      test(`${name}: one wins, whole`, async (store) => {
        await inRounds(async (s) => {
          const prepared = await prepare(store, s, before)
          await assertOneWinner(store, s, prepared, (mark, index) => {
            const parts = kinds[index % kinds.length]
            return s.change(mark, parts ? parts(s, mark) : {}, 1)
          })
        })
      })
    }

    test('writers of the profile against flows that rely on it: each winner is whole', async (store) => {
      await inRounds(async (s) => {
        const before = await prepare(store, s, 'both')
        const { winners } = await race(store, (mark, index) =>
          index % 2 === 0
            ? s.change(mark, { profile: s.profile(mark, FIRST) }, 1)
            : s.change(mark, { profile: s.relied(FIRST), flow: s.flow(mark, FIRST) }, 1),
        )
        const profiles = winners.filter(({ flow }) => !flow)
        const flows = winners.filter(({ flow }) => flow)
        assert.equal(profiles.length, 1, 'the number of winners of the profile')
        assert.ok(flows.length <= 1, 'at most one winner of the flow')
        const writes = [before, ...winners].map(storedBy)
        assert.deepEqual(await store.load(s.userId, s.flowId), Object.assign({}, ...writes))
        assertSameRecords(await store.auditOf(s.userId), [before, ...winners])
      })
    })

    test('a flow that relies on the profile is committed before it changes, or not at all', async (store) => {
      for (let round = 0; round < rounds * 10; round++) {
        const s = subject()
        await prepare(store, s, 'both')
        const relying = s.change('relying', { profile: s.relied(FIRST), flow: s.flow('relying', FIRST) })
        const changing = s.change('changing', { profile: s.profile('changing', FIRST) })
        const inOrder = round % 2 === 0 ? [relying, changing] : [changing, relying]

        let racing = true
        // Whether there was a moment when the profile had changed and the flow had not.
        async function watch(): Promise<boolean> {
          let seen = false
          while (racing) {
            const { profile, flow } = await store.load(s.userId, s.flowId)
            seen ||= profile?.commitId === changing.commitId && flow?.commitId !== relying.commitId
            await turn()
          }
          return seen
        }
        const committing = Promise.all(inOrder.map((change) => store.commit(change))).finally(() => {
          racing = false
        })
        const [results, seen] = await Promise.all([committing, Promise.all([watch(), watch(), watch()])])
        const wasOutdated = seen.includes(true)
        const isCommitted = results[inOrder.indexOf(relying)] === 'committed'
        assert.ok(!(wasOutdated && isCommitted), 'the flow was committed on a profile that had changed')
      }
    })

    test('new flows that rely on one profile do not overwrite each other', async (store) => {
      await inRounds(async (s) => {
        const before = await prepare(store, s, 'profile')
        const { winners, losers } = await race(store, (mark) => {
          const own = subject(s.userId, freshFlowId())
          return own.change(mark, { profile: own.relied(FIRST), flow: own.flow(mark) }, 1)
        })
        assert.ok(winners.length > 0, 'someone wins')
        for (const winner of winners) {
          assert.deepEqual(await store.load(s.userId, winner.flow?.id), {
            ...storedBy(before),
            ...storedBy(winner),
          })
        }
        for (const loser of losers) {
          assert.deepEqual(await store.load(s.userId, loser.flow?.id), storedBy(before))
        }
        assertSameRecords(await store.auditOf(s.userId), [before, ...winners])
      })
    })

    test('commits of different users do not get in each other’s way', async (store) => {
      await inRounds(async () => {
        const { winners } = await race(store, (mark) => {
          const s = subject(freshUser())
          return s.change(mark, { profile: s.profile(mark), flow: s.flow(mark) })
        })
        assert.equal(winners.length, contenders)
        for (const winner of winners) {
          await assertHolds(
            store,
            { userId: winner.userId, flowId: winner.flow?.id ?? freshFlowId() },
            { ...storedBy(winner), audit: winner.audit },
          )
        }
      })
    })

    test('one change that comes many times at once is applied once (L12)', async (store) => {
      await inRounds(async (s) => {
        const change = s.change('same', { profile: s.profile('same'), flow: s.flow('same') })
        const { winners } = await race(store, () => change)
        assert.equal(winners.length, 1, 'the number of winners')
        await assertHolds(store, s, { ...storedBy(change), audit: change.audit })
      })
    })

    test('audit records alone that come many times at once are appended once', async (store) => {
      await inRounds(async (s) => {
        const change = s.change('same', {})
        const { winners } = await race(store, () => change)
        assert.equal(winners.length, 1, 'the number of winners')
        assert.deepEqual(await store.auditOf(s.userId), change.audit)
      })
    })

    test('a load sees profile and flow as of one moment', async (store) => {
      const s = subject()
      await prepare(store, s, 'both')
      for (let expected = FIRST; expected < FIRST + contenders * 2; expected++) {
        const mark = `write-${expected}`
        const change = s.change(mark, { profile: s.profile(mark, expected), flow: s.flow(mark, expected) })
        const load = () => store.load(s.userId, s.flowId)
        const [before, , ...during] = await Promise.all([
          load(),
          given(store, change),
          load(),
          load(),
          load(),
        ])
        for (const { profile, flow } of [before, ...during]) {
          assert.equal(profile?.revision, flow?.revision, 'the revisions that one load gives')
          assert.equal(profile?.commitId, flow?.commitId, 'the commits that one load gives')
        }
      }
    })
  })
}

/** Lets everything else have its turn. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Asserts that the log holds the records of these changes and no others, in whatever order they came. */
function assertSameRecords(log: readonly AuditRecord[], changes: readonly Change[]): void {
  const sorted = (records: readonly AuditRecord[]) => records.toSorted(byMark)
  assert.deepEqual(sorted(log), sorted(changes.flatMap(({ audit }) => audit)), 'the audit log')
}

const byMark = (a: AuditRecord, b: AuditRecord): number => (markOf(a) < markOf(b) ? -1 : 1)

const markOf = (record: AuditRecord): string => ('method' in record ? record.method : '')
