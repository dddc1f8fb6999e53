import { parseArgs } from 'node:util'
import { memoryStore } from '@sallyport/adapters-memory'
import { sqliteStore } from '@sallyport/adapters-sql'
import { type AuditedStore, interleave, interleavingScenarios, replayInterleaving } from '@sallyport/testkit'
import { total } from '../test/interleave/totals.ts'

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now()) },
    scenario: { type: 'string', multiple: true },
    on: { type: 'string', default: 'memory' },
    replay: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const { seed, scenario: names, on, replay, help } = values
const schedules = Number(values.schedules)
const scenarios = interleavingScenarios.filter(({ name }) => names?.includes(name) ?? true)
const stores: Readonly<Record<string, () => AuditedStore & { close?(): Promise<void> }>> = {
  memory: memoryStore,
  sqlite: () => sqliteStore(':memory:'),
}
const create = stores[on]

if (
  help ||
  create === undefined ||
  !(Number.isSafeInteger(schedules) && schedules > 0) ||
  scenarios.length === 0
) {
  console.log(`Real engines over one store, by every schedule: who goes on, what goes wrong, where a process dies.

  npm run interleave                             100000 schedules, of all scenarios
  npm run interleave -- --schedules N            as many as you like
  npm run interleave -- --seed SEED              draws the same schedules
  npm run interleave -- --scenario NAME          of this one alone, or of several: repeat it
  npm run interleave -- --on sqlite              on SQLite in place of memory
  npm run interleave -- --replay 'NAME:N:abab!'  the run that a failure names, once more, with all that happened

The exit code is 0 when no run broke a law. The scenarios:

  ${interleavingScenarios.map(({ name }) => name).join('\n  ')}`)
  process.exit(help ? 0 : 2)
}

const store = create()
if (replay === undefined) await runAll(store)
else await runOnce(store, replay)
await store.close?.()

async function runAll(over: AuditedStore): Promise<void> {
  console.log(`${schedules} schedules of ${scenarios.length} scenarios on ${on}, seed ${seed}`)
  // Half of them at the most are walked through; chance draws the others, with two things going wrong in each.
  const each = Math.ceil(schedules / scenarios.length)
  const begun = Date.now()
  const walked = await interleave({
    store: () => over,
    scenarios,
    walks: [
      { faults: 0, limit: Math.ceil(each / 4) },
      { faults: 1, limit: Math.ceil(each / 4) },
    ],
    random: { schedules: Math.ceil(schedules / 2), seed },
    onScenario({ scenario, walks, drawn, distinct, crashed, faulted, ends, seconds }) {
      const walk = walks.map((one) => `${one.schedules}${one.isExhausted ? ' (all)' : ''}`).join(' + ')
      console.log(
        `  ${scenario.padEnd(50)} ${walk} walked, ${drawn} drawn, ${distinct} different; ${crashed} with a crash, ${faulted} with another fault; ${ends} ends, ${seconds.toFixed(1)} s`,
      )
    },
  })
  for (const failure of walked.failures) {
    console.log(`\nFAULT in ${failure.scenario}${failure.seed === null ? '' : `, seed ${failure.seed}`}`)
    for (const { law, fault } of failure.violations) console.log(`  ${law}: ${fault}`)
    console.log(`  npm run interleave -- --replay '${failure.replay}'`)
    process.exitCode = 1
  }
  const sum = total(walked.scenarios)
  const seconds = ((Date.now() - begun) / 1_000).toFixed(0)
  console.log(
    `figures: ${sum.schedules} schedules, ${sum.distinct} distinct, ${sum.crashed} crashes, ${sum.faulted} other faults, ${sum.ends} ends, ${walked.failures.length} failures, ${seconds} s`,
  )
}

async function runOnce(over: AuditedStore, schedule: string): Promise<void> {
  const { trace, violations } = await replayInterleaving(schedule, { store: () => over })
  console.log(trace.join('\n'))
  for (const { law, fault } of violations) console.log(`${law}: ${fault}`)
  if (violations.length > 0) process.exitCode = 1
}
