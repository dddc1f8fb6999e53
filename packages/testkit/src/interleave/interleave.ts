import { createTwoFactor } from '@sallyport/core'
import type { AuditedStore } from '../contract/audited-store.ts'
import { checkLaws, type Violation } from './laws/check-laws.ts'
import { type Ledger, stepOf, storeErrorOf } from './ledger.ts'
import { runSchedule, type ScheduleRun } from './run-schedule.ts'
import type { InterleavingScenario } from './scenario.ts'
import { interleavingScenarios } from './scenarios/index.ts'
import { formatSchedule, isCrash, parseSchedule } from './schedule.ts'
import { chooseBy, chooseByChance, walkAll } from './search.ts'
import { type EngineFactory, prepareWorld, type Running, type World } from './world.ts'

/** Waits, in the middle of a call of a store, for others to get in between. */
export type Pause = () => Promise<void>

/** What is run. */
export interface InterleavingSubject {
  /**
   * Makes the store, once for each scenario; its user is forgotten after each schedule. A store of one's own
   * can await `pause` wherever its calls can be overtaken or its process can die.
   */
  readonly store: (pause: Pause) => AuditedStore
  /** Default: `createTwoFactor`. */
  readonly engine?: EngineFactory
  /** Default: {@link interleavingScenarios}. */
  readonly scenarios?: readonly InterleavingScenario[]
}

/** A walk through the schedules of each scenario. */
export interface WalkOptions {
  /** How many things may go wrong in one run. */
  readonly faults: number
  /** Ends the walk after so many schedules, and says so. Default: never. */
  readonly limit?: number
}

export interface InterleaveOptions extends InterleavingSubject {
  /** Which schedules are walked through. Default: all with nothing going wrong, then all with one thing. */
  readonly walks?: readonly WalkOptions[]
  /** Then runs schedules by chance. */
  readonly random?: {
    /** How many, over all scenarios. */
    readonly schedules: number
    /** How many things may go wrong in each. Default 2. */
    readonly faults?: number
    readonly seed: string
  }
  /** Is told of each scenario when it is done. */
  readonly onScenario?: (report: ScenarioReport) => void
}

/** A schedule that broke a law. */
export interface InterleavingFailure {
  readonly scenario: string
  /** What `replayInterleaving` takes: `<scenario>:<faults>:<schedule>`. */
  readonly replay: string
  /** The seed by which it was found; null: by a walk. */
  readonly seed: string | null
  readonly violations: readonly Violation[]
  readonly trace: readonly string[]
}

/** What was run of one scenario. */
export interface ScenarioReport {
  readonly scenario: string
  /** How many schedules each walk has run, and whether these were all that there are. */
  readonly walks: readonly {
    readonly faults: number
    readonly schedules: number
    readonly isExhausted: boolean
  }[]
  /** Schedules by chance. */
  readonly drawn: number
  /** How many different schedules there were, of the walks and by chance. */
  readonly distinct: number
  /** Schedules in which a process crashed. */
  readonly crashed: number
  /** Schedules in which a call to the outside went wrong. */
  readonly faulted: number
  /** How many different ends there were: what each client was told, and what was stored. */
  readonly ends: number
  readonly seconds: number
}

/** What was run, and what came of it. */
export interface InterleavingReport {
  readonly scenarios: readonly ScenarioReport[]
  /** The first failure of each scenario that has one. */
  readonly failures: readonly InterleavingFailure[]
}

/** Every order in which nothing goes wrong, then every one in which one thing does. */
const DEFAULT_WALKS: readonly WalkOptions[] = [{ faults: 0 }, { faults: 1 }]
const DEFAULT_RANDOM_FAULTS = 2

/**
 * Runs two or three real engines over one store, by every schedule: which of them goes on to its next call to
 * the outside, whether that call goes wrong, and where a process dies. Holds every run against the laws.
 *
 * @example
 * const { failures } = await interleave({ store: () => myStore })
 * assert.deepEqual(failures, [])
 */
export async function interleave(options: InterleaveOptions): Promise<InterleavingReport> {
  const { scenarios = interleavingScenarios, random, onScenario } = options
  const reports: ScenarioReport[] = []
  const failures: InterleavingFailure[] = []
  for (const [index, scenario] of scenarios.entries()) {
    const share = shareOf(random?.schedules ?? 0, scenarios.length, index)
    const { report, failure } = await interleaveScenario(scenario, options, share)
    reports.push(report)
    if (failure !== null) failures.push(failure)
    onScenario?.(report)
  }
  return { scenarios: reports, failures }
}

