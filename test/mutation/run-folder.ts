import { spawn } from 'node:child_process'
import { closeSync, globSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { MutatedFolder } from './folders.ts'
import { type Instrumented, instrument, type Mutant } from './instrument.ts'
import { assign, type Fate, progressIn } from './work.ts'

/** How long the tests may take without a mutant. */
const REHEARSAL_MS = 300_000
/** How long one mutant may take, beside some rehearsals: beyond, it has made a loop that its switch does not see. */
const STALL_MS = 20_000
const STALL_REHEARSALS = 5
const POLL_MS = 500

/** A mutant with what became of it. */
export interface TriedMutant extends Mutant {
  readonly fate: Fate
}

/** The groups of processes that run. */
const running = new Set<number>()

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {} // it has just ended
}

// What is endless does not notice that its parent has gone.
process.once('exit', () => running.forEach(endGroup))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** Runs one process of tests until it has ended or stalls; gives the fates that it has told. */
async function runOnce(
  instrumented: Instrumented,
  tests: readonly string[],
  todo: readonly string[],
): Promise<ReadonlyMap<string, Fate>> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-mutation-'))
  try {
    const env = assign(folder, { ...instrumented, tests, todo })
    const logFile = join(folder, 'log')
    const log = openSync(logFile, 'w')
    const vitest = spawn('node_modules/.bin/vitest', ['run', '--config', 'test/mutation/vitest.config.ts'], {
      env,
      detached: true, // a group of its own, to be ended as a whole
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    const { pid } = vitest
    if (pid === undefined) throw new Error('vitest does not start')
    running.add(pid)
    let ended = false
    vitest.once('exit', () => {
      ended = true
    })
    let seen = 0
    let seenAt = performance.now()
    let patienceMs = REHEARSAL_MS
    while (!ended && performance.now() - seenAt < patienceMs) {
      await wait(POLL_MS)
      const [first, ...others] = progressIn(folder)
      if (first !== undefined && 'rehearsedMs' in first)
        patienceMs = STALL_MS + STALL_REHEARSALS * first.rehearsedMs
      if (others.length > seen) [seen, seenAt] = [others.length, performance.now()]
    }
    endGroup(pid)
    running.delete(pid)

    const [, ...progress] = progressIn(folder)
    if (progress.length === 0) throw new Error(`the tests do not run:\n${readFileSync(logFile, 'utf8')}`)
    const fates = new Map<string, Fate>()
    for (const line of progress) {
      if ('trying' in line) fates.set(line.trying, 'timed out')
      if ('tried' in line) fates.set(line.tried, line.fate)
    }
    return fates
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Tries a share of the mutants; begins again behind each one that has stalled its process. */
async function runShare(
  instrumented: Instrumented,
  tests: readonly string[],
  share: readonly Mutant[],
): Promise<readonly TriedMutant[]> {
  const fates = new Map<string, Fate>()
  for (;;) {
    const todo = share.filter(({ id }) => !fates.has(id)).map(({ id }) => id)
    if (todo.length === 0) break
    for (const [id, fate] of await runOnce(instrumented, tests, todo)) fates.set(id, fate)
  }
  return share.map((mutant) => ({ ...mutant, fate: fates.get(mutant.id) ?? 'timed out' }))
}

/** Tries every mutant of a folder, in several processes at once. */
export async function runFolder(folder: MutatedFolder, processes: number): Promise<readonly TriedMutant[]> {
  const instrumented = await instrument(folder.name)
  const tests = globSync([...folder.tests]).map((path) => resolve(path))
  const shares = Array.from({ length: processes }, (_, share) =>
    instrumented.mutants.filter((_mutant, index) => index % processes === share),
  ).filter((share) => share.length > 0)
  return (await Promise.all(shares.map((share) => runShare(instrumented, tests, share)))).flat()
}
