import type { Kysely, Transaction } from 'kysely'
import { CompiledQuery } from 'kysely'
import { type Migration, migrations, migrationsTable, noteMigration } from './migrations.ts'
import type { SqliteDatabase } from './sqlite-executor.ts'
import { type Dialect, type TableOptions, type Tables, tableNames } from './tables.ts'

export interface MigrateOptions extends TableOptions {
  readonly dialect: Dialect
}

/** The lock of PostgreSQL that migrations take, as one number for all of Sallyport's: "sallypor". */
const ADVISORY_LOCK = '8314045600252325746'

/** How long a node waits for another's migration on MySQL. */
const LOCK_SECONDS = 60

/**
 * Brings the schema up to this release. Steps that were taken are not taken again, and of many nodes that
 * start at once one takes them while the others wait. It only goes forward: a schema that a newer release
 * has brought further is left alone, and rows that this release cannot read are refused when they are read.
 */
export async function migrate(kysely: Kysely<unknown>, options: MigrateOptions): Promise<void> {
  const { dialect } = options
  const tables = tableNames(dialect, options)
  const db = kysely.withoutPlugins()
  if (dialect === 'postgres') {
    // Under a stricter level the snapshot would be from before the wait for the lock.
    await db
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (transaction) => {
        await run(transaction, `select pg_advisory_xact_lock(${ADVISORY_LOCK})`)
        await takeSteps(transaction, dialect, tables)
      })
  } else if (dialect === 'mysql') {
    await db.connection().execute(async (connection) => {
      const lock = `'sallyport_migrate'`
      const [taken] = await run(connection, `select get_lock(${lock}, ${LOCK_SECONDS}) as taken`)
      if (Number(taken?.['taken']) !== 1) throw new Error(`another node migrates for over ${LOCK_SECONDS} s`)
      try {
        await takeSteps(connection, dialect, tables)
      } finally {
        await run(connection, `select release_lock(${lock})`)
      }
    })
  } else {
    await run(db, migrationsTable(tables))
    await db.transaction().execute(async (transaction) => {
      // A write takes SQLite's lock at once; a transaction that begins with a read may find it taken later.
      await run(transaction, `update ${tables.migrations} set version = version where version < 0`)
      await takeSteps(transaction, dialect, tables)
    })
  }
}

type Connection = Kysely<unknown> | Transaction<unknown>
type Rows = readonly Readonly<Record<string, unknown>>[]

async function run(connection: Connection, sql: string): Promise<Rows> {
  const { rows } = await connection.executeQuery(CompiledQuery.raw(sql))
  return rows as Rows // every driver gives rows as objects
}

async function takeSteps(connection: Connection, dialect: Dialect, tables: Tables): Promise<void> {
  await run(connection, migrationsTable(tables))
  const taken = await run(connection, takenSteps(tables))
  for (const migration of pending(dialect, tables, taken)) {
    for (const sql of migration.statements) await run(connection, sql)
    await run(connection, noteMigration(dialect, tables, migration))
  }
}

/** The same for a synchronous SQLite connection. */
export function migrateSqlite(database: SqliteDatabase, options: TableOptions): void {
  const tables = tableNames('sqlite', options)
  database.exec('begin immediate')
  try {
    database.exec(migrationsTable(tables))
    const taken = database.prepare(takenSteps(tables)).all() as Rows // every driver gives rows as objects
    for (const migration of pending('sqlite', tables, taken)) {
      for (const sql of migration.statements) database.exec(sql)
      database.exec(noteMigration('sqlite', tables, migration))
    }
    database.exec('commit')
  } catch (error) {
    database.exec('rollback')
    throw error
  }
}

const takenSteps = (tables: Tables): string => `select version from ${tables.migrations}`

function pending(dialect: Dialect, tables: Tables, taken: Rows): readonly Migration[] {
  const versions = new Set(taken.map((row) => Number(row['version'])))
  return migrations(dialect, tables).filter(({ version }) => !versions.has(version))
}
