import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import {
  type Mysql2Connection,
  type Mysql2Pool,
  mysqlStore,
  type PgPool,
  postgresStore,
  type SqlStore,
  sqliteStore,
} from '@sallyport/adapters-sql'
import type { Change, FlowId } from '@sallyport/core'
import mysql from 'mysql2'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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

/** What a database was asked: the beginning of each statement, and how it was sent. */
interface Asked {
  readonly sql: string
  readonly prepared: boolean
}

let asked: Asked[] = []
beforeEach(() => {
  asked = []
})

/** The statements by name, or by their text where they have none. */
const statements = (): readonly string[] =>
  asked.map(({ sql }) => /^\/\* sallyport:(\w+) \*\//.exec(sql)?.[1] ?? sql)

/** What each call costs in statements; over a network each is a round trip. */
interface Costs {
  readonly load: readonly string[]
  /** A first write of one record without audit records. */
  readonly commitOfOne: readonly string[]
  /** Profile, flow and audit records: what most proofs cost. */
  readonly commitOfAll: readonly string[]
  /** A flow that relies on the profile, with audit records: what most starts of a login cost. */
  readonly commitRelying: readonly string[]
  /** Profile, flow and audit records, on a profile that has changed. */
  readonly conflict: readonly string[]
  readonly purge: readonly string[]
  readonly forget: readonly string[]
}

const transaction = (...inside: readonly string[]): readonly string[] => ['begin', ...inside, 'commit']

const costs: Readonly<Record<'sqlite' | 'postgres' | 'mysql', Costs>> = {
  postgres: {
    load: ['load'],
    commitOfOne: ['commit_insert_none'],
    commitOfAll: ['commit_update_insert_audits'],
    commitRelying: ['commit_rely_update_audits'],
    conflict: ['commit_update_update_audits'],
    purge: ['purge'],
    forget: [
      'start transaction isolation level read committed',
      'forget_hold',
      'forget_hold_flows',
      'forget_erase',
      'commit',
    ],
  },
  mysql: {
    load: ['load'],
    commitOfOne: ['commit_insert_none_profile'],
    commitOfAll: transaction(
      'commit_update_insert_audits_profile',
      'commit_update_insert_audits_flow',
      'audit_2',
    ),
    commitRelying: transaction(
      'commit_rely_update_audits_profile',
      'commit_rely_update_audits_flow',
      'audit_2',
    ),
    conflict: ['begin', 'commit_update_update_audits_profile', 'rollback'],
    purge: ['purge'],
    forget: [
      'set transaction isolation level repeatable read',
      ...transaction('forget_hold', 'forget_flows', 'forget_audit', 'forget_profile'),
    ],
  },
  sqlite: {
    load: ['load'],
    commitOfOne: ['begin immediate', 'commit_insert_none_profile', 'commit'],
    commitOfAll: [
      'begin immediate',
      'commit_update_insert_audits_profile',
      'commit_update_insert_audits_flow',
      'audit_2',
      'commit',
    ],
    commitRelying: [
      'begin immediate',
      'commit_rely_update_audits_profile',
      'commit_rely_update_audits_flow',
      'audit_2',
      'commit',
    ],
    conflict: ['begin immediate', 'commit_update_update_audits_profile', 'rollback'],
    purge: ['begin immediate', 'purge', 'commit'],
    forget: ['begin immediate', 'forget_flows', 'forget_audit', 'forget_profile', 'commit'],
  },
}

/** The rows of the table in docs/storage, in the order of `Costs`. */
const documented = readFileSync(new URL('../../docs/storage/README.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^\| `\w+`.*\| +\d+ +\| +\d+ +\| +\d+ +\|$/.test(line))
  .map((line) => (line.match(/\d+ +(?=\|)/g) ?? []).map(Number))

test('the documentation says what each call costs', () => {
  const counted = (['postgres', 'mysql', 'sqlite'] as const).map((dialect) =>
    Object.values(costs[dialect]).map((statements: readonly string[]) => statements.length),
  )
  expect(documented).toEqual(counted[0]?.map((_, row) => counted.map((column) => column[row])))
})

function testCosts(dialect: keyof typeof costs, storeOf: () => SqlStore): void {
  const s = changeOf(`user-${freshPrefix()}`)

  test('each call costs no more statements than it must', async () => {
    const store = storeOf()
    const spent: Record<string, readonly string[]> = {}
    async function spend(name: keyof Costs, call: () => Promise<unknown>, answer?: unknown): Promise<void> {
      asked = []
      const given = await call()
      if (answer !== undefined) expect(given, name).toBe(answer)
      spent[name] = statements()
    }
    const commit = (change: Partial<Change>) => () => store.commit(s.change(change))

    await spend('load', () => store.load(s.userId, 'flow' as FlowId)) // core makes the id
    await spend('commitOfOne', commit({ profile: s.profile(), audit: [] }), 'committed')
    await spend('commitOfAll', commit({ profile: s.profile(FIRST), flow: s.flow() }), 'committed')
    const profile = { expected: FIRST + 1 }
    await spend('commitRelying', commit({ profile, flow: s.flow(FIRST) }), 'committed')
    await spend('conflict', commit({ profile: s.profile(FIRST), flow: s.flow(FIRST) }), 'conflict')
    await spend('purge', () => store.purge(0, 10), 0)
    await spend('forget', () => store.forget(s.userId))
    expect(spent).toEqual(costs[dialect])
  })
}

describe('SQLite', () => {
  let prepares = 0
  const database = new DatabaseSync(':memory:')
  const counted = {
    exec(sql: string) {
      asked.push({ sql, prepared: false })
      return database.exec(sql)
    },
    prepare(sql: string) {
      prepares++
      const statement = database.prepare(sql)
      const run =
        (how: 'all' | 'run') =>
        (...parameters: never[]) => {
          asked.push({ sql, prepared: true })
          return statement[how](...parameters)
        }
      return { all: run('all') as () => unknown[], run: run('run') as () => { changes: number } } // as `how` says
    },
    close: () => database.close(),
  }
  const store = sqliteStore(counted)

  testCosts('sqlite', () => store)

  test('a statement is prepared once', async () => {
    const s = changeOf('ada')
    await store.load(s.userId)
    prepares = 0
    for (let i = 0; i < 5; i++) await store.load(s.userId)
    expect(prepares).toBe(0)
  })
})

describeOn('PostgreSQL', await postgresUnavailable(), () => {
  const prefix = freshPrefix()
  const pool = new pg.Pool({ connectionString: postgresUrl, max: 1 })
  const counted: PgPool = {
    async connect() {
      const client = await pool.connect()
      return {
        query(query) {
          asked.push({ sql: query.text, prepared: query.name !== undefined })
          return client.query(query)
        },
        release: (destroy) => client.release(destroy),
        on: () => {}, // none of these connections breaks
      }
    },
    end: () => pool.end(),
  }
  const store = postgresStore(counted, { prefix })
  beforeAll(() => store.migrate())
  afterAll(async () => {
    await pool.end()
    const kysely = hostKysely('postgres', 1)
    await dropTables(kysely, prefix)
    await kysely.destroy()
  })

  testCosts('postgres', () => store)

  test('a statement is prepared once for each connection, under a name', async () => {
    const s = changeOf('ada')
    for (let i = 0; i < 20; i++) await store.load(s.userId)
    expect(asked.every(({ prepared }) => prepared)).toBe(true)
    const { rows } = await pool.query(
      `select name, generic_plans + custom_plans as runs from pg_prepared_statements where statement like '%sallyport:load%'`,
    )
    expect(rows).toEqual([
      { name: expect.stringMatching(/^sallyport:load:[0-9a-f]{16}$/), runs: expect.anything() },
    ])
    expect(Number(rows[0].runs)).toBeGreaterThanOrEqual(20)
  })

  test('no statement is named where a pooler in between would lose it', async () => {
    const unnamed = postgresStore(counted, { prefix, statements: 'unnamed' })
    await unnamed.load(changeOf('ada').userId)
    expect(asked.map(({ prepared }) => prepared)).toEqual([false])
  })
})

describeOn('MariaDB', await mysqlUnavailable(), () => {
  const prefix = freshPrefix()
  const pool = mysql.createPool({ uri: mysqlUrl, connectionLimit: 1 })
  const counted: Mysql2Pool = {
    getConnection(callback) {
      pool.getConnection((error, connection) => {
        if (error) return callback(error, undefined as never) // there is none then
        const wrapped: Mysql2Connection = {
          threadId: connection.threadId,
          execute(query, done) {
            asked.push({ sql: query.sql, prepared: true })
            return connection.execute(query as mysql.QueryOptions, done)
          },
          query(query, done) {
            asked.push({ sql: query.sql, prepared: false })
            return connection.query(query as mysql.QueryOptions, done)
          },
          release: () => connection.release(),
          destroy: () => connection.destroy(),
        }
        callback(null, wrapped)
      })
    },
    end: (callback) => pool.end(callback),
  }
  const store = mysqlStore(counted, { prefix })
  beforeAll(() => store.migrate())
  afterAll(async () => {
    await pool.promise().end()
    const kysely = hostKysely('mysql', 1)
    await dropTables(kysely, prefix)
    await kysely.destroy()
  })

  testCosts('mysql', () => store)

  test('a statement is prepared once for each connection', async () => {
    const s = changeOf('ada')
    const preparedSoFar = async (): Promise<number> => {
      const [rows] = await pool.promise().query(`show session status like 'Com_stmt_prepare'`)
      return Number((rows as { Value: string }[])[0]?.Value) // the form of `show status`
    }
    await store.load(s.userId)
    const before = await preparedSoFar()
    for (let i = 0; i < 20; i++) await store.load(s.userId)
    expect(await preparedSoFar()).toBe(before)
    expect(asked.every(({ prepared }) => prepared)).toBe(true)
  })
})
