import assert from 'node:assert/strict'
import type { Json, Revision } from '@sallyport/core'
import type { Suite } from './audited-store.ts'
import {
  assertHolds,
  FIRST,
  freshCommitId,
  given,
  profileOf,
  recordsOf,
  snapshotOf,
  storedBy,
  subject,
} from './subjects.ts'

/** The least that a store must take as one value: well above the largest profile that core makes. */
const LARGE_VALUE_CHARACTERS = 100_000

/** Audit records are small; what matters is that their text comes back as it was. */
const AUDIT_CHARACTERS = 200

const nested = (depth: number): Json => (depth === 0 ? 'bottom' : { deeper: [nested(depth - 1)] })

const values: readonly { readonly name: string; readonly value: Json }[] = [
  { name: 'empty arrays and objects', value: [[], {}, [[]], { empty: [], none: {} }] },
  { name: 'null, false, zero and the empty text', value: [null, false, 0, '', { nothing: null }] },
  {
    name: 'numbers up to 2^53 - 1, exactly',
    value: [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0.1, 1e-7, 1e21, 1_767_225_600_123],
  },
  {
    name: 'text of every script, in the form it came',
    value: ['é', 'e\u0301', 'ÅÅ', 'ß', 'İı', '中文', 'العربية', '👩‍👩‍👧', '\u{10ffff}', '\u200b\ufeff'],
  },
  {
    name: 'quotes, backslashes, controls and what looks like SQL',
    value: [
      '\'"`',
      '\\ \\\\ \\n',
      '\n\r\t\b\f\u0001\u007f',
      '\u0000',
      '\ud800',
      "'; drop table x; --",
      '$1 ? :a %s',
    ],
  },
  {
    name: 'keys of any name',
    value: JSON.parse('{ "": 1, "__proto__": 2, "constructor": 3, "a.b": 4, "10": 5, "9": 6, "é": 7 }'),
  },
  { name: 'deep nesting', value: nested(50) },
  { name: `a text of ${LARGE_VALUE_CHARACTERS} characters`, value: '€'.repeat(LARGE_VALUE_CHARACTERS) },
]

/** What a store gives back of what it was given. */
export function valuesKept({ group, test }: Suite): void {
  group('values', () => {
    for (const { name, value } of values) {
      test(`come back equal: ${name}`, async (store) => {
        const s = subject()
        const profile = profileOf('value', value)
        const flow = {
          ...snapshotOf('value'),
          flow: { ...snapshotOf('value').flow, cooldowns: { 'é \' " \\': 1 } },
        }
        const change = {
          ...s.change('value', {
            profile: { ...s.profile('value'), value: profile },
            flow: { ...s.flow('value'), value: flow },
          }),
          audit: recordsOf(JSON.stringify(value).slice(0, AUDIT_CHARACTERS), 1),
        }
        await given(store, change)
        await assertHolds(store, s, { ...storedBy(change), audit: change.audit })
      })
    }

    test('change nothing stored when what was passed in changes', async (store) => {
      const s = subject()
      const change = structuredClone(s.change('kept', { profile: s.profile('kept'), flow: s.flow('kept') }))
      const kept = structuredClone(change)
      await given(store, change)
      spoil(change)
      await assertHolds(store, s, { ...storedBy(kept), audit: kept.audit })
    })

    test('change nothing stored when what was given out changes', async (store) => {
      const s = subject()
      const change = await given(
        store,
        s.change('kept', { profile: s.profile('kept'), flow: s.flow('kept') }),
      )
      spoil(await store.load(s.userId, s.flowId))
      spoil(await store.auditOf(s.userId))
      await assertHolds(store, s, { ...storedBy(change), audit: change.audit })
    })

    test('are not written to: frozen ones are taken', async (store) => {
      const s = subject()
      const change = freeze(s.change('frozen', { profile: s.profile('frozen'), flow: s.flow('frozen') }))
      await given(store, change)
      await assertHolds(store, s, { ...storedBy(change), audit: change.audit })
    })
  })

  group('revisions', () => {
    const revisions: readonly Revision[] = [1, 2 ** 31, 2 ** 32, 2 ** 48 - 1, Number.MAX_SAFE_INTEGER - 1]

    for (const revision of revisions) {
      test(`are exact at ${revision}, of profile and flow`, async (store) => {
        const s = subject()
        const first = s.change('first', {
          profile: { ...s.profile('first'), revision },
          flow: { ...s.flow('first'), revision },
        })
        await given(store, first)
        const from = (expected: Revision) =>
          s.change('next', { profile: s.profile('next', expected), flow: s.flow('next', expected) }, 1)
        assert.equal(await store.commit(from(revision - 1)), 'conflict')
        assert.equal(await store.commit(from(revision + 1)), 'conflict')
        const next = await given(store, from(revision))
        await assertHolds(store, s, { ...storedBy(next), audit: [...first.audit, ...next.audit] })
        assert.equal(await store.commit(from(revision)), 'conflict')
      })
    }

    test('of profile and flow are compared each with its own', async (store) => {
      const s = subject()
      const first = s.change('first', {
        profile: s.profile('first'),
        flow: { ...s.flow('first'), revision: FIRST + 5 },
      })
      await given(store, first)
      const crossed = s.change('crossed', {
        profile: s.profile('crossed', FIRST + 5),
        flow: s.flow('crossed', FIRST),
      })
      assert.equal(await store.commit(crossed), 'conflict')
      const right = { profile: s.profile('right', FIRST), flow: s.flow('right', FIRST + 5) }
      await given(store, { userId: s.userId, commitId: freshCommitId(), ...right, audit: [] })
      const { profile, flow } = await store.load(s.userId, s.flowId)
      assert.deepEqual([profile?.revision, flow?.revision], [FIRST + 1, FIRST + 6])
    })
  })
}

/** Overwrites every text and number, and empties every list, as deep as it goes. */
function spoil(target: unknown): void {
  if (typeof target !== 'object' || target === null) return
  for (const [key, value] of Object.entries(target)) {
    spoil(value)
    if (typeof value === 'string') Reflect.set(target, key, 'spoilt')
    if (typeof value === 'number') Reflect.set(target, key, -1)
  }
  if (Array.isArray(target)) target.length = 0
}

function freeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) freeze(part)
  return Object.freeze(value)
}
