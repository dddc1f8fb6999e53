import type { Kysely } from 'kysely'
import { kyselyExecutor } from './kysely-executor.ts'
import { migrate } from './migrate.ts'
import { type SqlStore, sqlStore } from './sql-store.ts'
import { type Dialect, type TableOptions, tableNames } from './tables.ts'

export interface SqlStoreOptions extends TableOptions {
  /**
   * How long a call may take, waiting for a connection included, in milliseconds. Default 10,000; our
   * choice: a user waits no longer. After it a `StoreError` says what is known.
   */
  readonly deadlineMs?: number
}

/** A store that can bring its own schema up to date. */
export interface MigratingStore extends SqlStore {
  /** Brings the schema up to this release; safe on many nodes at once. See {@link migrate}. */
  migrate(): Promise<void>
}

export const DEFAULT_DEADLINE_MS = 10_000

/**
 * Makes a store over a Kysely instance that the host already has, on its connections and in its transactions'
 * way as little as any other query. The host's plugins are not applied.
 *
 * @param kysely - An instance of Kysely, of whatever database type.
 * @param options.dialect - The SQL that the database speaks: Kysely does not tell.
 * @throws {ConfigError} When the prefix or the schema is no plain name.
 *
 * @example
 * const store = createSqlStore(db, { dialect: 'postgres', schema: 'auth' })
 * await store.migrate()
 */
export function createSqlStore<Database>(
  kysely: Kysely<Database>,
  options: SqlStoreOptions & { readonly dialect: Dialect },
): MigratingStore {
  const { dialect, deadlineMs = DEFAULT_DEADLINE_MS } = options
  const untyped = kysely as unknown as Kysely<unknown> // the host's tables are not ours to know
  return {
    ...sqlStore(kyselyExecutor(untyped, dialect, deadlineMs), dialect, tableNames(dialect, options)),
    migrate: () => migrate(untyped, options),
  }
}
