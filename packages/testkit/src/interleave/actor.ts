import type { Clock, Step, TwoFactor } from '@sallyport/core'
import { seededRandom } from '../seeded-random.ts'
import { type Call, stepOf, storeErrorOf, type Told } from './ledger.ts'
import type { Binding, Run } from './ports.ts'
import { type Process, startProcess } from './process.ts'
import { type Client, RIVALED_USER, type Turn } from './scenario.ts'
import type { World } from './world.ts'

/** How far the clocks of the processes are apart: within the tolerance of five seconds that nodes are allowed. */
const SKEWS_MS: readonly number[] = [0, 2_000, -2_000]
/** A wait that is longer than any pause before a retry is the limit on a delivery, which here always ends first. */
const LONGEST_PAUSE_MS = 2_000
/** How often a client sends a call again that was answered with an error or with `busy`. */
const MAX_TRIES = 3

/** A server process with its engine. */
export interface Life {
  readonly process: Process
  readonly binding: Binding
  readonly twoFactor: TwoFactor
}

/** A client with the process that serves it now. */
export interface Actor {
  readonly letter: string
  readonly turns: readonly Turn[]
  readonly told: Told[]
  turn: number
  /** How often it has sent the call of this turn. */
  tries: number
  /** How many processes have died on it. */
  deaths: number
  life: Life
  /** Null: between two calls. */
  call: Call | null
}

/** A call of which nothing has come yet. */
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

/** Begins an actor's next turn. */
export function beginTurn({ letter, life, told: before }: Actor, turn: Turn): Call {
  const { binding, process } = life
  const { run } = binding
  const call = newCall(letter, turn.name)
  binding.call = call
  const hear = (told: Told): void => {
    call.told = told
    call.toldAt = run.when
    run.trace.push(`${call.client} ${call.name} is told ${inWords(told)}`)
  }
  const work = turn.take(clientOf(life.twoFactor, binding, before)).then(
    (value) => hear(isStep(value) ? { kind: 'step', step: value } : { kind: 'value', value }),
    (error: unknown) => hear({ kind: 'error', error }),
  )
  process.begin(work)
  return call
}

/** A client sends what failed or was too busy again, as a user would; everything else is an answer. */
export function endTurn(actor: Actor, call: Call): void {
  actor.call = null
  const isFailed = storeErrorOf(call) !== undefined || stepOf(call)?.refusal?.reason === 'busy'
  actor.tries += 1
  if (isFailed && actor.tries < MAX_TRIES) return
  if (call.told !== null) actor.told.push(call.told)
  actor.turn += 1
  actor.tries = 0
  if (actor.turn === actor.turns.length) actor.life.binding.run.trace.push(`${actor.letter} is done`)
}

/** Starts a process for a client, by its letter and how many have died on it. */
export function startLife(world: World, run: Run, letter: string, deaths: number): Life {
  const process = startProcess()
  const binding = bindingOf(world, run, { letter, deaths, process })
  return { process, binding, twoFactor: world.engineIn(binding) }
}

/** What the ports of a process are made of. */
export function bindingOf(
  { startAt, scenario }: World,
  run: Run,
  { letter, deaths, process }: Pick<Actor, 'letter' | 'deaths'> & { readonly process: Process | null },
): Binding {
  const skew = SKEWS_MS[letter.charCodeAt(0) - 'a'.charCodeAt(0)] ?? 0
  const clock: Clock = {
    now: () => startAt + skew,
    wait: (ms, signal) =>
      ms <= LONGEST_PAUSE_MS
        ? Promise.resolve()
        : new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
  }
  const random = seededRandom(`${scenario.name}:${letter}:${deaths}`)
  return { client: letter, run, process, clock, random, call: newCall(letter, 'nothing') }
}

/** A client whose calls an engine answers. */
export function clientOf(twoFactor: TwoFactor, binding: Binding, told: readonly Told[]): Client {
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
