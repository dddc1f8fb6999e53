import {
  type AuditRecord,
  type Change,
  type CommitId,
  type EpochMs,
  type Loaded,
  type Profile,
  type Revision,
  SnapshotError,
  type Stored,
} from '@sallyport/core'

/** The format of rows that this release writes; a row of a higher one is refused. */
export const ROW_VERSION = 1

/** What a lock that only a rescue lifts counts as in the column `locked_until`: 9999-12-31T23:59:59.999Z. */
export const LOCKED_UNTIL_RESCUED_MS: EpochMs = 253_402_300_799_999

/** What a statement can be given. A list stands for a column of audit rows. */
export type Value = string | number | null | readonly (string | number | null)[]

/** The values of a change, by the name that the statements know them by. */
export interface ChangeValues {
  readonly user_id: string
  readonly commit_id: string
  readonly profile_expected: Value
  readonly profile_revision: Value
  readonly epoch: Value
  readonly methods: Value
  readonly enrollments: Value
  readonly recovery_codes: Value
  readonly devices: Value
  readonly failures: Value
  readonly locked_until: Value
  readonly profile_data: Value
  readonly flow_id: Value
  readonly flow_expected: Value
  readonly flow_revision: Value
  readonly flow_kind: Value
  readonly flow_state: Value
  readonly expires_at: Value
  readonly flow_data: Value
  readonly audit: readonly AuditRow[]
}

export interface AuditRow {
  readonly at: EpochMs
  readonly kind: string
  readonly flow_id: string | null
  readonly data: string
}

/** Lays a change out in columns. The typed ones are there to be asked for; `data` alone is read back. */
export function valuesOf({ userId, commitId, profile, flow, audit }: Change): ChangeValues {
  const written = profile && 'revision' in profile ? profile : undefined
  return {
    user_id: userId,
    commit_id: commitId,
    profile_expected: profile?.expected ?? null,
    profile_revision: written?.revision ?? null,
    ...profileColumns(written?.value),
    flow_id: flow?.id ?? null,
    flow_expected: flow?.expected ?? null,
    flow_revision: flow?.revision ?? null,
    flow_kind: flow?.value.flow.run.kind ?? null,
    flow_state: flow?.value.state ?? null,
    expires_at: flow?.expiresAt ?? null,
    flow_data: flow ? JSON.stringify(flow.value) : null,
    audit: audit.map(auditRow),
  }
}

type ProfileColumn =
  | 'epoch'
  | 'methods'
  | 'enrollments'
  | 'recovery_codes'
  | 'devices'
  | 'failures'
  | 'locked_until'
  | 'profile_data'

function profileColumns(profile: Profile | undefined): Readonly<Record<ProfileColumn, Value>> {
  return {
    epoch: profile?.epoch ?? null,
    methods: profile ? methodsOf(profile) : null,
    enrollments: profile?.enrollments.length ?? null,
    recovery_codes: profile?.recoveryCodes?.unused.length ?? 0,
    devices: profile?.devices.length ?? null,
    failures: profile?.failures ?? null,
    locked_until:
      profile?.lock?.until === 'rescued' ? LOCKED_UNTIL_RESCUED_MS : (profile?.lock?.until ?? null),
    profile_data: profile ? JSON.stringify(profile) : null,
  }
}

/** The enrolled methods, each once, in order and separated by commas. */
const methodsOf = ({ enrollments }: Profile): string =>
  [...new Set(enrollments.map(({ method }) => method))].sort().join(',')

const auditRow = (record: AuditRecord): AuditRow => ({
  at: record.at,
  kind: record.kind,
  flow_id: record.flow ?? null,
  data: JSON.stringify(record),
})

/** A row as a driver gives it. */
export type Row = Readonly<Record<string, unknown>>

/** The columns of `load`: those of the profile, then those of the flow, each null where there is no row. */
export function loadedFrom(row: Row | undefined): Loaded {
  const profile = row && storedFrom(row, 'profile')
  const flow = row && storedFrom(row, 'flow')
  return { ...(profile && { profile }), ...(flow && { flow }) }
}

function storedFrom(row: Row, record: 'profile' | 'flow'): Stored | undefined {
  if (row[`${record}_revision`] === null) return undefined
  assertKnownVersion(row[`${record}_version`], record)
  return {
    value: parseJson(row[`${record}_data`], record),
    revision: parseRevision(row[`${record}_revision`], record),
    commitId: textOf(row[`${record}_commit`], record) as CommitId, // core wrote it there
  }
}

/** The audit record in a row. */
export function auditFrom(row: Row): AuditRecord {
  assertKnownVersion(row['version'], 'audit')
  return parseJson(row['data'], 'audit') as AuditRecord // core wrote it there, and decides nothing by it
}

function assertKnownVersion(version: unknown, record: string): void {
  const number = Number(version)
  if (Number.isSafeInteger(number) && number >= 1 && number <= ROW_VERSION) return
  if (number > ROW_VERSION) {
    throw new SnapshotError('version_unknown', `${record} row: version ${number} is newer than this release`)
  }
  throw invalid(record, 'row_version')
}

/** Drivers give a 64-bit integer as a number, a bigint or text. */
function parseRevision(value: unknown, record: string): Revision {
  const revision = typeof value === 'number' ? value : Number(textual(value))
  if (!Number.isSafeInteger(revision)) throw invalid(record, 'revision')
  return revision
}

const textual = (value: unknown): string | bigint =>
  typeof value === 'string' || typeof value === 'bigint' ? value : 'not a number'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Drivers give a binary column as bytes. */
function textOf(value: unknown, record: string): string {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return utf8.decode(value)
  throw invalid(record, 'commit_id')
}

function parseJson(value: unknown, record: string): unknown {
  try {
    return JSON.parse(textOf(value, record))
  } catch {
    // No cause: the parser's message quotes what it was given.
    throw invalid(record, 'data')
  }
}

const invalid = (record: string, column: string): SnapshotError =>
  new SnapshotError(
    record === 'profile' ? 'profile_invalid' : 'snapshot_invalid',
    `${record} row: invalid ${column}`,
  )
