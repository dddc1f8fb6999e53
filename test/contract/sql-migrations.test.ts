import { execFile } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  createSqlStore,
  type Dialect,
  migrate,
  migrationFiles,
  mysqlStore,
  postgresStore,
  sqliteStore,
} from '@sallyport/adapters-sql'
import { ConfigError, emptyProfile, parseUserId } from '@sallyport/core'
import BetterSqlite from 'better-sqlite3'
import { Kysely, SqliteDialect, sql } from 'kysely'
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
  temporaryFolder,
} from './databases.ts'
import { firstWrite } from './samples.ts'
import { describeOn } from './under-vitest.ts'

const NODES = 10
const dialects: readonly Dialect[] = ['sqlite', 'postgres', 'mysql']
const shipped = (dialect: string, file = ''): string =>
  fileURLToPath(new URL(`../../packages/adapters-sql/sql/${dialect}/${file}`, import.meta.url))

describe('the SQL for a database administrator', () => {
  test.each(dialects)('is what the code says, for %s (vitest -u writes it anew)', async (dialect) => {
    const files = migrationFiles(dialect)
    expect(readdirSync(shipped(dialect)).sort()).toEqual(files.map(({ file }) => file))
    for (const { file, sql } of files) await expect(sql).toMatchFileSnapshot(shipped(dialect, file))
  })

  test('names the tables as it is told', () => {
    const [first] = migrationFiles('postgres', { prefix: 'twofa_', schema: 'auth' })
    expect(first?.sql).toContain('create table if not exists "auth"."twofa_profiles"')
    expect(first?.sql).toContain('create index if not exists "twofa_flows_expiry" on "auth"."twofa_flows"')
  })

  test.each(['', 'a b', 'x"', 'x`', 'Über', '1a', 'a'.repeat(41), 'A'])('refuses the prefix %j', (prefix) => {
    expect(() => migrationFiles('postgres', { prefix })).toThrow(ConfigError)
    expect(() => sqliteStore(':memory:', { prefix })).toThrow(ConfigError)
  })

  test('refuses a schema that is no plain name', () => {
    expect(() => migrationFiles('mysql', { schema: 'a.b' })).toThrow('schema: must be')
  })
})

describe('SQLite', () => {
  test('the shipped SQL leaves what migrate leaves, as often as it is run', async () => {
    const byHand = new DatabaseSync(':memory:')
    const files = migrationFiles('sqlite')
    for (const file of [...files, ...files]) byHand.exec(file.sql)
    const byCode = new DatabaseSync(':memory:')
    sqliteStore(byCode)
    const schema = 'select type, name, sql from sqlite_schema order by name'
    expect(byHand.prepare(schema).all()).toEqual(byCode.prepare(schema).all())
    expect(byHand.prepare('select version from sallyport_migrations').all()).toEqual([{ version: 1 }])
  })

  test('a store over the host’s Kysely migrates to the same, more than once', async () => {
    const database = new BetterSqlite(':memory:')
    const kysely = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) })
    await migrate(kysely, { dialect: 'sqlite' })
    await migrate(kysely, { dialect: 'sqlite' })
    const byCode = new DatabaseSync(':memory:')
    sqliteStore(byCode)
    const schema = 'select name, sql from sqlite_schema order by name'
    expect(database.prepare(schema).all()).toEqual(
      byCode
        .prepare(schema)
        .all()
        .map((row) => ({ ...row })),
    )
  })

  test('leaves a schema alone that a newer release has brought further', async () => {
    const database = new DatabaseSync(':memory:')
    sqliteStore(database)
    database.exec(`insert into sallyport_migrations (version, name, applied_at) values (99, 'newer', 0)`)
    const store = sqliteStore(database)
    expect(await store.commit(firstWrite('ada'))).toBe('committed')
  })

  test('does nothing by itself when told that the schema is changed by hand', async () => {
    const database = new DatabaseSync(':memory:')
    const store = sqliteStore(database, { migrate: 'by_hand' })
    await expect(store.load(parseUserId('ada'))).rejects.toMatchObject({ code: 'not_applied' })
  })

  test(`${NODES} processes that open a new file at once all find the schema`, async () => {
    const folder = temporaryFolder()
    const fixture = fileURLToPath(new URL('./fixtures/open-sqlite.ts', import.meta.url))
    const file = join(folder.path, 'new.db')
    try {
      const opened = await Promise.all(
        Array.from({ length: NODES }, (_, node) =>
          promisify(execFile)(process.execPath, [fixture, file, `user-${node}`]),
        ),
      )
      expect(opened.map(({ stdout }) => stdout)).toEqual(Array.from({ length: NODES }, () => 'committed'))
    } finally {
      folder.remove()
    }
  })

  test('makes a file that its owner alone can read', async () => {
    const folder = temporaryFolder()
    const file = join(folder.path, 'store.db')
    const store = sqliteStore(file)
    await store.commit(firstWrite('ada'))
    const modes = readdirSync(folder.path).map((name) => statSync(join(folder.path, name)).mode & 0o777)
    expect(modes).toEqual(modes.map(() => 0o600))
    await store.close()
    folder.remove()
  })
})

interface Server {
  readonly name: string
  readonly dialect: 'postgres' | 'mysql'
  readonly reason: string | null
  /** Runs a text of several statements, as an administrator's client does. */
  runFile(text: string): Promise<void>
}

