import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import {
  createSqlStore,
  type Dialect,
  mysqlStore,
  postgresStore,
  type SqlStore,
  sqliteStore,
} from '@sallyport/adapters-sql'
import BetterSqlite from 'better-sqlite3'
import { Kysely, MysqlDialect, PGliteDialect, PostgresDialect, SqliteDialect, sql } from 'kysely'
import Libsql from 'libsql'
import mysql from 'mysql2'
import pg from 'pg'

/** Where the servers are that the tests use; tables in them begin with a prefix of the test's own. */
export const postgresUrl: string =
  process.env['SALLYPORT_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/test'
export const mysqlUrl: string = process.env['SALLYPORT_TEST_MYSQL'] ?? 'mysql://root@127.0.0.1:3306/test'

/** A prefix that no other test uses. */
export function freshPrefix(): string {
  return `t${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}_`
}

/** A store to test, with its schema, and how to be rid of both. */
export interface OpenStore {
  readonly store: SqlStore
  close(): Promise<void>
}

/** A way to reach a database. */
export interface TestDatabase {
  readonly name: string
  readonly dialect: Dialect
  /** Why it cannot be tested here; null when it can. */
  unavailable(): Promise<string | null>
  open(): Promise<OpenStore>
}

const here = async (): Promise<null> => null

/** Says why a server does not answer. */
async function unanswered(url: string, ask: () => Promise<unknown>): Promise<string | null> {
  try {
    await ask()
    return null
  } catch (error) {
    return `no answer from ${new URL(url).host}: ${error instanceof Error ? error.message : String(error)}`
  }
}

export const postgresUnavailable = (): Promise<string | null> =>
  unanswered(postgresUrl, async () => {
    const client = new pg.Client({ connectionString: postgresUrl, connectionTimeoutMillis: 3_000 })
    await client.connect()
    await client.end()
  })

export const mysqlUnavailable = (): Promise<string | null> =>
  unanswered(mysqlUrl, async () => {
    const pool = mysql.createPool({ uri: mysqlUrl, connectTimeout: 3_000 }).promise()
    await pool.query('select 1').finally(() => pool.end())
  })

/** A Kysely instance of the host's own, for which the store is one of several users. */
export function hostKysely(dialect: 'postgres' | 'mysql', connections = 10): Kysely<unknown> {
  return new Kysely<unknown>({
    dialect:
      dialect === 'postgres'
        ? new PostgresDialect({ pool: new pg.Pool({ connectionString: postgresUrl, max: connections }) })
        : new MysqlDialect({ pool: mysql.createPool({ uri: mysqlUrl, connectionLimit: connections }) }),
  })
}

/** Removes the tables of a prefix. */
export async function dropTables(kysely: Kysely<unknown>, prefix: string): Promise<void> {
  for (const name of ['profiles', 'flows', 'audit', 'migrations']) {
    await sql`drop table if exists ${sql.table(prefix + name)}`.execute(kysely)
  }
}

async function overKysely(dialect: Dialect, kysely: Kysely<unknown>): Promise<OpenStore> {
  const prefix = freshPrefix()
  const store = createSqlStore(kysely, { dialect, prefix })
  await store.migrate()
  return {
    store,
    async close() {
      await dropTables(kysely, prefix)
      await kysely.destroy()
    },
  }
}

/** A store on a server whose transactions have another isolation level than its default. */
async function atLevel(dialect: 'postgres' | 'mysql', level: string): Promise<OpenStore> {
  const pool = mysql.createPool({ uri: mysqlUrl })
  pool.on('connection', (connection) => {
    connection.query(`set session transaction isolation level ${level}`)
  })
  const options = `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`
  return overKysely(
    dialect,
    new Kysely<unknown>({
      dialect:
        dialect === 'postgres'
          ? new PostgresDialect({ pool: new pg.Pool({ connectionString: postgresUrl, options }) })
          : new MysqlDialect({ pool }),
    }),
  )
}

async function onServer(dialect: 'postgres' | 'mysql'): Promise<OpenStore> {
  const prefix = freshPrefix()
  const store =
    dialect === 'postgres' ? postgresStore(postgresUrl, { prefix }) : mysqlStore(mysqlUrl, { prefix })
  await store.migrate()
  return {
    store,
    async close() {
      await store.close()
      const kysely = hostKysely(dialect, 1)
      await dropTables(kysely, prefix)
      await kysely.destroy()
    },
  }
}

/** Makes a folder for a database file, and removes it with what is in it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'sallyport-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Every database, and every way to it, that the store is tested on. */
export const databases: readonly TestDatabase[] = [
  {
    name: 'SQLite in memory, node:sqlite',
    dialect: 'sqlite',
    unavailable: here,
    open: async () => {
      const store = sqliteStore(':memory:')
      return { store, close: store.close }
    },
  },
  {
    name: 'SQLite in a file, node:sqlite',
    dialect: 'sqlite',
    unavailable: here,
    open: async () => {
      const folder = temporaryFolder()
      const store = sqliteStore(join(folder.path, 'store.db'))
      return { store, close: async () => store.close().then(folder.remove) }
    },
  },
  {
    name: 'SQLite in memory, better-sqlite3',
    dialect: 'sqlite',
    unavailable: here,
    open: async () => {
      const database = new BetterSqlite(':memory:')
      return { store: sqliteStore(database), close: async () => void database.close() }
    },
  },
  {
    name: 'SQLite in memory, libsql',
    dialect: 'sqlite',
    unavailable: here,
    open: async () => {
      const database = new Libsql(':memory:')
      return { store: sqliteStore(database), close: async () => void database.close() }
    },
  },
  {
    name: 'SQLite over the host’s Kysely, better-sqlite3',
    dialect: 'sqlite',
    unavailable: here,
    open: () =>
      overKysely(
        'sqlite',
        new Kysely<unknown>({ dialect: new SqliteDialect({ database: new BetterSqlite(':memory:') }) }),
      ),
  },
  {
    name: 'PGlite over the host’s Kysely',
    dialect: 'postgres',
    unavailable: here,
    open: async () => {
      const pglite = await PGlite.create()
      return overKysely('postgres', new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) }))
    },
  },
  {
    name: 'PostgreSQL, pg',
    dialect: 'postgres',
    unavailable: postgresUnavailable,
    open: () => onServer('postgres'),
  },
  {
    name: 'PostgreSQL over the host’s Kysely',
    dialect: 'postgres',
    unavailable: postgresUnavailable,
    open: () => overKysely('postgres', hostKysely('postgres')),
  },
  {
    name: 'MariaDB, mysql2',
    dialect: 'mysql',
    unavailable: mysqlUnavailable,
    open: () => onServer('mysql'),
  },
  {
    name: 'MariaDB over the host’s Kysely',
    dialect: 'mysql',
    unavailable: mysqlUnavailable,
    open: () => overKysely('mysql', hostKysely('mysql')),
  },
  {
    name: 'MariaDB over connections in latin1, with NO_BACKSLASH_ESCAPES',
    dialect: 'mysql',
    unavailable: mysqlUnavailable,
    open: async () => {
      const pool = mysql.createPool({ uri: mysqlUrl, charset: 'latin1_swedish_ci' })
      pool.on('connection', (connection) => {
        connection.query(`set session sql_mode = concat(@@sql_mode, ',NO_BACKSLASH_ESCAPES')`)
      })
      return overKysely('mysql', new Kysely<unknown>({ dialect: new MysqlDialect({ pool }) }))
    },
  },
  ...['repeatable read', 'serializable'].map(
    (level): TestDatabase => ({
      name: `PostgreSQL at ${level}`,
      dialect: 'postgres',
      unavailable: postgresUnavailable,
      open: () => atLevel('postgres', level),
    }),
  ),
  ...['read committed', 'serializable'].map(
    (level): TestDatabase => ({
      name: `MariaDB at ${level}`,
      dialect: 'mysql',
      unavailable: mysqlUnavailable,
      open: () => atLevel('mysql', level),
    }),
  ),
]
