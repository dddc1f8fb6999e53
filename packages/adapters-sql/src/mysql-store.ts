import { Kysely, MysqlDialect, type MysqlPool, type MysqlPoolConnection } from 'kysely'
import {
  createSqlStore,
  DEFAULT_DEADLINE_MS,
  type MigratingStore,
  type SqlStoreOptions,
} from './create-sql-store.ts'
import { loadDriver } from './drivers.ts'
import { isSpent } from './failures.ts'
import type { ClosableStore } from './sqlite-store.ts'
import { STATEMENT_NAME } from './statements.ts'

export interface MysqlStoreOptions extends SqlStoreOptions {
  /** The most connections that the store opens. Default 10, as is mysql2's. Not for a pool that is given. */
  readonly maxConnections?: number
}

/** What the store uses of mysql2's `Pool`. */
export interface Mysql2Pool {
  getConnection(callback: (error: unknown, connection: Mysql2Connection) => void): void
  end(callback: (error: unknown) => void): void
}

/** What the store uses of mysql2's `PoolConnection`. */
export interface Mysql2Connection {
  readonly threadId: number
  execute(query: Mysql2Query, callback: Mysql2Callback): unknown
  query(query: Mysql2Query, callback: Mysql2Callback): unknown
  release(): void
  destroy(): void
}

export interface Mysql2Query {
  readonly sql: string
  readonly values: unknown[]
  readonly timeout: number
}

type Mysql2Callback = (error: unknown, result: unknown) => void

/** How long a new connection may take. */
const CONNECT_TIMEOUT_MS = 5_000

/**
 * Makes a store on MySQL 8 or MariaDB 10.6 and newer with mysql2: on a pool of its own, or on one that the
 * host already has.
 *
 * @param source - A connection string, or a `Pool` of mysql2 or of mysql2/promise.
 * @throws {ConfigError} When mysql2 is missing, or the prefix or the schema is no plain name.
 *
 * @example
 * const store = mysqlStore('mysql://app@db.internal/acme')
 * await store.migrate()
 */
export function mysqlStore(
  source: string | Mysql2Pool | { readonly pool: Mysql2Pool },
  options: MysqlStoreOptions = {},
): MigratingStore & ClosableStore {
  const pool =
    typeof source === 'string' ? openPool(source, options) : 'pool' in source ? source.pool : source
  const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS
  const dialect = new MysqlDialect({ pool: preparingPool(pool, deadlineMs) })
  return {
    ...createSqlStore(new Kysely<unknown>({ dialect }), { ...options, dialect: 'mysql' }),
    async close() {
      if (typeof source !== 'string') return
      await new Promise<void>((resolve, reject) => pool.end((error) => (error ? reject(error) : resolve())))
    },
  }
}

interface Mysql2 {
  createPool(config: object): Mysql2Pool
}

function openPool(uri: string, options: MysqlStoreOptions): Mysql2Pool {
  const { createPool } = loadDriver('mysql2', 'mysqlStore') as Mysql2 // what mysql2 documents of it
  return createPool({
    uri,
    connectionLimit: options.maxConnections ?? 10,
    connectTimeout: Math.min(CONNECT_TIMEOUT_MS, options.deadlineMs ?? DEFAULT_DEADLINE_MS),
  })
}

/**
 * Has the statements of this store prepared, which Kysely never does: mysql2 prepares each once for each
 * connection. A connection that has shown itself to be of no use is not used again.
 */
function preparingPool(pool: Mysql2Pool, deadlineMs: number): MysqlPool {
  const wrapped = new WeakMap<Mysql2Connection, MysqlPoolConnection>()

  function wrap(connection: Mysql2Connection): MysqlPoolConnection {
    const run = (sql: string, parameters: readonly unknown[], callback: Mysql2Callback): void => {
      const query = { sql, values: [...parameters], timeout: deadlineMs }
      const done: Mysql2Callback = (error, result) => {
        if (error && isSpent('mysql', error)) connection.destroy()
        callback(error, result)
      }
      if (STATEMENT_NAME.test(sql)) connection.execute(query, done)
      else connection.query(query, done)
    }
    const partial: Partial<MysqlPoolConnection> = {
      threadId: connection.threadId,
      query: run as unknown as MysqlPoolConnection['query'], // the store streams nothing, which is its other form
      release: () => connection.release(),
      destroy: () => connection.destroy(),
    }
    return partial as MysqlPoolConnection // Kysely connects and configures control connections alone
  }

  return {
    getConnection(callback) {
      pool.getConnection((error, connection) => {
        if (error) return callback(error, connection as never) // there is none then
        let known = wrapped.get(connection)
        if (!known) {
          known = wrap(connection)
          wrapped.set(connection, known)
        }
        callback(null, known)
      })
    },
    end: (callback) => pool.end(callback),
  }
}