const servers: readonly Server[] = [
  {
    name: 'PostgreSQL',
    dialect: 'postgres',
    reason: await postgresUnavailable(),
    async runFile(text) {
      const client = new pg.Client({ connectionString: postgresUrl })
      await client.connect()
      await client.query(text).finally(() => client.end())
    },
  },
  {
    name: 'MariaDB',
    dialect: 'mysql',
    reason: await mysqlUnavailable(),
    async runFile(text) {
      const connection = await mysql.createConnection({ uri: mysqlUrl, multipleStatements: true })
      await connection.query(text).finally(() => connection.end())
    },
  },
]

for (const { name, dialect, reason, runFile } of servers) {
  describeOn(name, reason, () => {
    const prefixes: string[] = []
    const prefixOfTest = (): string => {
      const prefix = freshPrefix()
      prefixes.push(prefix)
      return prefix
    }
    let kysely: Kysely<unknown>
    beforeAll(() => {
      kysely = hostKysely(dialect, 4)
    })
    afterAll(async () => {
      for (const prefix of prefixes) await dropTables(kysely, prefix)
      await kysely.destroy()
    })

    /** The columns of the tables of a prefix, as the database tells them. */
    async function columnsOf(prefix: string): Promise<readonly unknown[]> {
      const tables = await kysely.introspection.getTables()
      return tables
        .filter((table) => table.name.startsWith(prefix))
        .map(({ name: table, columns }) => ({
          table: table.slice(prefix.length),
          columns: columns.map(({ name: column, dataType, isNullable }) => ({
            column,
            dataType,
            isNullable,
          })),
        }))
    }

    /** The steps that are noted as taken. */
    async function stepsOf(prefix: string): Promise<readonly unknown[]> {
      const { rows } =
        await sql`select version, name, applied_at from ${sql.table(`${prefix}migrations`)}`.execute(kysely)
      return rows
    }

    const connect = (prefix: string) =>
      dialect === 'postgres' ? postgresStore(postgresUrl, { prefix }) : mysqlStore(mysqlUrl, { prefix })

    test('the shipped SQL leaves what migrate leaves, as often as it is run', async () => {
      const [byHand, byCode] = [prefixOfTest(), prefixOfTest()]
      const files = migrationFiles(dialect, { prefix: byHand })
      for (const file of [...files, ...files]) await runFile(file.sql)
      await migrate(kysely, { dialect, prefix: byCode })
      const columns = await columnsOf(byHand)
      expect(columns).toEqual(await columnsOf(byCode))
      expect(columns).toHaveLength(4)
      const store = createSqlStore(kysely, { dialect, prefix: byHand })
      expect(await store.commit(firstWrite('ada'))).toBe('committed')
    })

    test('a step is taken once', async () => {
      const prefix = prefixOfTest()
      await migrate(kysely, { dialect, prefix })
      const steps = await stepsOf(prefix)
      await migrate(kysely, { dialect, prefix })
      expect(await stepsOf(prefix)).toEqual(steps)
      expect(steps).toHaveLength(1)
    })

    test(`${NODES} nodes that start at once take each step once`, async () => {
      const prefix = prefixOfTest()
      const nodes = Array.from({ length: NODES }, () => connect(prefix))
      await Promise.all(nodes.map((node) => node.migrate()))
      expect(await stepsOf(prefix)).toHaveLength(1)
      const commits = nodes.map((node, index) => node.commit(firstWrite(`user-${index}`)))
      expect(await Promise.all(commits)).toEqual(nodes.map(() => 'committed'))
      await Promise.all(nodes.map((node) => node.close()))
    })

    test('what a crash left half done is done when it is run again', async () => {
      const prefix = prefixOfTest()
      await migrate(kysely, { dialect, prefix })
      await sql`drop table ${sql.table(`${prefix}audit`)}`.execute(kysely)
      await sql`delete from ${sql.table(`${prefix}migrations`)}`.execute(kysely)
      await migrate(kysely, { dialect, prefix })
      expect(await columnsOf(prefix)).toHaveLength(4)
      expect(await stepsOf(prefix)).toHaveLength(1)
    })

    test('a schema that a newer release has brought further is left alone', async () => {
      const prefix = prefixOfTest()
      await migrate(kysely, { dialect, prefix })
      await sql`insert into ${sql.table(`${prefix}migrations`)} (version, name, applied_at)
        values (99, 'newer', 0)`.execute(kysely)
      await migrate(kysely, { dialect, prefix })
      expect(await stepsOf(prefix)).toHaveLength(2)
      const store = createSqlStore(kysely, { dialect, prefix })
      expect(await store.commit(firstWrite('ada'))).toBe('committed')
    })

    test('the tables can be in another schema than the connection’s own', async () => {
      const schema = freshPrefix().slice(0, -1)
      await sql`create schema ${sql.id(schema)}`.execute(kysely)
      try {
        const store = createSqlStore(kysely, { dialect, schema })
        await store.migrate()
        expect(await store.commit(firstWrite('ada'))).toBe('committed')
        expect((await store.load(parseUserId('ada'))).profile?.value).toEqual(emptyProfile)
        await store.forget(parseUserId('ada'))
        expect(await store.load(parseUserId('ada'))).toEqual({})
      } finally {
        await sql`drop schema ${sql.id(schema)} ${sql.raw(dialect === 'postgres' ? 'cascade' : '')}`.execute(
          kysely,
        )
      }
    })
  })
}
