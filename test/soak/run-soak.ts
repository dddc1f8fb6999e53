import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '@sallyport/core'
import { chance } from '../processes/chance.ts'
import type { Place } from '../processes/place.ts'
import { type Account, createAccount, wrongCode } from './account.ts'
import { openBrowser, type Timing } from './browser.ts'
import { checkRun } from './check-run.ts'
import type { Client } from './client.ts'
import { type Closing, logInAtLast } from './closing.ts'
import { userIdOf } from './deployment.ts'
import type { Flaw } from './flaws.ts'
import { type Fleet, type FleetOptions, type MemorySample, startFleet } from './fleet.ts'
import { createInbox, type Inbox } from './inbox.ts'
import type { Mark } from './line-chart.ts'
import { createNotes, type Notes } from './notes.ts'
import { type Pace, pacedClock } from './paced-clock.ts'
import { attack, live } from './person.ts'
import type { Told } from './told.ts'

export interface SoakOptions {
  readonly place: Place
  readonly seconds: number
  readonly users: number
  readonly seed: string
  /** How many seconds pass in a real one. */
  readonly speed: number
  /** What is wrong with the servers' store, on purpose; left out: nothing. */
  readonly flaw?: Flaw
  /** What the servers print goes into this folder. */
  readonly folder: string
}

/** What a run came to. */
export interface Soaked {
  /** Everything that speaks against a law or the contract. Empty: nothing does. */
  readonly faults: readonly string[]
  /** How long the clients were at work. */
  readonly seconds: number
  readonly timings: readonly Timing[]
  readonly memory: readonly MemorySample[]
  readonly marks: readonly Mark[]
  readonly told: readonly Told[]
  readonly auditRecords: number
  readonly closings: Readonly<Record<Closing, number>>
  /** Lines that the servers have printed. */
  readonly printedLines: number
}

/** The first is left alone, so that its memory can be watched; the second is stopped, the third killed, in turn. */
const SERVERS = 3
const STOPPED = 1
const KILLED = 2
const MIN_DISTURBANCE_MS = 1_500
const DISTURBANCE_SPREAD_MS = 3_000

const USERS_PER_ATTACKER = 8
const SAMPLES = 300
const MIN_SAMPLE_MS = 1_000
/** Of so many messages the servers' senders refuse one. */
const REFUSED_ONE_IN = 100

/** Longer than any lock that has an end: two days. */
const REST_MS = 2 * 86_400_000
/** How long a flow's row outlives it at least. */
const KEPT_MS = 3_600_000

/** Lets everybody in at once, then each alone, and checks what has come of it. */
export async function runSoak(options: SoakOptions): Promise<Soaked> {
  const { place, seconds, users, seed, speed, flaw = null, folder } = options
  mkdirSync(folder, { recursive: true })
  const logPath = join(folder, 'servers.log')
  writeFileSync(logPath, '')
  const startMs = Date.now()
  const pace: Pace = { realStartMs: startMs, startMs, speed }
  const clock = pacedClock(pace)
  const inbox = createInbox()
  const notes = createNotes()
  const accounts = Array.from({ length: users }, (_, number) => createAccount(userIdOf(number)))
  const cachePath = join(folder, 'compiled')
  const fleetOptions = { seed, logPath, cachePath, onMessage: inbox.take }

  const soak = await soakAll(
    {
      ...fleetOptions,
      servers: SERVERS,
      order: { place, pace, refusesOneIn: REFUSED_ONE_IN, purges: true, flaw },
    },
    { accounts, inbox, notes, clock, seconds, seed, speed },
  )
  const purgedBefore = clock.now() - KEPT_MS

  // Nobody is in a hurry any more: on a busy machine a code must not expire on its way.
  const later: Pace = { realStartMs: Date.now(), startMs: clock.now() + REST_MS, speed: 1 }
  const last = await closeAll(
    {
      ...fleetOptions,
      servers: 1,
      order: { place, pace: later, refusesOneIn: 0, purges: false, flaw: null },
    },
    { accounts, inbox, notes, clock: pacedClock(later), seconds, seed, speed: later.speed },
  )

  rmSync(cachePath, { recursive: true, force: true })
  const printed = readFileSync(logPath, 'utf8')
  const userIds = accounts.map(({ id }) => id)
  const checked = await checkRun({ place, users: userIds, notes, inbox, printed, purgedBefore })
  return {
    ...soak,
    faults: [...soak.faults, ...last.faults, ...checked.faults],
    timings: soak.timings,
    told: [...notes.told.values()].flat(),
    auditRecords: checked.auditRecords,
    closings: last.closings,
    printedLines: printed.split('\n').filter((line) => line !== '').length,
  }
}

