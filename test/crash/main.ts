import { parseArgs } from 'node:util'
import { freshSeed } from '../processes/chance.ts'
import { sharedDatabases } from '../processes/place.ts'
import type { Checked } from './check.ts'
import { runCuts } from './run-cuts.ts'
import { runKills } from './run-kills.ts'
import { summaryOf } from './summary.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    cuts: { type: 'string' },
    seed: { type: 'string', default: freshSeed() },
    on: { type: 'string', multiple: true },
    help: { type: 'boolean', default: false },
  },
})
const { seed, on, help } = values
const kills = Number(values.kills)
const cuts = Number(values.cuts ?? values.kills)

if (help || ![kills, cuts].every((count) => Number.isSafeInteger(count) && count >= 0)) {
  console.log(`Kills a process in the middle of its work, and cuts a store's connections in the middle of a commit.

  npm run crash                         100 kills on each database that answers, and as many cuts
  npm run crash -- --kills N            as many as you like
  npm run crash -- --kills N --cuts M   another number of cuts
  npm run crash -- --on MariaDB         on this one alone: ${sharedDatabases.map(({ name }) => name).join(', ')}
  npm run crash -- --seed SEED          at the same random moments, as far as a seed decides them

The exit code is 0 when nothing that was told was lost and nothing that was consumed was accepted again.`)
  process.exit(help ? 0 : 2)
}

const totals = { kills: 0, cuts: 0, told: 0, replayed: 0, faults: 0 }
const startedAt = performance.now()

function report(what: string, text: string, { told, replayed, faults }: Checked): void {
  totals.told += told
  totals.replayed += replayed
  totals.faults += faults.length
  console.log(`  ${what}: ${text}`)
  for (const fault of faults) console.log(`  FAULT ${fault}`)
  if (faults.length > 0) process.exitCode = 1
}

console.log(`seed ${seed}`)
for (const database of sharedDatabases.filter(({ name }) => on?.includes(name) ?? true)) {
  const unavailable = await database.unavailable()
  console.log(`\n${database.name}${unavailable === null ? '' : ` is not tested: ${unavailable}`}`)
  if (unavailable !== null) {
    if (process.env['CI'] === 'true') process.exitCode = 1
    continue
  }
  if (kills > 0) {
    const killed = await runKills(database, { kills, seed })
    report(`${kills} kills`, summaryOf(killed), killed)
    totals.kills += kills
  }
  if (cuts > 0 && database.dialect !== 'sqlite') {
    const cut = await runCuts(database, { cuts, seed })
    const { not_applied, outcome_unknown } = cut.broken
    const broken = `${not_applied} commits not applied, ${outcome_unknown} unknown`
    report(`${cuts} cuts`, `${broken}; ${summaryOf(cut)}`, cut)
    totals.cuts += cuts
  }
}
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
console.log(
  `\nfigures: ${totals.kills} kills and ${totals.cuts} cuts, ${totals.told} answers told, ` +
    `${totals.replayed} codes replayed; ${totals.faults} faults; ${seconds} s`,
)
