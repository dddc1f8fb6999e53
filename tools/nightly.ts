import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The checks that are too long for every run: `npm run nightly`, on a machine of two cores with PostgreSQL and
 * MariaDB, or `npm run nightly -- NAME…` for some of them. Everything runs, also after something has failed.
 */
interface Job {
  readonly name: string
  /** The script of package.json, and its arguments. Its last line that begins with `figures:` is shown. */
  readonly run: readonly [script: string, ...args: string[]]
  /** What it is ended after. */
  readonly limitMinutes: number
}

/** Two at a time, in this order: the long ones first. */
const paired: readonly Job[] = [
  { name: 'mutation', run: ['mutation', '--processes', '1'], limitMinutes: 40 },
  { name: 'fuzz', run: ['fuzz', '--requests', '1000000'], limitMinutes: 30 },
  { name: 'interleave', run: ['interleave', '--schedules', '140000'], limitMinutes: 30 },
  { name: 'explore', run: ['explore', '--all'], limitMinutes: 30 },
  { name: 'crash', run: ['crash'], limitMinutes: 15 },
  { name: 'race', run: ['race'], limitMinutes: 15 },
]
/** One after the other, with both cores for itself: what measures time or memory. */
const alone: readonly Job[] = [
  { name: 'soak', run: ['soak', '--minutes', '3'], limitMinutes: 6 },
  { name: 'soak-flaws', run: ['soak', '--minutes', '0.4', '--flaw', 'all'], limitMinutes: 4 },
  { name: 'timing', run: ['timing'], limitMinutes: 8 },
]

const TOTAL_MINUTES = 60
/** What a job is given to end by itself, once it was told to. */
const GRACE_MS = 10_000

interface Result {
  readonly name: string
  readonly result: 'passed' | 'failed' | 'out of time'
  readonly figures: string
  readonly seconds: number
}

const startedAt = performance.now()
const minutesLeft = (): number => TOTAL_MINUTES - (performance.now() - startedAt) / 60_000
const folder = join('nightly', new Date().toISOString().replaceAll(':', '-'))
const logOf = ({ name }: Pick<Job, 'name'>): string => join(folder, `${name}.log`)

/** The last figures that a log tells; of one that tells none, its last line. */
function figuresIn(log: string): string {
  const lines = readFileSync(log, 'utf8').split('\n')
  const told = lines.findLast((line) => line.startsWith('figures: '))?.slice('figures: '.length)
  return told ?? lines.findLast((line) => line.trim() !== '')?.trim() ?? ''
}

/** Runs a job to its end, or ends it with all of its processes when its time is over. */
function runJob(job: Job): Promise<Result> {
  const { name, run, limitMinutes } = job
  const beganAt = performance.now()
  const [script, ...args] = run
  const log = createWriteStream(logOf(job))
  console.log(`  ${name} begins`)
  const child = spawn('npm', ['run', '--silent', script, '--', ...args], {
    detached: true, // a group of its own, to be ended as a whole
    env: { ...process.env, CI: 'true' }, // a database that does not answer is a failure
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })

  let isOutOfTime = false
  const end = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal)
    } catch {} // it has just ended
  }
  const limitMs = Math.max(0, Math.min(limitMinutes, minutesLeft())) * 60_000
  const limit = setTimeout(() => {
    isOutOfTime = true
    end('SIGTERM')
  }, limitMs)
  const lastLimit = setTimeout(() => end('SIGKILL'), limitMs + GRACE_MS)

  return new Promise((resolve) => {
    child.once('close', (code) => {
      clearTimeout(limit)
      clearTimeout(lastLimit)
      log.end(() => {
        const result = isOutOfTime ? 'out of time' : code === 0 ? 'passed' : 'failed'
        const seconds = Math.round((performance.now() - beganAt) / 1000)
        console.log(`  ${name}: ${result} (${seconds} s)`)
        resolve({ name, result, figures: figuresIn(logOf(job)), seconds })
      })
    })
  })
}

/** Runs jobs in order, so many at a time. */
async function runAll(jobs: readonly Job[], atATime: number): Promise<readonly Result[]> {
  const left = [...jobs]
  const results: Result[] = []
  const lane = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) results.push(await runJob(job))
  }
  await Promise.all(Array.from({ length: atATime }, lane))
  return results
}

const asked = process.argv.slice(2)
const names = [...paired, ...alone].map(({ name }) => name)
const unknown = asked.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.log(`no such job: ${unknown.join(', ')}; there are ${names.join(', ')}`)
  process.exit(2)
}
const isAsked = ({ name }: Job): boolean => asked.length === 0 || asked.includes(name)

mkdirSync(folder, { recursive: true })
console.log(`logs in ${folder}`)
const results = [...(await runAll(paired.filter(isAsked), 2)), ...(await runAll(alone.filter(isAsked), 1))]

console.log('\n| job | result | figures | seconds |\n|---|---|---|---|')
for (const { name, result, figures, seconds } of results)
  console.log(`| ${name} | ${result} | ${figures} | ${seconds} |`)
const failed = results.filter(({ result }) => result !== 'passed')
console.log(`\n${results.length - failed.length} passed, ${failed.length} failed, logs in ${folder}`)
for (const { name } of failed) console.log(`  ${logOf({ name })}`)
if (failed.length > 0) process.exitCode = 1
