import { createHash } from 'node:crypto'
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
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

export interface PostgresStoreOptions extends SqlStoreOptions {
  /** The most connections that the store opens. Default 10, as is pg's. Not for a pool that is given. */
  readonly maxConnections?: number
  /**
   * Whether the server is told to keep the statements of this store prepared (`named`, the default). Say
   * `unnamed` behind a pooler that shares server connections between transactions and knows no prepared
   * statements, such as PgBouncer before 1.21.
   */
  readonly statements?: 'named' | 'unnamed'
}

/** What the store uses of pg's `Pool`. */
export interface PgPool {
  connect(): Promise<PgClient>
  end(): Promise<void>
  /** Tells of each connection as soon as it is made. */
  on?(event: 'connect', listener: (client: PgClient) => void): unknown
}

/** What the store uses of pg's `PoolClient`. */
export interface PgClient {
  query(query: PgQuery): Promise<unknown>
  release(destroy?: boolean): void
  on(event: 'error', listener: () => void): unknown
}

/** What the store uses of pg's `QueryConfig`. */
export interface PgQuery {
  readonly name?: string
  readonly text: string
  readonly values: unknown[]
  readonly query_timeout: number
}

/** How long a new connection may take. */
const CONNECT_TIMEOUT_MS = 5_000

/**
 * Makes a store on PostgreSQL with pg: on a pool of its own, or on one that the host already has.
 *
 * @param source - A connection string, or a `Pool` of pg.
 * @throws {ConfigError} When pg is missing, or the prefix or the schema is no plain name.
 *
 * @example
 * const store = postgresStore('postgres://app@db.internal/acme')
 * await store.migrate()
 */
export function postgresStore(
  source: string | PgPool,
  options: PostgresStoreOptions = {},
): MigratingStore & ClosableStore {
  const pool = typeof source === 'string' ? openPool(source, options) : source
  const dialect = new PostgresDialect({ pool: preparingPool(pool, options) })
  return {
    ...createSqlStore(new Kysely<unknown>({ dialect }), { ...options, dialect: 'postgres' }),
    async close() {
      if (typeof source === 'string') await pool.end()
    },
  }
}

interface Pg {
  readonly Pool: new (config: object) => PgPool & { on(event: 'error', listener: () => void): unknown }
}

function openPool(connectionString: string, options: PostgresStoreOptions): PgPool {
  const { Pool } = loadDriver('pg', 'postgresStore') as Pg // what pg documents of it
  const pool = new Pool({
    connectionString,
    fallback_application_name: 'sallyport',
    keepAlive: true,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: Math.min(CONNECT_TIMEOUT_MS, options.deadlineMs ?? DEFAULT_DEADLINE_MS),
  })
  // An idle connection that breaks is replaced when it is needed; unheard, the event would end the process.
  pool.on('error', () => {})
  return pool
}

/**
 * Puts names to the statements of this store, which Kysely never does: a named one is parsed and planned
 * once for each connection. A connection that has shown itself to be of no use is not used again.
 */
function preparingPool(pool: PgPool, options: PostgresStoreOptions): PostgresPool {
  const { statements = 'named', deadlineMs = DEFAULT_DEADLINE_MS } = options
  const wrapped = new WeakMap<PgClient, PostgresPoolClient>()

  function wrap(client: PgClient): PostgresPoolClient {
    let isSpentNow = false
    // pg tells of a connection that breaks while it is in use also by an event, which unheard ends the process.
    client.on('error', () => {
      isSpentNow = true
    })
    const run = async (text: string, values: readonly unknown[]): Promise<unknown> => {
      const name = statements === 'named' ? preparedName(text) : undefined
      try {
        // By the time limit the store has given up; this frees the connection.
        const query = { text, values: [...values], query_timeout: deadlineMs }
        return await client.query(name === undefined ? query : { ...query, name })
      } catch (error) {
        isSpentNow ||= isSpent('postgres', error)
        throw error
      }
    }
    return {
      query: run as PostgresPoolClient['query'], // the store runs no cursors, which are its other form
      release(destroy) {
        client.release(destroy === true || isSpentNow)
      },
    }
  }

  function known(client: PgClient): PostgresPoolClient {
    let found = wrapped.get(client)
    if (!found) {
      found = wrap(client)
      wrapped.set(client, found)
    }
    return found
  }
  // The packet that says that a connection is ready may also say that it ends: before `connect` has resolved.
  pool.on?.('connect', known)

  return {
    options: {},
    connect: async () => known(await pool.connect()),
    end: () => pool.end(),
  }
}

const names = new Map<string, string | undefined>()

/** The name of a statement with a digest of its text: stores with other tables may share the connection. */
function preparedName(text: string): string | undefined {
  if (!names.has(text)) {
    const name = STATEMENT_NAME.exec(text)?.[1]
    names.set(
      text,
      name && `${name.slice(0, 40)}:${createHash('sha256').update(text).digest('hex').slice(0, 16)}`,
    )
  }
  return names.get(text)
}
