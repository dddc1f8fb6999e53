import assert from 'node:assert/strict'
import { type FlowId, MAX_USER_ID_BYTES, parseUserId } from '@sallyport/core'
import type { Suite } from './audited-store.ts'
import { assertHolds, FIRST, freshTag, given, storedBy, subject } from './subjects.ts'

/** Ids that some database takes for one and the same unless it is told to compare bytes. */
const families: readonly { readonly name: string; alike(tag: string): readonly string[] }[] = [
  { name: 'case', alike: (t) => [`${t}bob`, `${t}Bob`, `${t}BOB`] },
  { name: 'case outside of ASCII', alike: (t) => [`${t}é`, `${t}É`, `${t}ı`, `${t}i`, `${t}İ`, `${t}I`] },
  { name: 'trailing blanks', alike: (t) => [`${t}`, `${t} `, `${t}  `, `${t}\t`, `${t}\n`, `${t}\u00a0`] },
  { name: 'leading blanks', alike: (t) => [`${t}`, ` ${t}`, `  ${t}`, `\n${t}`, `\ufeff${t}`] },
  { name: 'accents', alike: (t) => [`${t}e`, `${t}é`, `${t}ê`, `${t}ø`, `${t}o`] },
  {
    name: 'normalization form',
    alike: (t) => [`${t}\u00e9`, `${t}e\u0301`, `${t}\u212b`, `${t}\u00c5`, `${t}A\u030a`, `${t}ﬁ`, `${t}fi`],
  },
  { name: 'width', alike: (t) => [`${t}A`, `${t}Ａ`, `${t}ｱ`, `${t}ア`, `${t}あ`] },
  { name: 'expansion', alike: (t) => [`${t}ss`, `${t}ß`, `${t}ſs`, `${t}æ`, `${t}ae`] },
  { name: 'emoji', alike: (t) => [`${t}😀`, `${t}😁`, `${t}👩‍👩‍👧`, `${t}👩👩👧`, `${t}👍`, `${t}👍🏽`] },
  {
    name: 'characters without a width',
    alike: (t) => [`${t}`, `${t}\u200b`, `${t}\u200d`, `${t}\u0001`, `${t}\u00ad`],
  },
  { name: 'numeric value', alike: (t) => [t, `0${t}`, `${t}.0`, `+${t}`, `${t}e0`] },
  {
    name: 'SQL and patterns',
    alike: (t) => [`${t}_`, `${t}%`, `${t}'`, `${t}"`, `${t}\\`, `${t}\\\\`, `${t}'--`, `${t}$1`, `${t}?`],
  },
  {
    name: `the last of ${MAX_USER_ID_BYTES} bytes`,
    alike: (t) => {
      const head = t.padEnd(MAX_USER_ID_BYTES - 1, 'x')
      return [head, `${head}a`, `${head}b`, `${head}A`, `${head} `]
    },
  },
  {
    name: `the last of ${MAX_USER_ID_BYTES} bytes in three-byte characters`,
    alike: (t) => {
      const head = t.padEnd(16, 'x') + '中'.repeat(79)
      return [head, `${head}a`, `${head}ab`, `${head}ac`, `${head}é`]
    },
  },
]

/** Which ids a store tells apart. */
export function idsApart({ group, test }: Suite): void {
  group('ids', () => {
    for (const { name, alike } of families) {
      test(`of users that differ by ${name} are different users`, async (store) => {
        const ids = [...new Set(alike(freshTag()))].map(parseUserId)
        const changes = []
        for (const [index, userId] of ids.entries()) {
          const s = subject(userId, 'the-same-flow-id' as FlowId) // the suite makes the id
          const change = s.change(`user-${index}`, {
            profile: s.profile(`user-${index}`),
            flow: s.flow(`user-${index}`),
          })
          changes.push(await given(store, change))
        }
        for (const change of changes) {
          const flowId = change.flow?.id as FlowId // every change above has a flow
          await assertHolds(
            store,
            { userId: change.userId, flowId },
            { ...storedBy(change), audit: change.audit },
          )
        }
        // An update and an erasure touch the one that they name.
        const [changed, erased, ...others] = changes
        assert.ok(changed && erased)
        const s = subject(changed.userId, 'the-same-flow-id' as FlowId) // as above
        await given(store, s.change('changed', { profile: s.profile('changed', FIRST) }, 1))
        await store.forget(erased.userId)
        assert.deepEqual(await store.load(erased.userId), {})
        for (const other of others) {
          assert.deepEqual((await store.load(other.userId)).profile, storedBy(other).profile)
          assert.deepEqual(await store.auditOf(other.userId), other.audit)
        }
      })
    }

    test('of flows that differ by case or a last character are different flows', async (store) => {
      const { userId } = subject()
      const tag = freshTag()
      const flowIds = ['aB', 'Ab', 'ab', 'AB', 'a-', 'a_', 'a'].map((end) => `${tag}${end}` as FlowId) // as above
      const changes = []
      for (const flowId of flowIds) {
        const s = subject(userId, flowId)
        changes.push(await given(store, { ...s.change(flowId, { flow: s.flow(flowId) }), audit: [] }))
      }
      for (const change of changes) {
        assert.deepEqual(await store.load(userId, change.flow?.id), storedBy(change))
      }
    })
  })
}
