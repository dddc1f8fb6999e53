import type { Clock, FlowId, Step } from '@sallyport/core'
import { parseUserId } from '@sallyport/core'
import { outbox } from '../outbox.ts'
import { seededRandom } from '../seeded-random.ts'
import { type Call, type Ledger, stepOf, storeErrorOf, type Told } from './ledger.ts'
import { applyChange, type Binding, type Run } from './ports.ts'
import { type Process, startProcess } from './process.ts'
import { type Client, RIVALED_USER, type Turn } from './scenario.ts'
import { type Choice, fatesOf, isCrash } from './schedule.ts'
import { type Engine, restore, type World } from './world.ts'

/** What may come next: at least that a waiting call is answered, or that a commit on the way arrives. */
export type Options = readonly [Choice, ...Choice[]]

/** Chooses what comes next. */
export type Choose = (options: Options) => Choice

/** A run by one schedule. */
export interface ScheduleRun {
  readonly schedule: readonly Choice[]
  readonly ledger: Ledger
  /** What happened, in words; the same schedule gives the same. */
  readonly trace: readonly string[]
}

/** How much may go wrong in one run. */
export interface Mishaps {
  /** Processes that die, requests and answers that are lost, stores and senders that fail; all together. */
  readonly faults: number
}

/** How far the clocks of the processes are apart: within the tolerance of five seconds that nodes are allowed. */
const SKEWS_MS: readonly number[] = [0, 2_000, -2_000]
/** A wait that is longer than any pause before a retry is the limit on a delivery, which here always ends first. */
const LONGEST_PAUSE_MS = 2_000
/** How often a client sends a call again that was answered with an error or with `busy`. */
const MAX_TRIES = 3

const letterOf = (index: number): string => String.fromCharCode('a'.charCodeAt(0) + index)
const user = parseUserId(RIVALED_USER)

/** A client with the process that serves it now. */
interface Actor {
  readonly letter: string
  readonly turns: readonly Turn[]
  readonly told: Told[]
  turn: number
  tries: number
  lives: number
  process: Process
  engine: Engine
  call: Call | null
}

/** Runs one schedule from the prepared situation to the end of all turns, then looks at what is left. */
export async function runSchedule(world: World, choose: Choose, { faults }: Mishaps): Promise<ScheduleRun> {
  const { store, scenario } = world
  const run: Run = {
    store,
    outbox: outbox(),
    changesUser: scenario.changesUser === true,
    user: world.user,
    when: 0,
    happenings: [...(await restore(world))],
    inFlight: [],
    trace: [],
  }
  const calls: Call[] = []
  const schedule: Choice[] = []
  let faultsLeft = faults
  const actors = world.rivals.clients.map((turns, index): Actor => {
    const letter = letterOf(index)
    const [process, engine] = [startProcess(), world.engineOf(letter, 0)]
    return { letter, turns, told: [], turn: 0, tries: 0, lives: 0, process, engine, call: null }
  })

  /** Lets an actor's process run to its next port, and begins the next turn whenever one is over. */
  async function settle(actor: Actor): Promise<void> {
    for (;;) {
      await actor.process.settled()
      if (actor.call !== null && actor.call.toldAt === null) return
      if (actor.call !== null) endTurn(run, actor, actor.call)
      const turn = actor.turns[actor.turn]
      if (turn === undefined) return
      actor.call = beginTurn(world, run, actor, turn)
      calls.push(actor.call)
    }
  }

  async function make({ client, fate }: Choice): Promise<void> {
    if (fate === 'arrives') {
      const arriving = run.inFlight.find((one) => one.client === client)
      if (arriving === undefined) return
      run.inFlight = run.inFlight.filter((one) => one !== arriving)
      world.running.process = null
      run.trace.push(`${client} arrives: ${await applyChange(run, arriving.change, arriving.call)}`)
      return
    }
    const actor = actors.find(({ letter }) => letter === client)
    const waiting = actor?.process.next
    if (actor === undefined || waiting === undefined) return
    world.running.process = actor.process
    if (!isCrash(fate)) {
      waiting.answer(fate)
      return settle(actor)
    }
    actor.process.die()
    if (fate === 'crash_after') await waiting.effect('done').catch(() => undefined)
    if (fate === 'crash_in_flight') await waiting.effect('in_flight').catch(() => undefined)
    run.trace.push(`${client} crashes at ${waiting.port}`)
    actor.lives += 1
    actor.process = startProcess()
    actor.engine = world.engineOf(actor.letter, actor.lives)
    actor.call = null // nobody will be told; its client sends it again
    return settle(actor)
  }

  for (const actor of actors) await settle(actor)
  for (;;) {
    const [first, ...more] = optionsOf(actors, run, faultsLeft > 0)
    if (first === undefined) break
    const choice = choose([first, ...more])
    if (choice.fate !== 'done' && choice.fate !== 'arrives') faultsLeft -= 1
    schedule.push(choice)
    run.when += 1
    await make(choice)
  }

  const ledger = await closeLedger(world, run, calls)
  await store.forget(user)
  return { schedule, ledger, trace: run.trace }
}

function optionsOf(actors: readonly Actor[], run: Run, mayFail: boolean): readonly Choice[] {
  const going: Choice[] = []
  const failing: Choice[] = []
  for (const { letter: client, process } of actors) {
    if (process.next === undefined) continue
    const [done, ...others] = fatesOf[process.next.port].map((fate): Choice => ({ client, fate }))
    if (done !== undefined) going.push(done)
    if (mayFail) failing.push(...others)
  }
  const arriving = [...new Set(run.inFlight.map(({ client }) => client))].map(
    (client): Choice => ({ client, fate: 'arrives' }),
  )
  return [...going, ...arriving, ...failing]
}

