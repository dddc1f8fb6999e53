import type { AuditRecord } from '@sallyport/core'
import { halfChanges, type UserRows } from '../crash/rows.ts'
import { ATTEMPTS_PER_FLOW } from './deployment.ts'
import type { ChangeKind, Told } from './told.ts'

/** One user's side of a run: what was told, and what is stored. */
export interface Evidence {
  readonly user: string
  readonly told: readonly Told[]
  readonly rows: UserRows
  /** The enrollments of the stored profile. */
  readonly enrollments: readonly string[]
  /** Flows that began before are removed once they have ended. */
  readonly purgedBefore: number
}

type RecordOf<Kind extends AuditRecord['kind']> = Extract<AuditRecord, { readonly kind: Kind }>
type ProofTold = Extract<Told, { readonly says: 'proof' }>

/** A law, and what speaks against it in a user's evidence. */
type Law = (evidence: Evidence) => readonly string[]

const recordsOf = <Kind extends AuditRecord['kind']>(
  { rows }: Evidence,
  kind: Kind,
): readonly RecordOf<Kind>[] =>
  rows.audit.flatMap(({ record }) => (record.kind === kind ? [record as RecordOf<Kind>] : [])) // compared just now

const proofsOf = ({ told }: Evidence): readonly ProofTold[] =>
  told.flatMap((one) => (one.says === 'proof' ? [one] : []))

const countOf = ({ told }: Evidence, matches: (one: Told) => boolean): number => told.filter(matches).length

/** Whether a proof may have been taken though its sender was not told so. */
const mayHaveWon = ({ answer, mustFail }: ProofTold): boolean => answer === 'unknown' && mustFail === null

/** L1: nobody is in without a proof, and nobody was told so without a record. */
const sessions: Law = (evidence) => {
  const faults: string[] = []
  const endings = recordsOf(evidence, 'flow_ended')
  const proofs = proofsOf(evidence)
  for (const { answer, mustFail, prize, flow } of proofs) {
    if (answer === 'accepted' && mustFail !== null)
      faults.push(`L1, L5: a proof that was ${mustFail} is accepted`)
    if (answer === 'accepted' && !endings.some((ending) => ending.flow === flow && ending.outcome === prize))
      faults.push(`L1, L12: ${prize} was told, and no record says so`)
  }
  let withoutProof = 0
  for (const ending of endings) {
    if (
      ending.outcome === 'authenticated' &&
      (ending.via === 'remembered_device' || ending.via === 'first_factor')
    ) {
      withoutProof += 1
      continue
    }
    if (!['authenticated', 'verified', 'changed'].includes(ending.outcome)) continue
    const isExplained = proofs.some(
      (proof) => proof.flow === ending.flow && (proof.answer === 'accepted' || mayHaveWon(proof)),
    )
    if (!isExplained)
      faults.push(`L1: a flow is recorded as ${ending.outcome}, and nobody has proven anything in it`)
  }
  const isLogin = (isCertain: boolean) => (one: Told) =>
    one.says === 'logged_in' && one.isCertain === isCertain
  faults.push(
    ...between(
      'logins without a proof',
      withoutProof,
      countOf(evidence, isLogin(true)),
      countOf(evidence, isLogin(false)),
    ),
  )
  return faults
}

/** L2, L7: one success for each secret, each challenge and each flow. */
const onceOnly: Law = (evidence) => {
  const accepted = proofsOf(evidence).filter(({ answer }) => answer === 'accepted')
  const records = recordsOf(evidence, 'proof_accepted')
  const uses = recordsOf(evidence, 'recovery_code_used')
  const generated = recordsOf(evidence, 'recovery_codes_generated').length
  return [
    ...repeated(
      'a secret is accepted',
      accepted.map(({ secret }) => secret),
    ),
    ...repeated(
      'a flow is told as won',
      accepted.map(({ flow }) => flow),
    ),
    ...repeated(
      'a challenge is recorded as met',
      records.map(({ challenge }) => challenge),
    ),
    ...repeated(
      'a flow is recorded as ended',
      recordsOf(evidence, 'flow_ended').map(({ flow = '' }) => flow),
    ),
    // Of each set, the use that leaves so many is made once.
    ...[...Map.groupBy(uses, ({ left }) => left).values()].flatMap((same) =>
      same.length > generated
        ? [`L2: ${same.length} uses of ${generated} sets of recovery codes left the same number`]
        : [],
    ),
  ]
}

const repeated = (what: string, values: readonly string[]): readonly string[] =>
  [...Map.groupBy(values, (value) => value).values()].flatMap((same) =>
    same.length > 1 ? [`L2, L7: ${what} ${same.length} times`] : [],
  )

/** L3: every failure that was told is counted, in its flow and against its user. */
const counted: Law = (evidence) => {
  const faults: string[] = []
  const rejections = Map.groupBy(recordsOf(evidence, 'proof_rejected'), ({ flow = '' }) => flow)
  const proofs = Map.groupBy(proofsOf(evidence), ({ flow }) => flow)
  for (const flow of new Set([...rejections.keys(), ...proofs.keys()])) {
    const recorded = rejections.get(flow)?.length ?? 0
    const sent = proofs.get(flow) ?? []
    const toldSo = sent.filter(({ answer }) => answer === 'rejected').length
    const perhaps = sent.filter(({ answer }) => answer === 'unknown' || answer === 'locked').length
    if (recorded < toldSo || recorded > toldSo + perhaps)
      faults.push(
        `L3: ${recorded} failures of a flow are recorded, ${toldSo} were told and ${perhaps} more may have been`,
      )
    if (recorded > ATTEMPTS_PER_FLOW) faults.push(`L3: a flow has borne ${recorded} failures`)
  }
  return [...faults, ...miscounted(evidence)]
}

