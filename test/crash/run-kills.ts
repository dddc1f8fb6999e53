import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Chance, chance } from '../processes/chance.ts'
import { besidePlace, openPlace, type Place, type SharedDatabase } from '../processes/place.ts'
import { type Checked, checkUser } from './check.ts'
import { type Line, readLedgers } from './ledger.ts'
import { addUp, NOTHING_CHECKED } from './summary.ts'
import type { Birth } from './worker.ts'

export interface KillOptions {
  readonly kills: number
  readonly seed: string
}

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** A process is killed after at most so many lines, and at most so many milliseconds more. */
const MAX_LINES = 60
const MAX_DELAY_MS = 8

/** Kills a process in the middle of its work, again and again, and checks each time what it has left. */
export async function runKills(database: SharedDatabase, { kills, seed }: KillOptions): Promise<Checked> {
  const { place, remove } = await database.create()
  const store = openPlace(place)
  const beside = besidePlace(place)
  const moments = chance(`kills:${database.name}:${seed}`)
  let checked = NOTHING_CHECKED
  let next = startWorker(place)
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const worker = await next
      next = startWorker(place) // gets ready while this one is at work
      const birth: Birth = {
        seed,
        users: [
          { user: `app-${kill}`, kind: 'authenticator' },
          { user: `mail-${kill}`, kind: 'email' },
        ],
      }
      const lines = await workUntilKilled(worker, birth, moments)
      for (const ledger of readLedgers(lines)) {
        const one = await checkUser({ place, store, beside }, ledger)
        checked = addUp(checked, one)
      }
    }
  } finally {
    const unused = await next
    const left = once(unused, 'exit')
    unused.kill('SIGKILL')
    await left
    await beside.destroy()
    await store.close()
    await remove()
  }
  return checked
}

async function startWorker(place: Place): Promise<ChildProcess> {
  const worker = fork(WORKER, [JSON.stringify(place)], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'ipc'],
  })
  const left = once(worker, 'exit').then(() => 'left')
  const begun = await Promise.race([once(worker, 'message'), left])
  if (begun === 'left') throw new Error('the process left before it began')
  return worker
}

/** What the process has told when it dies: its pipe gives all that was written, whatever became of it. */
async function workUntilKilled(
  worker: ChildProcess,
  birth: Birth,
  moments: Chance,
): Promise<readonly Line[]> {
  const pipe = worker.stdio[3]
  if (!(pipe instanceof Readable)) throw new Error('the process has no pipe')
  const afterLines = 1 + moments.below(MAX_LINES)
  const delayMs = moments.below(MAX_DELAY_MS + 1)
  const left = once(worker, 'exit')
  worker.send(birth)

  const lines: Line[] = []
  for await (const text of createInterface({ input: pipe })) {
    lines.push(JSON.parse(text) as Line) // one write of the process's own
    if (lines.length === afterLines) void pause(delayMs).then(() => worker.kill('SIGKILL'))
  }
  const [, signal] = await left
  if (signal !== 'SIGKILL') throw new Error('the process ended by itself')
  return lines
}
