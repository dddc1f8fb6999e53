import { type FlowId, parseUserId } from '@sallyport/core'
import { outbox } from '../outbox.ts'
import { type Actor, beginTurn, bindingOf, clientOf, endTurn, startLife } from './actor.ts'
import type { Call, Ledger } from './ledger.ts'
import { applyChange, type Run } from './ports.ts'
import { RIVALED_USER } from './scenario.ts'
import { type Choice, fatesOf, isCrash } from './schedule.ts'
import { restore, type World } from './world.ts'

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

const letterOf = (index: number): string => String.fromCharCode('a'.charCodeAt(0) + index)
const user = parseUserId(RIVALED_USER)

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
    const life = startLife(world, run, letter, 0)
    return { letter, turns, told: [], turn: 0, tries: 0, deaths: 0, life, call: null }
  })

  /** Lets an actor's process run to its next port, and begins the next turn whenever one is over. */
  async function settle(actor: Actor): Promise<void> {
    for (;;) {
      await actor.life.process.settled()
      if (actor.call !== null && actor.call.toldAt === null) return
      if (actor.call !== null) endTurn(actor, actor.call)
      const turn = actor.turns[actor.turn]
      if (turn === undefined) return
      actor.call = beginTurn(actor, turn)
      calls.push(actor.call)
    }
  }

  async function make({ client, fate }: Choice): Promise<void> {
    if (fate === 'arrives') {
      const arriving = run.inFlight.find((one) => one.client === client)
      if (arriving === undefined) throw new Error('a choice that was not offered')
      run.inFlight = run.inFlight.filter((one) => one !== arriving)
      world.running.process = null
      run.trace.push(`${client} arrives: ${await applyChange(run, arriving.change, arriving.call)}`)
      return
    }
    const actor = actors.find(({ letter }) => letter === client)
    const waiting = actor?.life.process.next
    if (actor === undefined || waiting === undefined) throw new Error('a choice that was not offered')
    world.running.process = actor.life.process
    if (!isCrash(fate)) {
      waiting.answer(fate)
      return settle(actor)
    }
    actor.life.process.die()
    if (fate === 'crash_after') await waiting.effect('done').catch(() => undefined)
    if (fate === 'crash_in_flight') await waiting.effect('in_flight').catch(() => undefined)
    run.trace.push(`${client} crashes at ${waiting.port}`)
    actor.deaths += 1
    actor.life = startLife(world, run, actor.letter, actor.deaths)
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

  world.running.process = null
  const ledger = await closeLedger(world, run, calls)
  await store.forget(user)
  return { schedule, ledger, trace: run.trace }
}

function optionsOf(actors: readonly Actor[], run: Run, mayFail: boolean): readonly Choice[] {
  const going: Choice[] = []
  const failing: Choice[] = []
  for (const { letter: client, life } of actors) {
    const { next } = life.process
    if (next === undefined) continue
    const [done, ...others] = fatesOf[next.port].map((fate): Choice => ({ client, fate }))
    if (done !== undefined) going.push(done)
    if (mayFail) failing.push(...others)
  }
  const arriving = [...new Set(run.inFlight.map(({ client }) => client))].map(
    (client): Choice => ({ client, fate: 'arrives' }),
  )
  return [...going, ...arriving, ...failing]
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
    const scratch: Run = { ...run, happenings: [], trace: [] }
    const binding = bindingOf(world, scratch, { letter: 'z', deaths: repeats.length, process: null })
    const step = await enter(clientOf(world.engineIn(binding), binding, []))
    if (step !== null) repeats.push({ proof, step })
  }
  return { calls, happenings, remains, secrets: rivals.secrets ?? [], repeats }
}
