import { type AuditRecord, type FinalState, parseUserId } from '@sallyport/core'
import { type Kysely, sql } from 'kysely'
import type { Place } from '../processes/place.ts'

/** One user's rows, as they stand in the tables. */
export interface UserRows {
  readonly profile: { readonly commitId: string; readonly failures: number } | undefined
  readonly flows: readonly { readonly id: string; readonly commitId: string; readonly state: string }[]
  readonly audit: readonly {
    readonly commitId: string
    readonly seq: number
    readonly record: AuditRecord
  }[]
}

/** Reads a user's rows past the store, which does not show whose commit wrote them. */
export async function readRows(
  beside: Kysely<unknown>,
  { dialect, prefix, location }: Place,
  userId: string,
): Promise<UserRows> {
  const user = dialect === 'mysql' ? Buffer.from(parseUserId(userId)) : userId
  // On MariaDB the connection beside may be to no database, or to another.
  const schema = dialect === 'mysql' ? `${new URL(location).pathname.slice(1)}.` : ''
  const table = (name: string) => sql.table(schema + prefix + name)
  const text = (value: unknown): string => (Buffer.isBuffer(value) ? value.toString() : String(value))
  const rows = async (query: ReturnType<typeof sql<Record<string, unknown>>>) =>
    (await query.execute(beside)).rows

  const [profile] = await rows(
    sql`select commit_id, failures from ${table('profiles')} where user_id = ${user}`,
  )
  const flows = await rows(sql`select id, commit_id, state from ${table('flows')} where user_id = ${user}`)
  const audit = await rows(
    sql`select commit_id, seq, data from ${table('audit')} where user_id = ${user} order by at, commit_id, seq`,
  )
  return {
    profile: profile && { commitId: text(profile['commit_id']), failures: Number(profile['failures']) },
    flows: flows.map((row) => ({
      id: text(row['id']),
      commitId: text(row['commit_id']),
      state: text(row['state']),
    })),
    audit: audit.map((row) => ({
      commitId: text(row['commit_id']),
      seq: Number(row['seq']),
      record: JSON.parse(text(row['data'])) as AuditRecord, // what the store wrote there
    })),
  }
}

const finals: Readonly<Record<FinalState, true>> = {
  authenticated: true,
  verified: true,
  changed: true,
  disabled: true,
  denied: true,
  locked: true,
  expired: true,
  cancelled: true,
}

/** Everything in a user's rows that only half a change could have left. */
export function halfChanges({ profile, flows, audit }: UserRows): readonly string[] {
  const faults: string[] = []
  const commits = Map.groupBy(audit, ({ commitId }) => commitId)
  for (const [commitId, written] of commits) {
    const seqs = written.map(({ seq }) => seq)
    if (seqs.some((seq, index) => seq !== index + 1))
      faults.push(`commit ${commitId} has the records ${seqs}`)
    if (new Set(written.map(({ record }) => `${record.flow} ${record.at}`)).size !== 1)
      faults.push(`commit ${commitId} tells of several flows or times`)
  }

  if (profile !== undefined && !commits.has(profile.commitId))
    faults.push('no audit record is of the commit that wrote the profile')

  const known = new Set(flows.map(({ id }) => id))
  for (const { record } of audit)
    if (record.flow !== undefined && !known.has(record.flow))
      faults.push(`${record.kind} of a flow that is not`)

  for (const { id, commitId, state } of flows) {
    const ofFlow = audit.filter(({ record }) => record.flow === id)
    if (!ofFlow.some(({ record }) => record.kind === 'flow_started'))
      faults.push(`flow ${id} has not been started`)
    const [ended, ...more] = ofFlow.filter(({ record }) => record.kind === 'flow_ended')
    if (more.length > 0) faults.push(`flow ${id} ended ${more.length + 1} times`)
    if (Object.hasOwn(finals, state) !== (ended !== undefined))
      faults.push(
        `flow ${id} is ${state}, and its log says ${ended === undefined ? 'it goes on' : 'it ended'}`,
      )
    if (ended === undefined) continue
    if (ended.record.kind === 'flow_ended' && ended.record.outcome !== state)
      faults.push(`flow ${id} is ${state}, and its log says ${ended.record.outcome}`)
    if (ended.commitId !== commitId) faults.push(`flow ${id} was written after it had ended`)
  }
  return faults
}

/** Whether the profile counts other failures than the log, which must be in the order of what happened. */
export function miscounted({ profile, audit }: UserRows): readonly string[] {
  const counted = countedFailures(audit.map(({ record }) => record))
  if (profile === undefined || profile.failures === counted) return []
  return [`${profile.failures} failures in the profile, ${counted} by the log`]
}

function countedFailures(records: readonly AuditRecord[]): number {
  let failures = 0
  for (const record of records) {
    const isOfRecoveryCode = 'method' in record && record.method === 'recovery_code'
    if (record.kind === 'proof_rejected' && !isOfRecoveryCode) failures += 1
    // Confirming a setup proves nothing that was in force before.
    if (record.kind === 'proof_accepted' && record.flowKind !== 'setup') failures = 0
    if (record.kind === 'user_unlocked') failures = 0
  }
  return failures
}
