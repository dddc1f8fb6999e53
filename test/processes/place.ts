import { join } from 'node:path'
import {
  type ClosableStore,
  type Dialect,
  mysqlStore,
  postgresStore,
  type SqlStore,
  sqliteStore,
} from '@sallyport/adapters-sql'
import BetterSqlite from 'better-sqlite3'
import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect, sql } from 'kysely'
import mysql from 'mysql2'
import pg from 'pg'
import {
  dropTables,
  freshPrefix,
  mysqlUnavailable,
  mysqlUrl,
  postgresUnavailable,
  postgresUrl,
  temporaryFolder,
} from '../contract/databases.ts'

/** Where a store is, as one process tells it another. */
export interface Place {
  readonly dialect: Dialect
  /** A path (SQLite) or a URL. */
  readonly location: string
  readonly prefix: string
}

/** A database that processes share. */
export interface SharedDatabase {
  readonly name: string
  readonly dialect: Dialect
  /** Why it cannot be tested here; null when it can. */
  unavailable(): Promise<string | null>
  /** Makes a place in it with empty tables, and `remove` to be rid of it. */
  create(): Promise<{ readonly place: Place; remove(): Promise<void> }>
}

/** Opens the store at a place. */
export function openPlace(place: Place, options: StoreOptions = {}): SqlStore & ClosableStore {
  const { dialect, location, prefix } = place
  if (dialect === 'sqlite') return sqliteStore(location, { prefix, migrate: 'by_hand' })
  const open = dialect === 'postgres' ? postgresStore : mysqlStore
  return open(location, { prefix, maxConnections: 4, ...options })
}

interface StoreOptions {
  readonly maxConnections?: number
  readonly deadlineMs?: number
  readonly schema?: string
}

/** A connection beside the store, to look at its rows. */
export function besidePlace({ dialect, location }: Place): Kysely<unknown> {
  switch (dialect) {
    case 'sqlite':
      return new Kysely({ dialect: new SqliteDialect({ database: new BetterSqlite(location) }) })
    case 'postgres':
      return new Kysely({
        dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: location, max: 2 }) }),
      })
    case 'mysql':
      return new Kysely({
        dialect: new MysqlDialect({ pool: mysql.createPool({ uri: location, connectionLimit: 2 }) }),
      })
  }
}

export const sharedDatabases: readonly SharedDatabase[] = [
  {
    name: 'SQLite',
    dialect: 'sqlite',
    unavailable: async () => null,
    async create() {
      const folder = temporaryFolder()
      const place: Place = { dialect: 'sqlite', location: join(folder.path, 'store.db'), prefix: 'shared_' }
      await sqliteStore(place.location, { prefix: place.prefix }).close() // migrates
      return { place, remove: async () => folder.remove() }
    },
  },
  {
    name: 'PostgreSQL',
    dialect: 'postgres',
    unavailable: postgresUnavailable,
    async create() {
      const prefix = freshPrefix()
      const store = postgresStore(postgresUrl, { prefix })
      await store.migrate()
      await store.close()
      const url = new URL(postgresUrl)
      url.searchParams.set('application_name', prefix) // by which its connections are found
      const place: Place = { dialect: 'postgres', location: url.href, prefix }
      return { place, remove: () => removeTables(place) }
    },
  },
  {
    name: 'MariaDB',
    dialect: 'mysql',
    unavailable: mysqlUnavailable,
    async create() {
      // A database of its own, by which its connections are found.
      const prefix = freshPrefix()
      const database = `${prefix}own`
      const outside: Place = { dialect: 'mysql', location: mysqlUrl, prefix }
      const url = new URL(mysqlUrl)
      url.pathname = `/${database}`
      const ask = async (statement: ReturnType<typeof sql>): Promise<void> => {
        const kysely = besidePlace(outside)
        await statement.execute(kysely).finally(() => kysely.destroy())
      }
      await ask(sql`create database ${sql.id(database)}`)
      const store = mysqlStore(url.href, { prefix })
      await store.migrate()
      await store.close()
      return {
        place: { dialect: 'mysql', location: url.href, prefix },
        remove: () => ask(sql`drop database ${sql.id(database)}`),
      }
    },
  },
]

async function removeTables(place: Place): Promise<void> {
  const kysely = besidePlace(place)
  await dropTables(kysely, place.prefix).finally(() => kysely.destroy())
}
