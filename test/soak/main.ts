import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { freshSeed } from '../processes/chance.ts'
import { causedBy, type Flaw, flaws, isFlaw } from './flaws.ts'
import { SOAK_SPEED } from './paced-clock.ts'
import { placeOf, StoreUnusable } from './place-of.ts'
import { summarize, writeReport } from './report.ts'
import { runSoak } from './run-soak.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    store: { type: 'string' },
    users: { type: 'string', default: '40' },
    speed: { type: 'string', default: String(SOAK_SPEED) },
    seed: { type: 'string', default: freshSeed() },
    flaw: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const { store = null, seed, help } = values
const minutes = Number(values.minutes)
const users = Number(values.users)
const speed = Number(values.speed)
const asked = values.flaw === 'all' ? Object.keys(flaws) : values.flaw === undefined ? [] : [values.flaw]
const flawsAsked = asked.filter(isFlaw)
const isUsable =
  minutes > 0 && speed >= 1 && Number.isSafeInteger(users) && users > 0 && flawsAsked.length === asked.length

const SOAKS = fileURLToPath(new URL('../../soaks/', import.meta.url))

if (help || !isUsable) {
  console.log(`Many users, and those who guess at their codes, over HTTP on several servers that are stopped and killed.

  npm run soak                          5 minutes on a SQLite file of its own
  npm run soak -- --minutes N           as long as you like
  npm run soak -- --store STORE         sqlite:FILE, postgres://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE
  npm run soak -- --users N             40 by default
  npm run soak -- --speed N             how fast the clock runs, 30 by default: slower on a machine that is busy
  npm run soak -- --seed SEED           the same choices, though not the same order of things
  npm run soak -- --out FOLDER          for the report; soaks/TIME by default
  npm run soak -- --flaw FLAW           puts a flawed store under the servers, which the run has to find out:
                                        all, or one of ${Object.keys(flaws).join(', ')}

Tables are made under a prefix of the run's own, and removed when it ends without a fault.
The exit code is 0 when every law held, every answer was a documented one, and memory did not grow; with a flaw, when
the law was found broken that it breaks.`)
  process.exit(help ? 0 : 2)
}

try {
  if (flawsAsked.length === 0) process.exitCode = (await soak()).length === 0 ? 0 : 1
  const found: string[] = []
  for (const flaw of flawsAsked) {
    const { length } = causedBy(flaw, await soak(flaw))
    found.push(`${flaw} is ${length === 0 ? 'not found out' : `found out by ${length} faults`}`)
    if (length === 0) process.exitCode = 1
  }
  if (found.length > 0) console.log(`figures: ${found.join(', ')}`)
} catch (error) {
  if (!(error instanceof StoreUnusable)) throw error
  console.error(error.message)
  process.exitCode = 2
}

/** Makes one run, and tells of it. */
async function soak(flaw?: Flaw): Promise<readonly string[]> {
  const { name, place, remove } = await placeOf(store)
  const now = new Date().toISOString().replaceAll(':', '-')
  const folder = join(values.out ?? join(SOAKS, now), flaw ?? '')
  const under = flaw === undefined ? '' : `, ${flaw}`
  console.log(`${minutes} minutes on ${name}${under}, tables ${place.prefix}*, ${users} users, seed ${seed}`)
  const soaked = await runSoak({
    place,
    seconds: minutes * 60,
    users,
    seed,
    speed,
    folder,
    ...(flaw === undefined ? {} : { flaw }),
  })
  const summary = summarize(soaked)
  const page = writeReport(folder, soaked, { store: `${name}${under}`, seed, users, speed }, summary)
  for (const fault of summary.faults) console.log(`FAULT ${fault}`)
  if (flaw !== undefined || summary.faults.length === 0) await remove()
  else console.log(`the tables are left to be looked at: ${place.prefix}* (${name})`)
  console.log(`report: ${page}`)
  console.log(summary.figures)
  return summary.faults
}
