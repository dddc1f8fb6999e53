import { StoreError } from '@sallyport/core'
import type { Dialect } from './tables.ts'

/**
 * What an error of a driver says. `conflict`: undone because of another transaction. `refused`: the
 * database undid the statement and said why. `busy`: SQLite's lock is taken, nothing was tried.
 * `broken`: anything else, such as a lost connection, after which the outcome is not known.
 */
export type Failure = 'conflict' | 'refused' | 'busy' | 'broken'

/** How far a call had got when it failed: waiting for a connection, in its transaction, or at the commit. */
export type Phase = 'waiting' | 'working' | 'committing'

/** A call had no answer in time. */
export class OutOfTime extends Error {}

/**
 * What is known of the outcome of a call that failed for another reason than a conflict. The driver's own
 * message may quote what it was given, so it is left to `cause`.
 */
export function storeError(phase: Phase, failure: Failure, cause: unknown): StoreError {
  const what = cause instanceof OutOfTime ? cause.message : codeOf(cause)
  return phase === 'committing' && failure === 'broken'
    ? new StoreError('outcome_unknown', `the database broke off: ${what}`, { cause })
    : new StoreError('not_applied', `the database did not do it: ${what}`, { cause })
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'no error code'
  const codes = ['code', 'errcode'].map((name) => property(error, name))
  return (
    codes.filter((code) => typeof code === 'string' || typeof code === 'number').join(' ') || 'no error code'
  )
}

export function failureOf(dialect: Dialect, error: unknown): Failure {
  if (typeof error !== 'object' || error === null) return 'broken'
  return byDialect[dialect](error)
}

const byDialect: Readonly<Record<Dialect, (error: object) => Failure>> = {
  postgres: (error) => {
    const state = property(error, 'code')
    if (typeof state !== 'string' || !/^[0-9A-Z]{5}$/.test(state)) return 'broken'
    if (POSTGRES_CONFLICTS.has(state)) return 'conflict'
    return POSTGRES_BROKEN.test(state) ? 'broken' : 'refused'
  },

  mysql: (error) => {
    const number = property(error, 'errno')
    if (typeof number !== 'number' || typeof property(error, 'sqlState') !== 'string') return 'broken'
    if (MYSQL_CONFLICTS.has(number)) return 'conflict'
    return MYSQL_BROKEN.has(number) ? 'broken' : 'refused'
  },

  sqlite: (error) => {
    const code = sqliteCode(error)
    if (code === undefined) return 'broken'
    if (code === 'CONSTRAINT_PRIMARYKEY' || code === 'CONSTRAINT_UNIQUE') return 'conflict'
    if (code.startsWith('BUSY') || code.startsWith('LOCKED')) return 'busy'
    return code.startsWith('IOERR') ? 'broken' : 'refused'
  },
}

/**
 * Whether a connection is of no more use: it broke, or it leads to a server that has become read-only, as
 * the former primary is after a failover (`read_only_sql_transaction`; `ER_OPTION_PREVENTS_STATEMENT`,
 * `ER_READ_ONLY_MODE`). A new one may find the new primary.
 */
export function isSpent(dialect: 'postgres' | 'mysql', error: unknown): boolean {
  if (failureOf(dialect, error) === 'broken') return true
  if (typeof error !== 'object' || error === null) return false
  return dialect === 'postgres'
    ? property(error, 'code') === '25006'
    : [1290, 1836].includes(Number(property(error, 'errno')))
}

const property = (target: object, name: string): unknown => Reflect.get(target, name)

/**
 * `serialization_failure`, `deadlock_detected`, `lock_not_available`, `unique_violation`
 * (PostgreSQL, appendix A). CockroachDB and YugabyteDB say 40001 when a transaction is to be tried again.
 */
const POSTGRES_CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01', '55P03', '23505'])

/**
 * Connection exceptions, shutdown, system and internal errors, and `statement_completion_unknown`: the
 * server may have got further than it could say.
 */
const POSTGRES_BROKEN = /^(08|57P|58|F0|XX)|^40003$/

/**
 * `ER_LOCK_DEADLOCK`, `ER_LOCK_WAIT_TIMEOUT`, `ER_DUP_ENTRY`, `ER_CHECKREAD` (MariaDB with
 * innodb_snapshot_isolation), `ER_LOCK_NOWAIT`. Galera reports a write set that lost as a deadlock.
 */
const MYSQL_CONFLICTS: ReadonlySet<number> = new Set([1213, 1205, 1062, 1020, 3572])

/** Shutdown, an aborted or killed connection, and errors of the network, as the server names them. */
const MYSQL_BROKEN: ReadonlySet<number> = new Set([1053, 1152, 1158, 1159, 1160, 1161, 1317, 1927, 4031])

/** Extended result codes of SQLite by number (`errcode` of node:sqlite), as the other drivers name them. */
const SQLITE_EXTENDED: Readonly<Record<number, string>> = {
  1555: 'CONSTRAINT_PRIMARYKEY',
  2067: 'CONSTRAINT_UNIQUE',
}

const SQLITE_PRIMARY: Readonly<Record<number, string>> = { 5: 'BUSY', 6: 'LOCKED', 10: 'IOERR' }

function sqliteCode(error: object): string | undefined {
  const number = property(error, 'errcode')
  if (typeof number === 'number') {
    return SQLITE_EXTENDED[number] ?? SQLITE_PRIMARY[number % 256] ?? `ERROR_${number}`
  }
  const name = property(error, 'code')
  return typeof name === 'string' && name.startsWith('SQLITE_') ? name.slice('SQLITE_'.length) : undefined
}
