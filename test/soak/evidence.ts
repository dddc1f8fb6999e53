import { type Profile, parseUserId, type Store } from '@sallyport/core'
import { type Kysely, sql } from 'kysely'
import { readRows } from '../crash/rows.ts'
import type { Place } from '../processes/place.ts'
import type { Evidence } from './laws.ts'

interface Where {
  readonly place: Place
  readonly beside: Kysely<unknown>
  readonly store: Store
}

/** Puts what a user was told beside what is stored of them. */
export async function gatherEvidence(
  { place, beside, store }: Where,
  told: Pick<Evidence, 'user' | 'told' | 'purgedBefore'>,
): Promise<Evidence> {
  const rows = await readRows(beside, place, told.user)
  const { profile } = await store.load(parseUserId(told.user))
  const stored = profile?.value as Profile | undefined // what core has written
  return { ...told, rows, enrollments: stored?.enrollments.map(({ id }) => id) ?? [] }
}

/** Every row of a user as text, to look for what must not be there. */
export async function readTexts(
  beside: Kysely<unknown>,
  { dialect, prefix }: Place,
  userId: string,
): Promise<readonly string[]> {
  const user = dialect === 'mysql' ? Buffer.from(userId) : userId
  const tables = ['profiles', 'flows', 'audit'].map((name) => sql.table(prefix + name))
  const found = await Promise.all(
    tables.map((table) =>
      sql<Record<string, unknown>>`select * from ${table} where user_id = ${user}`.execute(beside),
    ),
  )
  return found.flatMap(({ rows }) =>
    rows.map((row) =>
      Object.values(row)
        .map((value) => (Buffer.isBuffer(value) ? value.toString() : String(value)))
        .join(' '),
    ),
  )
}
