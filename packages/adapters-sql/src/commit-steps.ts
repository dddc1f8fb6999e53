import { nowMs } from './migrations.ts'
import { type ChangeValues, ROW_VERSION } from './rows.ts'
import { nameOf, type Shape } from './shape.ts'
import { type Call, callOf, type Statement, statement, values, written } from './statements.ts'
import type { Tables } from './tables.ts'

/** One statement of a transaction. */
export interface Step extends Call {
  /** How many rows it must touch, or the transaction is undone. Absent: any number. */
  readonly touches?: number
}

/**
 * A commit as the steps of one transaction, for databases that cannot do it in one statement: profile,
 * flow, audit, always in this order. Each row that is expected has its revision in the condition, so that
 * comparing and locking are one; a step that does not touch its row undoes them all, and a row that must
 * not exist yet fails on its key.
 */
export function commitSteps(
  dialect: 'sqlite' | 'mysql',
  tables: Tables,
  shape: Shape,
): (change: ChangeValues) => readonly Step[] {
  const table = { profile: tables.profiles, flow: tables.flows }
  const name = nameOf(shape)

  function insert(record: 'profile' | 'flow'): Statement<ChangeValues> {
    return statement(dialect, `${name}_${record}`, (bind) => {
      const columns = written[record].map(([column]) => column)
      const id = record === 'flow' ? ['id'] : []
      const key = [bind(values.user_id, 'text'), ...id.map(() => bind(values.flow_id, 'text'))]
      const given = written[record].map(([, read, type]) => bind(read, type))
      return `insert into ${table[record]} (user_id, ${[...id, ...columns].join(', ')}, row_version, changed_at)
        values (${[...key, ...given].join(', ')}, ${ROW_VERSION}, ${nowMs[dialect]})`
    })
  }

  function update(record: 'profile' | 'flow'): Statement<ChangeValues> {
    return statement(dialect, `${name}_${record}`, (bind) => {
      const set = written[record].map(([column, read, type]) => `${column} = ${bind(read, type)}`)
      return `update ${table[record]}
        set ${set.join(', ')}, row_version = ${ROW_VERSION}, changed_at = ${nowMs[dialect]}
        where user_id = ${bind(values.user_id, 'text')}
        ${record === 'flow' ? `and id = ${bind(values.flow_id, 'text')}` : ''}
        and revision = ${bind(values[`${record}_expected`], 'bigint')}`
    })
  }

  // SQLite has no `for update`. A write that changes nothing takes its lock, where a read would hold a
  // snapshot that a later write of the same transaction may find outdated.
  const rely = (): Statement<ChangeValues> =>
    statement(dialect, `${name}_profile`, (bind) => {
      const user = (): string => bind(values.user_id, 'text')
      const revision = (): string => bind(values.profile_expected, 'bigint')
      return dialect === 'mysql'
        ? `select 1 from ${tables.profiles} where user_id = ${user()} and revision = ${revision()} for update`
        : `update ${tables.profiles} set revision = revision
           where user_id = ${user()} and revision = ${revision()}`
    })

  const make = { insert, update, rely }
  const single = [
    ...(shape.profile === 'none' ? [] : [make[shape.profile]('profile')]),
    ...(shape.flow === 'none' ? [] : [make[shape.flow]('flow')]),
  ]
  return (change) => [
    ...single.map((step) => ({ ...callOf(step, change), touches: 1 })),
    ...(shape.audits ? [appendAudit(tables, name, change)] : []),
  ]
}

const AUDIT_COLUMNS = 'user_id, commit_id, seq, row_version, at, kind, flow_id, data'

/** All audit rows in one statement; its text depends on how many there are. */
function appendAudit(tables: Tables, name: string, change: ChangeValues): Step {
  const rows = change.audit.map(() => `(?, ?, ?, ${ROW_VERSION}, ?, ?, ?, ?)`).join(', ')
  const sql = `insert into ${tables.audit} (${AUDIT_COLUMNS}) values ${rows}`
  const parameters = change.audit.flatMap(({ at, kind, flow_id, data }, position) => [
    change.user_id,
    change.commit_id,
    position + 1,
    at,
    kind,
    flow_id,
    data,
  ])
  return { name: `${name}_audit`, sql: `/* sallyport:audit_${change.audit.length} */ ${sql}`, parameters }
}