/** An equal part of `total` for each of `parts`; the first ones take what is left over. */
const shareOf = (total: number, parts: number, index: number): number =>
  Math.floor(total / parts) + (index < total % parts ? 1 : 0)

async function prepare(scenario: InterleavingScenario, subject: InterleavingSubject): Promise<World> {
  const running: Running = { process: null }
  const store = subject.store(async () => running.process?.pause())
  return prepareWorld(scenario, { store, engine: subject.engine ?? createTwoFactor, running })
}

async function interleaveScenario(
  scenario: InterleavingScenario,
  options: InterleaveOptions,
  share: number,
): Promise<{ readonly report: ScenarioReport; readonly failure: InterleavingFailure | null }> {
  const { walks: wanted = DEFAULT_WALKS, random } = options
  const begun = Date.now()
  const world = await prepare(scenario, options)
  const schedules = new Set<string>()
  const ends = new Set<string>()
  let [drawn, crashed, faulted] = [0, 0, 0]
  let failure: InterleavingFailure | null = null

  const judge = (run: ScheduleRun, mayFail: number, seed: string | null): void => {
    const schedule = formatSchedule(run.schedule)
    schedules.add(schedule)
    ends.add(endOf(run.ledger))
    const fates = run.schedule.map(({ fate }) => fate)
    if (fates.some(isCrash)) crashed += 1
    if (fates.some((fate) => !isCrash(fate) && fate !== 'done' && fate !== 'arrives')) faulted += 1
    const violations = checkLaws(run.ledger)
    if (violations.length === 0) return
    const replay = `${scenario.name}:${mayFail}:${schedule}`
    failure = { scenario: scenario.name, replay, seed, violations, trace: run.trace }
  }

  const walks: ScenarioReport['walks'][number][] = []
  for (const { faults, limit = Number.POSITIVE_INFINITY } of wanted) {
    const walk = walkAll()
    let walked = 0
    let isExhausted = false
    while (failure === null && !isExhausted && walked < limit) {
      judge(await runSchedule(world, walk.choose, { faults }), faults, null)
      walked += 1
      isExhausted = !walk.next()
    }
    walks.push({ faults, schedules: walked, isExhausted })
  }
  const randomFaults = random?.faults ?? DEFAULT_RANDOM_FAULTS
  while (failure === null && random !== undefined && drawn < share) {
    const seed = `${random.seed}:${scenario.name}:${drawn}`
    judge(await runSchedule(world, chooseByChance(seed), { faults: randomFaults }), randomFaults, seed)
    drawn += 1
  }
  const report: ScenarioReport = {
    scenario: scenario.name,
    walks,
    drawn,
    distinct: schedules.size,
    crashed,
    faulted,
    ends: ends.size,
    seconds: (Date.now() - begun) / 1_000,
  }
  return { report, failure }
}

/** How a run ended: what each client was told, and what is stored, without what chance has drawn. */
function endOf({ calls, remains }: Ledger): string {
  const told = calls.map((call) => {
    const step = stepOf(call)
    return [
      call.client,
      call.name,
      step?.state,
      step?.refusal?.reason,
      step?.outcome?.kind,
      storeErrorOf(call),
    ]
  })
  const flows = [...remains.flows.values()].map(
    (flow) => (flow?.value as { state?: string } | undefined)?.state,
  )
  return JSON.stringify([told.sort(), flows.sort(), remains.audit.map(({ kind }) => kind).sort()])
}

/** A run that was made again. */
export interface Replay {
  readonly violations: readonly Violation[]
  readonly trace: readonly string[]
}

/**
 * Makes a run again, choice by choice.
 *
 * @param replay - What a failure names: `<scenario>:<faults>:<schedule>`.
 * @throws {TypeError} When there is no such scenario, or the schedule is none of it.
 */
export async function replayInterleaving(replay: string, subject: InterleavingSubject): Promise<Replay> {
  const [name, faults, schedule = ''] = replay.split(':')
  const scenario = (subject.scenarios ?? interleavingScenarios).find((one) => one.name === name)
  if (scenario === undefined) throw new TypeError('there is no scenario of this name')
  const world = await prepare(scenario, subject)
  const run = await runSchedule(world, chooseBy(parseSchedule(schedule)), { faults: Number(faults) })
  return { violations: checkLaws(run.ledger), trace: run.trace }
}
