import { DatabaseSync } from 'node:sqlite'
import {
  mysqlStore,
  type PgPool,
  postgresStore,
  type SqliteDatabase,
  sqliteStore,
} from '@sallyport/adapters-sql'
import { parseUserId } from '@sallyport/core'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  dropTables,
  freshPrefix,
  hostKysely,
  mysqlUnavailable,
  mysqlUrl,
  postgresUnavailable,
  postgresUrl,
} from './databases.ts'
import { changeOf, FIRST } from './samples.ts'
import { describeOn } from './under-vitest.ts'

/** Enough rows that a planner does not read them all because they are so few. */
const ROWS = 20_000
/** More than any call should read here, the question after it included. */
const FEW = 150
const NOW_MS = 1_767_225_600_000

/** A statement as it was sent. */
interface Sent {
  readonly sql: string
  readonly values: readonly unknown[]
}

const s = changeOf('ada')

describe('SQLite', () => {
  test('neither loading, committing nor purging reads a table from end to end', async () => {
    const database = new DatabaseSync(':memory:')
    const sent: Sent[] = []
    const recorded: SqliteDatabase = {
      exec: (sql) => database.exec(sql),
      prepare(sql) {
        const statement = database.prepare(sql)
        const note = (values: never[]): never[] => {
          sent.push({ sql, values })
          return values
        }
        return {
          all: (...values: never[]) => statement.all(...note(values)),
          run: (...values: never[]) => statement.run(...note(values)),
        }
      },
      close: () => database.close(),
    }
    const store = sqliteStore(recorded)
    sent.length = 0
    await store.commit(s.change({ profile: s.profile(), flow: s.flow() }))
    await store.commit(s.change({ profile: s.profile(FIRST), flow: s.flow(FIRST) }))
    await store.load(s.userId, s.flowId)
    await store.purge(0, 10)
    await store.auditOf(s.userId)
    await store.forget(s.userId)
    const plans = sent.map(({ sql, values }) =>
      database
        .prepare(`explain query plan ${sql}`)
        .all(...(values as never[])) // what the store gave the driver before
        .map(({ detail }) => String(detail))
        .join('; '),
    )
    expect(plans.join('\n')).toMatch(/sallyport_flows_expiry/)
    expect(plans.filter((plan) => /SCAN (p|f|sallyport)/.test(plan))).toEqual([])
  })
})

describeOn('PostgreSQL', await postgresUnavailable(), () => {
  const prefix = freshPrefix()
  const pool = new pg.Pool({ connectionString: postgresUrl, max: 1 })
  let sent: Sent[] = []
  const recorded: PgPool = {
    async connect() {
      const client = await pool.connect()
      return {
        query(query) {
          sent.push({ sql: query.text, values: query.values })
          return client.query(query.text, query.values)
        },
        release: (destroy) => client.release(destroy),
        on: () => {}, // none of these connections breaks
      }
    },
    end: () => pool.end(),
  }
  const store = postgresStore(recorded, { prefix })
  beforeAll(async () => {
    await store.migrate()
    await pool.query(`insert into ${prefix}profiles
      select 'user-' || n, 1, 'c', 1, 0, '', 0, 0, 0, 0, null, 0, '{}' from generate_series(1, ${ROWS}) n`)
    await pool.query(`insert into ${prefix}flows
      select 'user-' || n, 'flow', 1, 'c', 1, 'login', 'challenging', ${NOW_MS} + n, 0, '{}' from generate_series(1, ${ROWS}) n`)
    await pool.query(`insert into ${prefix}audit
      select 'user-' || n, 'c', 1, 1, 0, 'flow_started', null, '{}' from generate_series(1, ${ROWS}) n`)
    await pool.query(`analyze ${prefix}profiles, ${prefix}flows, ${prefix}audit`)
  })
  afterAll(async () => {
    await pool.end()
    const kysely = hostKysely('postgres', 1)
    await dropTables(kysely, prefix)
    await kysely.destroy()
  })

  test('neither loading, committing nor purging reads a table from end to end', async () => {
    sent = []
    await store.commit(s.change({ profile: s.profile(), flow: s.flow() }))
    await store.commit(s.change({ profile: s.profile(FIRST), flow: s.flow(FIRST) }))
    await store.load(s.userId, s.flowId)
    await store.purge(NOW_MS + 100, 50)
    await store.auditOf(s.userId)
    await store.forget(s.userId)
    const hot = sent.filter(({ sql }) => sql.startsWith('/* sallyport:'))
    expect(hot.length).toBe(8)
    for (const { sql, values } of hot) {
      const { rows } = await pool.query(`explain ${sql}`, [...values])
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(plan, sql).not.toContain('Seq Scan')
    }
    const purge = hot.find(({ sql }) => sql.includes('sallyport:purge'))
    const { rows } = await pool.query(`explain ${purge?.sql}`, [...(purge?.values ?? [])])
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain(`${prefix}flows_expiry`)
  })
})

describeOn('MariaDB', await mysqlUnavailable(), () => {
  const prefix = freshPrefix()
  const pool = mysql.createPool({ uri: mysqlUrl, connectionLimit: 1 })
  const store = mysqlStore(pool, { prefix })
  beforeAll(async () => {
    await store.migrate()
    const numbers = `seq_1_to_${ROWS}`
    await pool.query(`insert into ${prefix}profiles
      select concat('user-', seq), 1, 'c', 1, 0, '', 0, 0, 0, 0, null, 0, '{}' from ${numbers}`)
    await pool.query(`insert into ${prefix}flows
      select concat('user-', seq), 'flow', 1, 'c', 1, 'login', 'challenging', ${NOW_MS} + seq, 0, '{}' from ${numbers}`)
    await pool.query(`analyze table ${prefix}profiles, ${prefix}flows`)
  })
  afterAll(async () => {
    await pool.end()
    const kysely = hostKysely('mysql', 1)
    await dropTables(kysely, prefix)
    await kysely.destroy()
  })

  /** Rows that the server has read while it did this. */
  async function rowsRead(call: () => Promise<unknown>): Promise<number> {
    const read = async (): Promise<number> => {
      const [rows] = await pool.query(`show session status like 'Handler_read%'`)
      return (rows as { Value: string }[]).reduce((sum, { Value }) => sum + Number(Value), 0) // its form
    }
    const before = await read()
    await call()
    return (await read()) - before
  }

  test('neither loading, committing nor purging reads a table from end to end', async () => {
    const calls: readonly (() => Promise<unknown>)[] = [
      () => store.load(parseUserId('user-77'), s.flowId),
      () => store.commit(s.change({ profile: s.profile(), flow: s.flow() })),
      () => store.commit(s.change({ profile: s.profile(FIRST), flow: s.flow(FIRST) })),
      () => store.purge(NOW_MS + 100, 50),
      () => store.auditOf(s.userId),
      () => store.forget(s.userId),
    ]
    for (const call of calls) expect(await rowsRead(call), String(call)).toBeLessThan(FEW)
  })
})
