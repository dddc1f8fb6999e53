import type { AuditRow, ChangeValues, Value } from './rows.ts'
import type { Dialect } from './tables.ts'

/**
 * One statement: its text, made once, and how to get its parameters from the values of a call.
 * The text begins with a comment that names it, for whoever reads the database's log; drivers that prepare
 * statements know by it which ones are worth it.
 */
export interface Statement<Values> {
  readonly name: string
  readonly sql: string
  parameters(values: Values): readonly Value[]
}

/** A statement with its parameters. */
export interface Call {
  readonly name: string
  readonly sql: string
  readonly parameters: readonly Value[]
}

export const callOf = <Values>({ name, sql, parameters }: Statement<Values>, values: Values): Call => ({
  name,
  sql,
  parameters: parameters(values),
})

/** How the name stands at the beginning of a statement. */
export const STATEMENT_NAME: RegExp = /^\/\* (sallyport:\w+) \*\//

type Read<Values> = (values: Values) => Value

/**
 * Builds a statement. `text` is given `bind`, which puts a parameter's placeholder into the text and
 * remembers where its value comes from: numbered and cast on PostgreSQL, `?` elsewhere.
 */
export function statement<Values>(
  dialect: Dialect,
  name: string,
  text: (bind: (read: Read<Values>, type: PostgresType) => string) => string,
): Statement<Values> {
  const reads: Read<Values>[] = []
  const numbers = new Map<Read<Values>, number>()

  function bind(read: Read<Values>, type: PostgresType): string {
    if (dialect !== 'postgres') return placeholder(read)
    let number = numbers.get(read)
    if (number === undefined) {
      number = reads.push(read)
      numbers.set(read, number)
    }
    return `cast($${number} as ${type})`
  }
  function placeholder(read: Read<Values>): string {
    reads.push(read)
    return '?'
  }

  const sql = `/* sallyport:${name} */ ${text(bind).replace(/\s+/g, ' ').trim()}`
  return { name, sql, parameters: (values) => reads.map((read) => read(values)) }
}

/** PostgreSQL cannot always tell a parameter's type from where it stands. */
export type PostgresType = 'text' | 'bigint' | 'integer' | 'text[]' | 'bigint[]'

/** Reads a value of a change by its name; one function for each, so that PostgreSQL numbers it once. */
export const values: { readonly [Name in keyof Omit<ChangeValues, 'audit'>]: Read<ChangeValues> } = {
  user_id: (v) => v.user_id,
  commit_id: (v) => v.commit_id,
  profile_expected: (v) => v.profile_expected,
  profile_revision: (v) => v.profile_revision,
  epoch: (v) => v.epoch,
  methods: (v) => v.methods,
  enrollments: (v) => v.enrollments,
  recovery_codes: (v) => v.recovery_codes,
  devices: (v) => v.devices,
  failures: (v) => v.failures,
  locked_until: (v) => v.locked_until,
  profile_data: (v) => v.profile_data,
  flow_id: (v) => v.flow_id,
  flow_expected: (v) => v.flow_expected,
  flow_revision: (v) => v.flow_revision,
  flow_kind: (v) => v.flow_kind,
  flow_state: (v) => v.flow_state,
  expires_at: (v) => v.expires_at,
  flow_data: (v) => v.flow_data,
}

/** Reads a column of the audit rows as a list. */
export const auditColumn: { readonly [Column in keyof AuditRow]: Read<ChangeValues> } = {
  at: ({ audit }) => audit.map(({ at }) => at),
  kind: ({ audit }) => audit.map(({ kind }) => kind),
  flow_id: ({ audit }) => audit.map(({ flow_id }) => flow_id),
  data: ({ audit }) => audit.map(({ data }) => data),
}

/** The columns that a commit writes, with where their values come from. */
export const written: {
  readonly profile: readonly (readonly [column: string, read: Read<ChangeValues>, type: PostgresType])[]
  readonly flow: readonly (readonly [column: string, read: Read<ChangeValues>, type: PostgresType])[]
} = {
  profile: [
    ['revision', values.profile_revision, 'bigint'],
    ['commit_id', values.commit_id, 'text'],
    ['epoch', values.epoch, 'bigint'],
    ['methods', values.methods, 'text'],
    ['enrollments', values.enrollments, 'integer'],
    ['recovery_codes', values.recovery_codes, 'integer'],
    ['devices', values.devices, 'integer'],
    ['failures', values.failures, 'integer'],
    ['locked_until', values.locked_until, 'bigint'],
    ['data', values.profile_data, 'text'],
  ],
  flow: [
    ['revision', values.flow_revision, 'bigint'],
    ['commit_id', values.commit_id, 'text'],
    ['kind', values.flow_kind, 'text'],
    ['state', values.flow_state, 'text'],
    ['expires_at', values.expires_at, 'bigint'],
    ['data', values.flow_data, 'text'],
  ],
}
