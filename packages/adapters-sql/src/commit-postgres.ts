import { nowMs } from './migrations.ts'
import { type ChangeValues, ROW_VERSION } from './rows.ts'
import { nameOf, type Shape } from './shape.ts'
import { auditColumn, type Statement, statement, values, written } from './statements.ts'
import type { Tables } from './tables.ts'

/**
 * A whole commit as one statement, which gives the number of commits it made: 1 or 0.
 *
 * All sub-statements see the snapshot from before the statement, and waiting for a lock does not renew it.
 * So each row that is expected is locked first, with its revision in the condition that PostgreSQL checks
 * again on the row it has waited for; everything that writes hangs on the last of these, the gate. A row
 * that must not exist yet is inserted with `on conflict do nothing`, which meets also a row that the
 * snapshot does not see, and becomes the gate. Where two rows are inserted, the second one's conflict is
 * an error (23505), since the first is then in already: the statement as a whole is undone.
 */
export function postgresCommit(tables: Tables, shape: Shape): Statement<ChangeValues> {
  return statement('postgres', nameOf(shape), (bind) => {
    // A parameter that is bound but not in the text would be an error.
    const user = (): string => bind(values.user_id, 'text')
    const parts: string[] = []
    let gate: string | undefined

    const when = (): string => (gate === undefined ? '' : `where exists (select 1 from ${gate})`)
    const and = (): string => (gate === undefined ? '' : `and exists (select 1 from ${gate})`)
    const pass = (name: string, part: string): void => {
      parts.push(`${name} as materialized (${part})`)
      gate = name
    }

    function lock(name: string, table: string, condition: string, mode: 'update' | 'share'): void {
      pass(name, `select 1 from ${table} where user_id = ${user()} and ${condition} ${and()} for ${mode}`)
    }

    function insert(record: 'profile' | 'flow', table: string): void {
      const columns = written[record].map(([column]) => column)
      const given = written[record].map(([, read, type]) => bind(read, type))
      const id = record === 'flow' ? ['id'] : []
      const idGiven = record === 'flow' ? [bind(values.flow_id, 'text')] : []
      const isSecond = shape.profile === 'insert' && shape.flow === 'insert' && record === 'flow'
      pass(
        `${record}_in`,
        `insert into ${table} (user_id, ${[...id, ...columns].join(', ')}, row_version, changed_at)
         select ${user()}, ${[...idGiven, ...given].join(', ')}, ${ROW_VERSION}, ${nowMs.postgres} ${when()}
         ${isSecond ? '' : 'on conflict do nothing'} returning 1`,
      )
    }

    function update(record: 'profile' | 'flow', table: string, condition: string): void {
      const set = written[record].map(([column, read, type]) => `${column} = ${bind(read, type)}`)
      parts.push(
        `${record}_up as (update ${table}
         set ${set.join(', ')}, row_version = ${ROW_VERSION}, changed_at = ${nowMs.postgres}
         where user_id = ${user()} ${condition} ${and()})`,
      )
    }

    const profileIs = (): string => `revision = ${bind(values.profile_expected, 'bigint')}`
    const flowIs = (): string => `id = ${bind(values.flow_id, 'text')}`

    // The locks, always in this order, then what is inserted, then what is updated.
    if (shape.profile === 'update') lock('profile_is', tables.profiles, profileIs(), 'update')
    if (shape.profile === 'rely') lock('profile_is', tables.profiles, profileIs(), 'share')
    if (shape.flow === 'update') {
      const revision = bind(values.flow_expected, 'bigint')
      lock('flow_is', tables.flows, `${flowIs()} and revision = ${revision}`, 'update')
    }
    if (shape.profile === 'insert') insert('profile', tables.profiles)
    if (shape.flow === 'insert') insert('flow', tables.flows)
    if (shape.profile === 'update') update('profile', tables.profiles, '')
    if (shape.flow === 'update') update('flow', tables.flows, `and ${flowIs()}`)

    if (shape.audits) {
      const part = `insert into ${tables.audit} (user_id, commit_id, seq, row_version, at, kind, flow_id, data)
        select ${user()}, ${bind(values.commit_id, 'text')}, seq, ${ROW_VERSION}, at, kind, flow_id, data
        from unnest(${bind(auditColumn.at, 'bigint[]')}, ${bind(auditColumn.kind, 'text[]')},
          ${bind(auditColumn.flow_id, 'text[]')}, ${bind(auditColumn.data, 'text[]')})
          with ordinality as a(at, kind, flow_id, data, seq) ${when()}`
      parts.push(`audit_in as (${part})`)
    }
    const count = gate === undefined ? 'select 1 as committed' : `select count(*) as committed from ${gate}`
    return `with ${parts.join(', ')} ${count}`
  })
}
