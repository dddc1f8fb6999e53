import { type Dialect, type TableOptions, type Tables, tableNames } from './tables.ts'

/** One step of the schema. What has been released is never changed: to change the schema, add a step. */
export interface Migration {
  readonly version: number
  readonly name: string
  /** Each may run again after a crash: databases that cannot roll back a `create` must find it harmless. */
  readonly statements: readonly string[]
}

interface Types {
  /** Compared byte for byte: no case, no accents, no padding, no locale. */
  readonly userId: string
  readonly id: string
  readonly word: string
  readonly words: string
  readonly text: string
  /** What follows the columns of a table that is updated often, and of one that is only appended to. */
  readonly updated: string
  readonly appended: string
}

const types: Readonly<Record<Dialect, Types>> = {
  sqlite: {
    userId: 'text',
    id: 'text',
    word: 'text',
    words: 'text',
    text: 'text',
    updated: ' strict',
    appended: ' strict',
  },
  postgres: {
    // The locale "C" compares bytes, and outlives an upgrade of the system's C library.
    userId: 'text collate "C"',
    id: 'text collate "C"',
    word: 'text',
    words: 'text',
    text: 'text',
    // Room in each page lets an update stay there, without touching the indexes.
    updated: ' with (fillfactor = 80)',
    appended: '',
  },
  mysql: {
    // Every collation of MySQL but the binary one takes "bob" and "bob " for the same key.
    userId: 'varbinary(255)',
    id: 'varbinary(64)',
    word: 'varchar(64) character set utf8mb4 collate utf8mb4_bin',
    words: 'text character set utf8mb4 collate utf8mb4_bin',
    text: 'mediumtext character set utf8mb4 collate utf8mb4_bin',
    updated: ' engine = InnoDB',
    appended: ' engine = InnoDB',
  },
}

/** The most that one value may take, in bytes: far above what core makes. */
const MAX_VALUE_BYTES = 1_048_576

/** The table of the steps that a database has taken. */
export const migrationsTable = (tables: Tables): string =>
  `create table if not exists ${tables.migrations} (
  version integer not null,
  name varchar(64) not null,
  applied_at bigint not null,
  primary key (version)
)`

/** Everything that the schema has become, step by step. */
export function migrations(dialect: Dialect, tables: Tables): readonly Migration[] {
  return [{ version: 1, name: 'first_tables', statements: firstTables(dialect, tables) }]
}

function firstTables(dialect: Dialect, tables: Tables): readonly string[] {
  const { userId, id, word, words, text, updated, appended } = types[dialect]
  const integer = dialect === 'sqlite' ? 'integer' : 'bigint'
  const count = 'integer'
  const bounds = `check (octet_length(user_id) between 1 and 255),
  check (octet_length(data) <= ${MAX_VALUE_BYTES})`
  // MySQL has no `create index if not exists`; the others no index inside `create table`.
  const [inlineIndex, index] =
    dialect === 'mysql'
      ? [`\n  key ${tables.flowsExpiry} (expires_at),`, []]
      : ['', [`create index if not exists ${tables.flowsExpiry} on ${tables.flows} (expires_at)`]]

  return [
    `create table if not exists ${tables.profiles} (
  user_id ${userId} not null,
  revision ${integer} not null,
  commit_id ${id} not null,
  row_version ${count} not null,
  epoch ${integer} not null,
  methods ${words} not null,
  enrollments ${count} not null,
  recovery_codes ${count} not null,
  devices ${count} not null,
  failures ${count} not null,
  locked_until ${integer},
  changed_at ${integer} not null,
  data ${text} not null,
  primary key (user_id),
  ${bounds}
)${updated}`,
    `create table if not exists ${tables.flows} (
  user_id ${userId} not null,
  id ${id} not null,
  revision ${integer} not null,
  commit_id ${id} not null,
  row_version ${count} not null,
  kind ${word} not null,
  state ${word} not null,
  expires_at ${integer} not null,
  changed_at ${integer} not null,
  data ${text} not null,
  primary key (user_id, id),${inlineIndex}
  ${bounds}
)${updated}`,
    ...index,
    `create table if not exists ${tables.audit} (
  user_id ${userId} not null,
  commit_id ${id} not null,
  seq ${count} not null,
  row_version ${count} not null,
  at ${integer} not null,
  kind ${word} not null,
  flow_id ${id},
  data ${text} not null,
  primary key (user_id, commit_id, seq),
  ${bounds}
)${appended}`,
  ]
}

/** Notes that a step was taken; harmless when it is noted already. */
export function noteMigration(dialect: Dialect, tables: Tables, { version, name }: Migration): string {
  const insert = `insert into ${tables.migrations} (version, name, applied_at)
select ${version}, '${name}', ${nowMs[dialect]}`
  return `${insert}
where not exists (select 1 from ${tables.migrations} where version = ${version})`
}

/** The database's own time in epoch milliseconds: for operators to read, never decided on. */
export const nowMs: Readonly<Record<Dialect, string>> = {
  sqlite: `cast(unixepoch('subsec') * 1000 as integer)`,
  postgres: 'cast(extract(epoch from now()) * 1000 as bigint)', // Citus takes no volatile function in an update
  mysql: `timestampdiff(microsecond, '1970-01-01 00:00:00', utc_timestamp(3)) div 1000`,
}

/** A step as the text that a database administrator may run in place of `migrate`. */
export interface MigrationFile {
  readonly file: string
  readonly sql: string
}

/**
 * Gives the whole schema as plain SQL, one file for each step, for where only an administrator may change
 * it. Run in order, and as often as you like, they leave what `migrate` leaves.
 */
export function migrationFiles(dialect: Dialect, options: TableOptions = {}): readonly MigrationFile[] {
  const tables = tableNames(dialect, options)
  // MySQL commits at each `create`, whatever one says.
  const begin = { sqlite: ['begin immediate'], postgres: ['begin'], mysql: [] }[dialect]
  const commit = dialect === 'mysql' ? [] : ['commit']
  return migrations(dialect, tables).map((migration) => {
    const file = `${String(migration.version).padStart(4, '0')}-${migration.name.replaceAll('_', '-')}.sql`
    const statements = [
      migrationsTable(tables),
      ...migration.statements,
      noteMigration(dialect, tables, migration),
    ]
    const header = `-- Sallyport's tables, step ${migration.version}: ${migration.name}. Safe to run again.
-- Times are milliseconds since 1970-01-01T00:00:00Z. Of each row, "data" is what Sallyport reads back;
-- the other columns are there to be asked for.\n`
    const script = [...begin, ...statements, ...commit].map((statement) => `${statement};\n`)
    return { file, sql: [header, ...script].join('\n') }
  })
}
