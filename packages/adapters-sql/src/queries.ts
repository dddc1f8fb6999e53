import type { EpochMs, FlowId, UserId } from '@sallyport/core'
import type { Step } from './commit-steps.ts'
import type { Isolation } from './executor.ts'
import { callOf, type Statement, statement } from './statements.ts'
import type { Dialect, Tables } from './tables.ts'

export interface LoadQuery {
  readonly userId: UserId
  readonly flowId: FlowId | null
}

/** Reads profile and flow as of one moment: one statement, which always gives one row. */
export function loadStatement(dialect: Dialect, tables: Tables): Statement<LoadQuery> {
  const userId = ({ userId }: LoadQuery) => userId
  const flowId = ({ flowId }: LoadQuery) => flowId
  // MySQL gives text in the connection's character set; bytes it gives as they are.
  const bytes = (column: string): string => (dialect === 'mysql' ? `cast(${column} as binary)` : column)
  const columns = (alias: string, record: string): string => `
    ${alias}.revision as ${record}_revision, ${alias}.commit_id as ${record}_commit,
    ${alias}.row_version as ${record}_version, ${bytes(`${alias}.data`)} as ${record}_data`
  return statement(
    dialect,
    'load',
    (bind) => `select ${columns('p', 'profile')}, ${columns('f', 'flow')}
      from (select 1 as one) as k
      left join ${tables.profiles} as p on p.user_id = ${bind(userId, 'text')}
      left join ${tables.flows} as f on f.user_id = ${bind(userId, 'text')} and f.id = ${bind(flowId, 'text')}`,
  )
}

export interface AuditQuery {
  readonly userId: UserId
  readonly since: EpochMs
  readonly limit: number
}

export function auditStatement(dialect: Dialect, tables: Tables): Statement<AuditQuery> {
  const data = dialect === 'mysql' ? 'cast(data as binary)' : 'data'
  return statement(
    dialect,
    'audit_of',
    (bind) => `select row_version as version, ${data} as data from ${tables.audit}
      where user_id = ${bind(({ userId }) => userId, 'text')} and at >= ${bind(({ since }) => since, 'bigint')}
      order by at, commit_id, seq limit ${bind(({ limit }) => limit, 'bigint')}`,
  )
}

export interface PurgeQuery {
  readonly expiredBefore: EpochMs
  readonly limit: number
}

/**
 * Removes expired flows, the oldest first, by the index on their expiry. Each dialect looks at the expiry
 * again once it holds the row: a flow that a commit has extended in between stays.
 */
export function purgeStatement(dialect: Dialect, tables: Tables): Statement<PurgeQuery> {
  const expiredBefore = ({ expiredBefore }: PurgeQuery) => expiredBefore
  const limit = ({ limit }: PurgeQuery) => limit
  const flows = tables.flows
  return statement(dialect, 'purge', (bind) => {
    const due = `expires_at < ${bind(expiredBefore, 'bigint')} order by expires_at limit ${bind(limit, 'bigint')}`
    if (dialect === 'mysql') return `delete from ${flows} where ${due}`
    if (dialect === 'sqlite') {
      return `delete from ${flows} where rowid in (select rowid from ${flows} where ${due})`
    }
    // Rows that someone else holds are left for the next time.
    return `with due as materialized (
        select user_id, id from ${flows} where ${due} for update skip locked
      )
      delete from ${flows} as f using due where f.user_id = due.user_id and f.id = due.id`
  })
}

/**
 * What `forget` needs. On PostgreSQL each of its steps is to see what was committed while the one before
 * waited. On MySQL a row that is put between those that were deleted is to wait, which takes the locks on
 * gaps that this level has. SQLite has one writer at a time.
 */
export const forgetIsolation: Readonly<Record<Dialect, Isolation | undefined>> = {
  postgres: 'read committed',
  mysql: 'repeatable read',
  sqlite: undefined,
}

/**
 * Erases a user, holding the row of the profile from the first step on. Where there is none, one is put
 * there: a first write then waits for the end and comes after, rather than between two of the steps.
 */
export function forgetSteps(dialect: Dialect, tables: Tables): (userId: UserId) => readonly Step[] {
  const userId = (id: UserId) => id
  const hold = statement<UserId>(dialect, 'forget_hold', (bind) => {
    const row = `insert into ${tables.profiles}
      (user_id, revision, commit_id, row_version, epoch, methods, enrollments, recovery_codes, devices, failures,
       changed_at, data)
      values (${bind(userId, 'text')}, 0, '', 0, 0, '', 0, 0, 0, 0, 0, '')`
    return dialect === 'mysql'
      ? `${row} on duplicate key update revision = 0`
      : `${row} on conflict (user_id) do update set revision = 0`
  })
  const erase = (name: string, table: string): Statement<UserId> =>
    statement(
      dialect,
      `forget_${name}`,
      (bind) => `delete from ${table} where user_id = ${bind(userId, 'text')}`,
    )

  const eraseEach = [
    erase('flows', tables.flows),
    erase('audit', tables.audit),
    erase('profile', tables.profiles),
  ]
  const statements = {
    postgres: [hold, holdFlows(tables), eraseAtOnce(tables)],
    mysql: [hold, ...eraseEach],
    sqlite: eraseEach, // one writer at a time
  }[dialect]
  return (id) => statements.map((each) => callOf(each, id))
}

/** Waits for the commits that have a flow in hand, so that what they wrote is seen by the next statement. */
const holdFlows = (tables: Tables): Statement<UserId> =>
  statement(
    'postgres',
    'forget_hold_flows',
    (bind) => `select 1 from ${tables.flows} where user_id = ${bind((id) => id, 'text')} for update`,
  )

/** One snapshot for all tables: a commit that inserts rows alone is erased whole, or comes after. */
const eraseAtOnce = (tables: Tables): Statement<UserId> =>
  statement('postgres', 'forget_erase', (bind) => {
    const mine = `user_id = ${bind((id) => id, 'text')}`
    return `with f as (delete from ${tables.flows} where ${mine}), a as (delete from ${tables.audit} where ${mine})
      delete from ${tables.profiles} where ${mine}`
  })
