import assert from 'node:assert/strict'
import type { Change, EpochMs } from '@sallyport/core'
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
import { prepare } from './variants.ts'

/** The flows that these tests purge expired in 1970, so that no one else's flow is in the way. */
const CUTOFF_MS = 1_000_000

/** Removes what earlier tests and runs left before the cut-off. */
async function drain(store: AuditedStore): Promise<void> {
  for (let i = 0; i < 100 && (await store.purge(CUTOFF_MS, 1_000)) > 0; i++);
}

/** A first flow that expires at a moment, with its audit records. */
function expiring(s: Subject, expiresAt: EpochMs, mark = 'expiring'): Change {
  return s.change(mark, { flow: { ...s.flow(mark), expiresAt } }, 1)
}

/** What removes flows and users. */
export function purgeAndForget({ group, test, rounds, contenders }: Suite): void {
  group('purge', () => {
    test('removes flows that expired before the moment, and no others', async (store) => {
      await drain(store)
      const { userId } = subject()
      const flows = [CUTOFF_MS - 1, CUTOFF_MS, CUTOFF_MS + 1].map((at) => expiring(subject(userId), at))
      for (const flow of flows) await given(store, flow)
      assert.equal(await store.purge(CUTOFF_MS, 100), 1)
      const found = await Promise.all(flows.map(({ flow }) => store.load(userId, flow?.id)))
      assert.deepEqual(
        found.map(({ flow }) => flow !== undefined),
        [false, true, true],
      )
      assert.equal(await store.purge(CUTOFF_MS + 2, 100), 2)
    })

    test('removes at most as many as it may, of all users, until none is left', async (store) => {
      await drain(store)
      for (let i = 0; i < 7; i++) await given(store, expiring(subject(), i))
      const removed = []
      for (let i = 0; i < 4; i++) removed.push(await store.purge(CUTOFF_MS, 3))
      assert.deepEqual(removed, [3, 3, 1, 0])
    })

    test('removes nothing with a limit of zero', async (store) => {
      await drain(store)
      await given(store, expiring(subject(), 1))
      assert.equal(await store.purge(CUTOFF_MS, 0), 0)
      assert.equal(await store.purge(CUTOFF_MS, 1), 1)
    })

    test('leaves the profile and the audit log', async (store) => {
      await drain(store)
      const s = subject()
      const before = await prepare(store, s, 'profile')
      const flow = await given(store, expiring(s, 1))
      assert.equal(await store.purge(CUTOFF_MS, 100), 1)
      await assertHolds(store, s, { ...storedBy(before), audit: [...before.audit, ...flow.audit] })
    })

    test('makes a later commit to the flow a conflict', async (store) => {
      await drain(store)
      const s = subject()
      const first = await given(store, expiring(s, 1))
      await store.purge(CUTOFF_MS, 100)
      assert.equal(await store.commit(s.change('late', { flow: s.flow('late', FIRST) }, 1)), 'conflict')
      await assertHolds(store, s, { audit: first.audit })
    })

    test('counts each flow once when many purge at once', async (store) => {
      await drain(store)
      for (let i = 0; i < contenders; i++) await given(store, expiring(subject(), i))
      const removed = await Promise.all(Array.from({ length: 8 }, () => store.purge(CUTOFF_MS, contenders)))
      assert.equal(
        removed.reduce((sum, count) => sum + count, 0),
        contenders,
      )
    })

    test('does not remove a flow that a commit at the same time has extended', async (store) => {
      await drain(store)
      for (let round = 0; round < rounds; round++) {
        const subjects = Array.from({ length: contenders }, () => subject())
        const firsts = await Promise.all(subjects.map((s) => given(store, expiring(s, 1))))
        // `flow` puts the expiry into the far future.
        const changes = subjects.map((s) => s.change('extended', { flow: s.flow('extended', FIRST) }, 2))
        const half = Math.floor(contenders / 2)
        const commits = changes.slice(0, half).map((change) => store.commit(change))
        const purges = [store.purge(CUTOFF_MS, contenders)]
        commits.push(...changes.slice(half).map((change) => store.commit(change)))
        purges.push(store.purge(CUTOFF_MS, contenders))
        const [results] = await Promise.all([Promise.all(commits), Promise.all(purges)])
        for (const [index, change] of changes.entries()) {
          const audit = firsts[index]?.audit ?? []
          const s = { userId: change.userId, flowId: change.flow?.id ?? freshFlowId() }
          if (results[index] === 'committed') {
            await assertHolds(store, s, { ...storedBy(change), audit: [...audit, ...change.audit] })
          } else {
            await assertHolds(store, s, { audit })
          }
        }
      }
    })
  })

  group('forget', () => {
    test('erases the profile, every flow and the audit log of a user', async (store) => {
      const s = subject()
      await prepare(store, s, 'both')
      const second = subject(s.userId)
      await prepare(store, second, 'flow')
      await store.forget(s.userId)
      await assertHolds(store, s, { audit: [] })
      assert.deepEqual(await store.load(s.userId, second.flowId), {})
    })

    test('leaves every other user as they were', async (store) => {
      const [s, other] = [subject(), subject()]
      await prepare(store, s, 'both')
      const kept = await prepare(store, other, 'both')
      await store.forget(s.userId)
      await assertHolds(store, other, { ...storedBy(kept), audit: kept.audit })
    })

    test('of a user that it does not know does nothing', async (store) => {
      await assert.doesNotReject(store.forget(freshUser()))
    })

    test('leaves nothing that an earlier expectation still fits', async (store) => {
      const s = subject()
      await prepare(store, s, 'both')
      await store.forget(s.userId)
      const late = s.change('late', { profile: s.profile('late', FIRST), flow: s.flow('late', FIRST) })
      assert.equal(await store.commit(late), 'conflict')
      await assertHolds(store, s, { audit: [] })
    })

    test('lets the user begin anew', async (store) => {
      const s = subject()
      await prepare(store, s, 'both')
      await store.forget(s.userId)
      const anew = await given(store, s.change('anew', { profile: s.profile('anew'), flow: s.flow('anew') }))
      await assertHolds(store, s, { ...storedBy(anew), audit: anew.audit })
    })

    test('leaves nothing behind of commits that race with it and rely on what it erases', async (store) => {
      for (let round = 0; round < rounds; round++) {
        const subjects = Array.from({ length: contenders }, () => subject())
        await Promise.all(subjects.map((s) => prepare(store, s, 'both')))
        const flows = subjects.map((s) => subject(s.userId))
        await Promise.all(
          subjects.flatMap((s, index) => {
            const own = flows[index] ?? s
            const kinds = [
              s.change('racing', { profile: s.profile('racing', FIRST), flow: s.flow('racing', FIRST) }, 1),
              s.change('racing', { flow: s.flow('racing', FIRST) }, 1),
              s.change('racing', { profile: s.profile('racing', FIRST), flow: own.flow('racing') }, 1),
              s.change('racing', { profile: s.relied(FIRST), flow: own.flow('racing') }, 1),
            ]
            const [one, other] = [kinds[index % 4], kinds[(index + 1) % 4]]
            const commits = [one, other].flatMap((change) => (change ? [() => store.commit(change)] : []))
            const calls = [...commits, () => store.forget(s.userId)]
            // Each of the three comes first for some.
            return [...calls.slice(index % 3), ...calls.slice(0, index % 3)].map((call) => call())
          }),
        )
        for (const [index, s] of subjects.entries()) {
          await assertHolds(store, s, { audit: [] })
          assert.deepEqual(await store.load(s.userId, flows[index]?.flowId), {})
        }
      }
    })

    test('leaves all or nothing of first writes that race with it', async (store) => {
      for (let round = 0; round < rounds; round++) {
        const subjects = Array.from({ length: contenders }, () => subject())
        const changes = subjects.map((s, index) => {
          const mark = `contender-${index}`
          return s.change(mark, {
            ...(index % 3 !== 0 && { profile: s.profile(mark) }),
            ...(index % 3 !== 1 && { flow: s.flow(mark) }),
          })
        })
        const results = await Promise.all(
          changes.flatMap((change) => [store.commit(change), store.forget(change.userId)]),
        )
        for (const [index, change] of changes.entries()) {
          assert.equal(results[index * 2], 'committed', 'nothing is in the way of a first write')
          const s = { userId: change.userId, flowId: change.flow?.id ?? freshFlowId() }
          const loaded = await store.load(s.userId, s.flowId)
          const survived = Object.keys(loaded).length > 0
          await assertHolds(store, s, survived ? { ...storedBy(change), audit: change.audit } : { audit: [] })
        }
      }
    })
  })
}
