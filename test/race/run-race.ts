import { type AuditRecord, parseUserId } from '@sallyport/core'
import { chance } from '../processes/chance.ts'
import { deployNode, type Node } from '../processes/deployment.ts'
import { openPlace, type SharedDatabase } from '../processes/place.ts'
import { startContenders } from './contenders.ts'
import { CONTENDERS, RACE_POLICY, type Told } from './contest.ts'
import { type Contest, raceKinds } from './kinds.ts'

/** What came of the races of one kind. */
interface Tally {
  readonly kind: string
  readonly rounds: number
  readonly wins: number
  /** Failures that were counted. */
  readonly counted: number
  /** Processes that were told to try again. */
  readonly busy: number
  /** Rounds in which at least one process was overtaken between its load and its commit. */
  readonly contended: number
}

export interface RaceResult {
  readonly tallies: readonly Tally[]
  /** What should not have happened, with the kind and the round. */
  readonly faults: readonly string[]
}

export interface RaceOptions {
  /** How often each kind of race is run. */
  readonly rounds: number
  readonly seed: string
}

/** Runs each kind of race on one database, each round for a user of its own. */
export async function runRace(database: SharedDatabase, { rounds, seed }: RaceOptions): Promise<RaceResult> {
  const { place, remove } = await database.create()
  const store = openPlace(place)
  const node = deployNode({ store, policy: RACE_POLICY })
  const contenders = await startContenders(place)
  const order = chance(`race:${database.name}:${seed}`)
  const starters = Array.from({ length: CONTENDERS }, (_, index) => index)
  const faults: string[] = []
  const tallies: Tally[] = []
  try {
    for (const [number, { name, prepare }] of raceKinds.entries()) {
      let tally: Tally = { kind: name, rounds, wins: 0, counted: 0, busy: 0, contended: 0 }
      for (let round = 0; round < rounds; round += 1) {
        const userId = `user-${number}-${round}`
        const contest = await prepare(node, userId)
        const auditOf = () => store.auditOf(parseUserId(userId))
        const before = await auditOf()
        const told = await contenders.race(contest.attempts, order.shuffled(starters))
        const found = await judge({ node, userId, contest, told, before, after: await auditOf() })
        faults.push(
          ...found.map((fault) => `${name}, round ${round}: ${fault}; told ${JSON.stringify(told)}`),
        )
        tally = {
          ...tally,
          wins:
            tally.wins + told.filter(({ outcome }) => outcome !== null && outcome === contest.prize).length,
          counted: tally.counted + told.flatMap(({ observed }) => observed.filter(isRejection)).length,
          busy: tally.busy + told.filter(({ refusal }) => refusal === 'busy').length,
          contended: tally.contended + (told.some(({ conflicts }) => conflicts > 0) ? 1 : 0),
        }
      }
      tallies.push(tally)
    }
  } finally {
    await contenders.stop()
    await store.close()
    await remove()
  }
  return { tallies, faults }
}

const isRejection = (kind: string): boolean => kind === 'proof_rejected'

interface Round {
  readonly node: Node
  readonly userId: string
  readonly contest: Contest
  readonly told: readonly Told[]
  readonly before: readonly AuditRecord[]
  readonly after: readonly AuditRecord[]
}

/** Everything that is wrong with what came of a round. */
async function judge({ node, userId, contest, told, before, after }: Round): Promise<readonly string[]> {
  const { prize, counted, afterwards, replay } = contest
  const faults: string[] = []
  const expect = (what: string, found: unknown, expected: unknown): void => {
    if (found !== expected) faults.push(`${what}: ${String(found)} in place of ${String(expected)}`)
  }
  const rejectionsIn = (records: readonly AuditRecord[]) =>
    records.filter(({ kind }) => isRejection(kind)).length

  for (const { threw } of told) expect('thrown', threw, null)
  const isBusy = told.some(({ refusal }) => refusal === 'busy')

  const winners = told.filter(({ outcome }) => outcome === prize)
  if (prize !== null) expect('winners', winners.length, 1)
  for (const { outcome } of told)
    if (outcome !== null && outcome !== prize && !['denied', 'locked', 'cancelled'].includes(outcome))
      faults.push(`an outcome ${outcome} that was not to be had`)

  // L3: whoever was told of a failure has had it counted, and nothing else was.
  for (const { observed, refusal, outcome } of told) {
    const isTold = refusal === 'proof_rejected' || outcome === 'denied'
    if (isTold)
      expect('failures that a process was told of and saw counted', observed.filter(isRejection).length, 1)
  }
  const observed = told.flatMap(({ observed }) => observed).filter(isRejection).length
  expect('failures in the audit log', rejectionsIn(after) - rejectionsIn(before), observed)
  if (!isBusy) expect('failures that were counted', observed, counted)
  const { failures } = await node.twoFactor.users.get(userId)
  // A winner comes before every loser. A wrong recovery code spends the flow's attempts alone: it brings no lock.
  const against = after.filter(
    (record) => record.kind === 'proof_rejected' && record.method !== 'recovery_code',
  )
  expect('failures in the profile', failures, against.length)

  // L2, L7: what was told is what is written, once for each flow.
  const endings = after.flatMap((record) => (record.kind === 'flow_ended' ? [record] : []))
  for (const [flow, ended] of Map.groupBy(endings, ({ flow }) => flow))
    expect(`endings of ${flow}`, ended.length, 1)
  const outcomes = (list: readonly string[]) => list.toSorted().join(' ')
  const fresh = endings.slice(before.filter(({ kind }) => kind === 'flow_ended').length)
  expect(
    'outcomes in the audit log',
    outcomes(fresh.map(({ outcome }) => outcome)),
    outcomes(told.flatMap(({ outcome }) => (outcome === null ? [] : [outcome]))),
  )

  faults.push(...((await afterwards?.()) ?? []))
  const again = await replay?.()
  if (again !== undefined) expect('a replay is answered', again.refusal?.reason, 'proof_rejected')
  return faults
}