/** Who is there, and what they have in common. */
interface Crowd {
  readonly accounts: readonly Account[]
  readonly inbox: Inbox
  readonly notes: Notes
  readonly clock: Clock
  readonly seconds: number
  readonly seed: string
  readonly speed: number
}

type Soak = Pick<Soaked, 'faults' | 'seconds' | 'timings' | 'memory' | 'marks'>

/** Everybody at once, while servers come and go. */
async function soakAll(options: FleetOptions, crowd: Crowd): Promise<Soak> {
  const { accounts, inbox, notes, clock, seconds, seed } = crowd
  const fleet = await startFleet(options)
  const begunAt = Date.now()
  const endsAt = begunAt + seconds * 1_000
  const isOver = (): boolean => Date.now() >= endsAt
  const secondsNow = (): number => (Date.now() - begunAt) / 1_000
  const marks: Mark[] = []
  const memory: MemorySample[] = []

  const disturb = async (): Promise<void> => {
    const moments = chance(`${seed}:moments`)
    for (let turn = 0; !isOver(); turn += 1) {
      await pause(MIN_DISTURBANCE_MS + moments.below(DISTURBANCE_SPREAD_MS))
      const isKill = turn % 2 === 0
      marks.push({ x: secondsNow(), kind: isKill ? 'killed' : 'restarted' })
      await (isKill ? fleet.kill(KILLED) : fleet.restart(STOPPED))
    }
  }
  const measure = async (): Promise<void> => {
    while (!isOver()) {
      memory.push(...(await fleet.measure(secondsNow())))
      await pause(Math.max(MIN_SAMPLE_MS, (seconds * 1_000) / SAMPLES))
    }
  }
  const openers = (name: string) => openerOf(name, { crowd, fleet, endsAt, secondsNow })
  const owners = accounts.map((account) => {
    const open = openers(account.id)
    return live(() => open(account), isOver)
  })
  const attackers = Array.from({ length: Math.ceil(accounts.length / USERS_PER_ATTACKER) }, (_, index) => {
    const open = openers(`attacker ${index}`)
    const victims = chance(`${seed}:victims of ${index}`)
    return attack(
      () => open(victims.pick(accounts as unknown as readonly [Account, ...Account[]])), // there are some
      isOver,
      ({ account }) => wrongCode(account, inbox, clock.now()),
    )
  })
  try {
    await Promise.all([...owners, ...attackers, disturb(), measure()])
  } finally {
    await fleet.stop()
  }
  return { faults: fleet.faults, seconds: secondsNow(), timings: [...notes.timings], memory, marks }
}

/** Two days later, in peace: what everybody was told must still be so. */
async function closeAll(options: FleetOptions, crowd: Crowd): Promise<Pick<Soaked, 'faults' | 'closings'>> {
  const fleet = await startFleet(options)
  const open = openerOf('closing', { crowd, fleet, endsAt: Number.POSITIVE_INFINITY, secondsNow: () => 0 })
  const closings = { logged_in: 0, nothing_enrolled: 0, locked: 0, unanswered: 0 }
  try {
    for (const account of crowd.accounts) closings[await logInAtLast(open(account))] += 1
  } finally {
    await fleet.stop()
  }
  return { faults: fleet.faults, closings }
}

interface Situation {
  readonly crowd: Crowd
  readonly fleet: Fleet
  /** Nobody waits for longer. */
  readonly endsAt: number
  secondsNow(): number
}

/** Opens browsers for someone, each with choices of its own. */
function openerOf(
  name: string,
  { crowd, fleet, endsAt, secondsNow }: Situation,
): (account: Account) => Client {
  const { inbox, notes, clock, seed, speed } = crowd
  const keep = (secret: string): void => void notes.secrets.add(secret)
  let opened = 0
  return (account) => {
    opened += 1
    const choices = chance(`${seed}:${name}:${opened}`)
    const browser = openBrowser({
      urls: fleet.urls,
      chance: choices,
      note: (timing) => notes.timings.push(timing),
      undocumented: (what) => notes.undocumented.add(what),
      keep,
      now: secondsNow,
    })
    return {
      account,
      browser,
      chance: choices,
      inbox,
      now: () => clock.now(),
      async wait(ms) {
        const wantedMs = ms / speed
        const leftMs = Math.max(0, endsAt - Date.now())
        await pause(Math.min(wantedMs, leftMs))
        return wantedMs <= leftMs
      },
      tell: notes.tell,
      keep,
    }
  }
}
