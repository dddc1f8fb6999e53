import { DatabaseSync } from 'node:sqlite'
import { LOCKED_UNTIL_RESCUED_MS, sqliteStore } from '@sallyport/adapters-sql'
import { emptyProfile, type Profile, SnapshotError } from '@sallyport/core'
import { describe, expect, test } from 'vitest'
import { changeOf, FIRST } from '../../contract/samples.ts'

const s = changeOf('ada')

/** A store with one user, one flow and two audit records in it, and the database beneath. */
async function seeded(profile: Profile = emptyProfile) {
  const database = new DatabaseSync(':memory:')
  const store = sqliteStore(database)
  await store.commit(s.change({ profile: s.profile(undefined, profile), flow: s.flow() }))
  return { database, store }
}

type Enrollment = Profile['enrollments'][number]
const enrollment = (method: string, id: string): Enrollment => ({
  id: id as Enrollment['id'], // core draws these at random
  method,
  name: null,
  createdAt: 1,
  lastUsedAt: null,
  address: null,
  secret: null,
  methodData: null,
})

describe('the columns that an operator asks', () => {
  const profile: Profile = {
    ...emptyProfile,
    epoch: 7,
    enrollments: [enrollment('sms', '1'), enrollment('authenticator', '2'), enrollment('sms', '3')],
    recoveryCodes: {
      generatedAt: 1,
      unused: ['a', 'b'] as unknown as NonNullable<Profile['recoveryCodes']>['unused'], // core digests these
      sealed: null,
    },
    failures: 4,
    lock: { until: 1_767_225_600_000 },
  }

  test('of a profile: its methods, counts and lock', async () => {
    const { database } = await seeded(profile)
    const row = database.prepare('select * from sallyport_profiles').get()
    expect(row).toMatchObject({
      user_id: 'ada',
      revision: FIRST,
      row_version: 1,
      epoch: 7,
      methods: 'authenticator,sms',
      enrollments: 3,
      recovery_codes: 2,
      devices: 0,
      failures: 4,
      locked_until: 1_767_225_600_000,
    })
    expect(Number(row?.['changed_at'])).toBeGreaterThan(1_700_000_000_000)
  })

  test('of a profile without anything: zeros, and no lock', async () => {
    const { database } = await seeded()
    const row = database.prepare('select * from sallyport_profiles').get()
    expect(row).toMatchObject({
      methods: '',
      enrollments: 0,
      recovery_codes: 0,
      failures: 0,
      locked_until: null,
    })
  })

  test('of a lock that only a rescue lifts: it lasts beyond every date', async () => {
    const { database } = await seeded({ ...profile, lock: { until: 'rescued' } })
    const row = database.prepare('select locked_until from sallyport_profiles').get()
    expect(row).toEqual({ locked_until: LOCKED_UNTIL_RESCUED_MS })
    expect(new Date(LOCKED_UNTIL_RESCUED_MS).toISOString()).toBe('9999-12-31T23:59:59.999Z')
  })

  test('of a flow and of an audit record: what they are, and when', async () => {
    const { database } = await seeded()
    expect(database.prepare('select * from sallyport_flows').get()).toMatchObject({
      kind: 'setup',
      state: 'cancelled',
      expires_at: 4_102_444_800_000,
    })
    expect(database.prepare('select seq, at, kind, flow_id from sallyport_audit').all()).toEqual([
      { seq: 1, at: 0, kind: 'enrollment_removed', flow_id: s.flowId },
      { seq: 2, at: 0, kind: 'enrollment_removed', flow_id: s.flowId },
    ])
  })

  test('follow an update', async () => {
    const { database, store } = await seeded(profile)
    await store.commit(s.change({ profile: s.profile(FIRST) }))
    const row = database.prepare('select * from sallyport_profiles').get()
    expect(row).toMatchObject({ epoch: 0, methods: '', enrollments: 0, failures: 0, locked_until: null })
  })
})

describe('a row that is not as this release writes it', () => {
  const broken: readonly (readonly [about: string, sql: string, code: string, message: string])[] = [
    [
      'a profile of a newer release',
      'update sallyport_profiles set row_version = 2',
      'version_unknown',
      'profile row: version 2 is newer than this release',
    ],
    [
      'a flow of a newer release',
      'update sallyport_flows set row_version = 3',
      'version_unknown',
      'flow row: version 3 is newer than this release',
    ],
    [
      'a profile without a version',
      'update sallyport_profiles set row_version = 0',
      'profile_invalid',
      'profile row: invalid row_version',
    ],
    [
      'a profile that is no JSON',
      `update sallyport_profiles set data = '{"name":"Ada'`,
      'profile_invalid',
      'profile row: invalid data',
    ],
    [
      'a flow that is no JSON',
      `update sallyport_flows set data = 'x'`,
      'snapshot_invalid',
      'flow row: invalid data',
    ],
  ]
  test.each(broken)('is refused: %s', async (_about, sql, code, message) => {
    const { database, store } = await seeded()
    database.exec(sql)
    const failure = await store.load(s.userId, s.flowId).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(SnapshotError)
    expect(failure).toMatchObject({ code, message })
    // The parser's message would quote the document.
    expect(failure).not.toHaveProperty('cause')
  })

  test('is refused in the audit log too', async () => {
    const { database, store } = await seeded()
    database.exec('update sallyport_audit set row_version = 2 where seq = 2')
    await expect(store.auditOf(s.userId)).rejects.toThrow('audit row: version 2 is newer than this release')
  })
})

describe('auditOf', () => {
  test('gives records from a moment on, and at most as many as asked for', async () => {
    const store = sqliteStore(':memory:')
    for (const at of [30, 10, 20]) {
      await store.commit(s.change({ audit: [{ kind: 'two_factor_disabled', at }] }))
    }
    const times = async (page: Parameters<typeof store.auditOf>[1]) =>
      (await store.auditOf(s.userId, page)).map(({ at }) => at)
    expect(await times({})).toEqual([10, 20, 30])
    expect(await times({ since: 20 })).toEqual([20, 30])
    expect(await times({ limit: 2 })).toEqual([10, 20])
    expect(await times({ since: 11, limit: 1 })).toEqual([20])
  })
})
