import { parseArgs } from 'node:util'
import { freshSeed } from '../processes/chance.ts'
import { sharedDatabases } from '../processes/place.ts'
import { CONTENDERS } from './contest.ts'
import { runRace } from './run-race.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: freshSeed() },
    on: { type: 'string', multiple: true },
    help: { type: 'boolean', default: false },
  },
})
const { rounds: wanted, seed, on, help } = values
const rounds = Number(wanted)

if (help || !(Number.isSafeInteger(rounds) && rounds > 0)) {
  console.log(`Real processes race for one code, on every database that answers.

  npm run race                          100 rounds of each kind on each database
  npm run race -- --rounds N            as many as you like
  npm run race -- --on PostgreSQL       on this one alone: ${sharedDatabases.map(({ name }) => name).join(', ')}
  npm run race -- --seed SEED           releases the processes in the same orders

The exit code is 0 when each race had one winner and every failure was counted.`)
  process.exit(help ? 0 : 2)
}

let [races, won, foundFaults] = [0, 0, 0]
const startedAt = performance.now()
console.log(`${CONTENDERS} processes, ${rounds} rounds of each kind, seed ${seed}`)
for (const database of sharedDatabases.filter(({ name }) => on?.includes(name) ?? true)) {
  const unavailable = await database.unavailable()
  console.log(`\n${database.name}${unavailable === null ? '' : ` is not tested: ${unavailable}`}`)
  if (unavailable !== null) {
    if (process.env['CI'] === 'true') process.exitCode = 1
    continue
  }
  const { tallies, faults } = await runRace(database, { rounds, seed })
  for (const { kind, wins, counted, busy, contended } of tallies) {
    races += rounds
    won += wins
    console.log(
      `  ${kind.padEnd(52)} ${rounds} rounds, ${contended} contended, ${wins} won, ${counted} failures counted, ${busy} busy`,
    )
  }
  foundFaults += faults.length
  for (const fault of faults) console.log(`  FAULT ${fault}`)
  if (faults.length > 0) process.exitCode = 1
}
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
console.log(
  `\nfigures: ${races} races of ${CONTENDERS} processes, ${won} won; ${foundFaults} faults; ${seconds} s`,
)
