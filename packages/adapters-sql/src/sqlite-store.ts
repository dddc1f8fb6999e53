import { closeSync, openSync } from 'node:fs'
import { DEFAULT_DEADLINE_MS, type SqlStoreOptions } from './create-sql-store.ts'
import { loadDriver } from './drivers.ts'
import { migrateSqlite } from './migrate.ts'
import { type SqlStore, sqlStore } from './sql-store.ts'
import { type SqliteDatabase, sqliteExecutor } from './sqlite-executor.ts'
import { tableNames } from './tables.ts'

export interface SqliteStoreOptions extends SqlStoreOptions {
  /** Whether the schema is brought up to date when the store is made (`on_open`, the default) or by hand. */
  readonly migrate?: 'on_open' | 'by_hand'
}

/** A store that holds a connection or a pool of its own. */
export interface ClosableStore {
  /** Closes what the store opened. What it was given stays open. */
  close(): Promise<void>
}

/** While it starts, a process may wait. */
const OPENING_TIMEOUT_MS = 10_000

/** The longest that a lock of another process holds up this one's event loop; after that it waits aside. */
const BUSY_TIMEOUT_MS = 20

/**
 * Makes a store in a SQLite file, for one machine: several processes may share the file, over no network.
 * The file is in WAL mode and synced at each commit, and readable by its owner alone when it is made here.
 *
 * @param source - A path, `:memory:`, or an open database of node:sqlite, better-sqlite3 or libsql, whose
 *   settings are left as they are.
 * @throws {ConfigError} When node:sqlite is missing, or the prefix or the schema is no plain name.
 *
 * @example
 * const store = sqliteStore('acme.db')
 */
export function sqliteStore(
  source: string | SqliteDatabase,
  options: SqliteStoreOptions = {},
): SqlStore & ClosableStore {
  const tables = tableNames('sqlite', options)
  const database = typeof source === 'string' ? open(source) : source
  if (options.migrate !== 'by_hand') migrateSqlite(database, options)
  if (typeof source === 'string') database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)

  const executor = sqliteExecutor(database, options.deadlineMs ?? DEFAULT_DEADLINE_MS)
  return {
    ...sqlStore(executor, 'sqlite', tables),
    async close() {
      if (typeof source === 'string') database.close()
    },
  }
}

/** What SQLite keeps in memory or in a temporary file, and what it reads as a URI. */
const NOT_A_PATH = /^($|:memory:$|file:)/

type Sqlite = { readonly DatabaseSync: new (path: string) => SqliteDatabase }

function open(path: string): SqliteDatabase {
  const { DatabaseSync } = loadDriver('node:sqlite', 'sqliteStore') as Sqlite // what Node documents of it
  if (!NOT_A_PATH.test(path)) closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path)
  database.exec(`pragma busy_timeout = ${OPENING_TIMEOUT_MS}`)
  database.exec('pragma journal_mode = wal')
  // In WAL mode anything less may lose the last commits when the machine fails, and with them used codes.
  database.exec('pragma synchronous = full')
  return database
}
