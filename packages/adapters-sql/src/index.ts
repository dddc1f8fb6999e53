export { createSqlStore, type MigratingStore, type SqlStoreOptions } from './create-sql-store.ts'
export { type MigrateOptions, migrate } from './migrate.ts'
export { type MigrationFile, migrationFiles } from './migrations.ts'
export {
  type Mysql2Connection,
  type Mysql2Pool,
  type Mysql2Query,
  type MysqlStoreOptions,
  mysqlStore,
} from './mysql-store.ts'
export {
  type PgClient,
  type PgPool,
  type PgQuery,
  type PostgresStoreOptions,
  postgresStore,
} from './postgres-store.ts'
export { LOCKED_UNTIL_RESCUED_MS } from './rows.ts'
export type { AuditPage, SqlStore } from './sql-store.ts'
export type { SqliteDatabase, SqliteStatement } from './sqlite-executor.ts'
export { type ClosableStore, type SqliteStoreOptions, sqliteStore } from './sqlite-store.ts'
export type { Dialect, TableOptions } from './tables.ts'