const newCall = (client: string, name: string): Call => ({
  client,
  name,
  flow: null,
  proof: null,
  begunAt: null,
  toldAt: null,
  told: null,
  faults: 0,
  conflicts: 0,
  sent: [],
  observed: [],
})

function beginTurn(world: World, run: Run, actor: Actor, turn: Turn): Call {
  const call = newCall(actor.letter, turn.name)
  const binding = bindingOf(world, run, call, actor)
  actor.engine.bind(binding)
  const hear = (told: Told): void => {
    call.told = told
    call.toldAt = run.when
    run.trace.push(`${call.client} ${call.name} is told ${inWords(told)}`)
  }
  const work = turn.take(clientOf(actor.engine, binding, actor.told)).then(
    (value) => hear(isStep(value) ? { kind: 'step', step: value } : { kind: 'value', value }),
    (error: unknown) => hear({ kind: 'error', error }),
  )
  actor.process.begin(work)
  return call
}

/** A client sends what failed or was too busy again, as a user would; everything else is an answer. */
function endTurn(run: Run, actor: Actor, call: Call): void {
  actor.call = null
  const isFailed = storeErrorOf(call) !== undefined || stepOf(call)?.refusal?.reason === 'busy'
  actor.tries += 1
  if (isFailed && actor.tries < MAX_TRIES) return
  if (call.told !== null) actor.told.push(call.told)
  actor.turn += 1
  actor.tries = 0
  if (actor.turn === actor.turns.length) run.trace.push(`${actor.letter} is done`)
}

function bindingOf(
  { startAt, scenario }: World,
  run: Run,
  call: Call,
  {
    letter,
    lives,
    turn,
    tries,
    process,
  }: Pick<Actor, 'letter' | 'lives' | 'turn' | 'tries'> & {
    readonly process: Process | null
  },
): Binding {
  const skew = SKEWS_MS[letter.charCodeAt(0) - 'a'.charCodeAt(0)] ?? 0
  const clock: Clock = {
    now: () => startAt + skew,
    wait: (ms, signal) =>
      ms <= LONGEST_PAUSE_MS
        ? Promise.resolve()
        : new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
  }
  const random = seededRandom(`${scenario.name}:${letter}:${lives}:${turn}:${tries}`)
  return { client: letter, run, process, clock, random, call }
}

function clientOf({ twoFactor }: Engine, binding: Binding, told: readonly Told[]): Client {
  const { call, clock, run, process } = binding
  const caller = { userId: RIVALED_USER, firstFactorAt: clock.now(), secondFactorAt: clock.now() }
  const about = (flow: string): string => {
    call.flow = flow
    return flow
  }
  return {
    now: () => clock.now(),
    told,
    codeTo(address) {
      const last = run.outbox.to(address).findLast(({ message }) => message.kind === 'code')
      return last === undefined ? undefined : /(?<!\d)\d{6}(?!\d)/.exec(last.message.text)?.[0]
    },
    login: (input = {}) =>
      twoFactor.login({ userId: RIVALED_USER, firstFactor: { amr: ['pwd'], at: clock.now() }, ...input }),
    prove(flow, text, isRight) {
      call.proof = { text, isRight }
      return twoFactor.send(about(flow), { type: 'proof_submitted', proof: text }, { caller })
    },
    send: (flow, event) => twoFactor.send(about(flow), event, { caller }),
    view: (flow) => twoFactor.view(about(flow), { caller }),
    operate: (operator) => operator(twoFactor),
    async changeUser(facts) {
      const change = async (): Promise<void> => {
        call.begunAt = run.when
        run.user = { ...run.user, ...facts }
        run.trace.push(`${call.client} host: the user has changed`)
      }
      await (process === null ? change() : process.call('host', change))
    },
  }
}

async function closeLedger(world: World, run: Run, calls: readonly Call[]): Promise<Ledger> {
  const { store, rivals } = world
  const flowIds = new Set<FlowId>()
  for (const happening of run.happenings)
    if (happening.kind === 'applied' && happening.change.flow !== undefined)
      flowIds.add(happening.change.flow.id)
  const flows = new Map<FlowId, Ledger['remains']['profile']>()
  for (const id of flowIds) flows.set(id, (await store.load(user, id)).flow)
  const remains = {
    profile: (await store.load(user)).profile,
    flows,
    audit: await store.auditOf(user),
  }
  const happenings = [...run.happenings]
  const repeats = []
  for (const { proof, enter } of rivals.repeats ?? []) {
    const engine = world.engineOf('z', 0)
    const call = newCall('z', 'repeat')
    const life = { letter: 'z', lives: repeats.length, turn: 0, tries: 0, process: null }
    const binding = bindingOf(world, { ...run, happenings: [], trace: [] }, call, life)
    engine.bind(binding)
    world.running.process = null
    const step = await enter(clientOf(engine, binding, []))
    if (step !== null) repeats.push({ proof, step })
  }
  return { calls, happenings, remains, secrets: rivals.secrets ?? [], repeats }
}

function isStep(value: unknown): value is Step {
  return typeof value === 'object' && value !== null && 'state' in value && 'refusal' in value
}

function inWords(told: Told): string {
  if (told.kind === 'error')
    return told.error instanceof Error ? `an error: ${told.error.message}` : 'an error'
  if (told.kind === 'value') return typeof told.value
  const { state, refusal, outcome } = told.step
  return [state, refusal?.reason, outcome === undefined ? undefined : 'and how it ended']
    .filter((part) => part !== undefined)
    .join(', ')
}