/**
 * Whether each failure of a user has raised the count by one. The log is ordered by times that were read before the
 * commits, so the check does without an order: each count from 1 on is reached once between two resets.
 */
function miscounted(evidence: Evidence): readonly string[] {
  const failures = recordsOf(evidence, 'proof_rejected').filter(({ method }) => method !== 'recovery_code')
  const times = (count: number): number => failures.filter((one) => one.failures === count).length
  const most = Math.max(0, ...failures.map((one) => one.failures))
  const resets =
    recordsOf(evidence, 'proof_accepted').filter(({ flowKind }) => flowKind !== 'setup').length +
    recordsOf(evidence, 'user_unlocked').length
  const faults: string[] = []
  if (times(1) > resets + 1)
    faults.push(`L3: the count of failures began ${times(1)} times after ${resets} resets`)
  for (let count = 2; count <= most; count += 1)
    if (times(count) > times(count - 1))
      faults.push(
        `L3: ${times(count)} failures were each the ${count}. in a row, and only ${times(count - 1)} the one before`,
      )
  const stored = evidence.rows.profile?.failures ?? 0
  if (stored > 0 && times(stored) === 0)
    faults.push(`L3: the profile counts ${stored} failures, and no record does`)
  if (resets === 0 && stored !== failures.length)
    faults.push(`L3: the profile counts ${stored} failures of ${failures.length}`)
  return faults
}

/** L4: what is enrolled was proven first. */
const provenFirst: Law = (evidence) => {
  const accepted = new Set(recordsOf(evidence, 'proof_accepted').map(({ flow }) => flow))
  const made = [...recordsOf(evidence, 'enrollment_added'), ...recordsOf(evidence, 'enrollment_replaced')]
  const known = new Set<string>(made.map(({ enrollment }) => enrollment))
  return [
    ...made.flatMap(({ flow }) =>
      accepted.has(flow) ? [] : ['L4: a method is enrolled in a flow that proved nothing'],
    ),
    ...evidence.enrollments.flatMap((id) =>
      known.has(id) ? [] : ['L4: the profile has an enrollment that no record knows'],
    ),
  ]
}

/** L12: what was told is so, and no change is half made. */
const nothingLost: Law = (evidence) => {
  const { told, rows, purgedBefore } = evidence
  const started = new Map(recordsOf(evidence, 'flow_started').map(({ flow, at }) => [flow ?? '', at]))
  const stored = new Set(rows.flows.map(({ id }) => id))
  const revoked = new Set<string>(recordsOf(evidence, 'device_revoked').map(({ device }) => device))
  const remembered = new Set(
    recordsOf(evidence, 'device_remembered').map(({ flow }) => flow as string | undefined),
  )
  const faults = told.flatMap((one) => {
    if (one.says === 'opened' && !started.has(one.flow))
      return ['L12: a flow that was told of was never started']
    if (one.says === 'revoked' && !revoked.has(one.device))
      return ['L12: a device that was told as revoked is not']
    if (one.says === 'remembered' && !remembered.has(one.flow))
      return ['L12: a browser that was told as remembered is not']
    return one.says === 'fault' ? [one.what] : []
  })
  for (const [flow, at] of started)
    if (at >= purgedBefore && !stored.has(flow)) faults.push('L12: a flow is gone before its time')
  for (const kind of ['two_factor_disabled', 'recovery_codes_generated'] as const)
    faults.push(...changesOf(evidence, kind))
  if (rows.profile !== undefined && !rows.audit.some(({ commitId }) => commitId === rows.profile?.commitId))
    faults.push('L12: no audit record is of the commit that wrote the profile')
  // Of a flow that is purged, only its records are left.
  const audit = rows.audit.filter(({ record }) => record.flow === undefined || stored.has(record.flow))
  return [
    ...faults,
    ...halfChanges({ profile: undefined, flows: rows.flows, audit }).map((fault) => `L12: ${fault}`),
  ]
}

function changesOf(evidence: Evidence, kind: ChangeKind): readonly string[] {
  const isOf = (isCertain: boolean) => (one: Told) =>
    one.says === 'change' && one.kind === kind && one.isCertain === isCertain
  return between(
    kind,
    recordsOf(evidence, kind).length,
    countOf(evidence, isOf(true)),
    countOf(evidence, isOf(false)),
  )
}

function between(what: string, recorded: number, told: number, perhaps: number): readonly string[] {
  if (recorded >= told && recorded <= told + perhaps) return []
  return [`L12: ${recorded} ${what} are recorded, ${told} were told and ${perhaps} more may have been`]
}

/** Every law that the evidence of a run can speak against; what is planted is looked for elsewhere. */
const laws: readonly Law[] = [sessions, onceOnly, counted, provenFirst, nothingLost]

/** Everything that speaks against the laws in one user's evidence. */
export const brokenLaws = (evidence: Evidence): readonly string[] =>
  laws.flatMap((law) => law(evidence)).map((fault) => `${evidence.user}: ${fault}`)
