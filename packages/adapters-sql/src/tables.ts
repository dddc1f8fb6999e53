import { ConfigError } from '@sallyport/core'

/** The SQL that a database speaks. MariaDB speaks `mysql`; PGlite and what speaks PostgreSQL's protocol, `postgres`. */
export type Dialect = 'sqlite' | 'postgres' | 'mysql'

/** Where the tables are and what they are called. */
export interface TableOptions {
  /** Begins the name of every table. Default `sallyport_`. */
  readonly prefix?: string
  /** The schema (PostgreSQL), database (MySQL) or attached file (SQLite). Default: what the connection uses. */
  readonly schema?: string
}

/** The tables' names, quoted and with their schema. */
export interface Tables {
  readonly profiles: string
  readonly flows: string
  readonly audit: string
  readonly migrations: string
  /** The index on the expiry of flows: quoted, and without a schema, as `create index` wants it. */
  readonly flowsExpiry: string
}

const DEFAULT_PREFIX = 'sallyport_'

/** What every database takes without folding case or running out of length (63 bytes, PostgreSQL). */
const NAME = /^[a-z_][a-z0-9_]{0,39}$/

/**
 * Names the tables for a dialect.
 *
 * @throws {ConfigError} When the prefix or the schema is no plain lower-case name.
 */
export function tableNames(dialect: Dialect, options: TableOptions): Tables {
  const { prefix = DEFAULT_PREFIX, schema } = options
  const message = 'must be 1 to 40 of a-z, 0-9 and _, and not begin with a digit'
  const faults = Object.entries({ prefix, schema })
    .filter(([, name]) => name !== undefined && !NAME.test(name))
    .map(([field]) => ({ field, message }))
  if (faults.length > 0) throw new ConfigError(faults)

  const quote = (name: string): string => (dialect === 'mysql' ? `\`${name}\`` : `"${name}"`)
  const table = (name: string): string =>
    schema === undefined ? quote(prefix + name) : `${quote(schema)}.${quote(prefix + name)}`
  return {
    profiles: table('profiles'),
    flows: table('flows'),
    audit: table('audit'),
    migrations: table('migrations'),
    flowsExpiry: quote(`${prefix}flows_expiry`),
  }
}
