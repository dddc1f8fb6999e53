import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { betterAuthTwoFactor } from './better-auth.ts'
import type { Contender, Database } from './contender.ts'
import { floor } from './floor.ts'
import { ours } from './ours.ts'
import { barChart } from './plot.ts'
import { emptySchemas } from './postgres.ts'
import { median } from './report.ts'

const WARM_UP = 300
const SEQUENTIAL = 600
const TOGETHER = 32
const BATCHES = 20

/** What was measured of one contender on one database: milliseconds a step. */
interface Result {
  readonly name: string
  readonly database: Database['kind']
  readonly sequentialMs: number
  readonly togetherMs: number
}

/** Measures the second-factor step of a login by authenticator: one at a time, then 32 at once. */
async function measure(contender: Contender, database: Database['kind']): Promise<Result> {
  for (const flow of await contender.prepare(WARM_UP)) await flow.prove(flow.code())
  const sequential: number[] = []
  for (const flow of await contender.prepare(SEQUENTIAL)) {
    const code = flow.code()
    const before = performance.now()
    await flow.prove(code)
    sequential.push(performance.now() - before)
  }
  const together: number[] = []
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const flows = (await contender.prepare(TOGETHER)).map((flow) => ({ flow, code: flow.code() }))
    const before = performance.now()
    await Promise.all(flows.map(({ flow, code }) => flow.prove(code)))
    together.push((performance.now() - before) / TOGETHER)
  }
  return { name: contender.name, database, sequentialMs: median(sequential), togetherMs: median(together) }
}

/** Runs every contender on every database, one after another, and lays the results out. */
export async function comparePeers(postgresUrl: string | undefined, output: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const databases: Database[] = [{ kind: 'sqlite', path: '' }]
  if (postgresUrl !== undefined) databases.push({ kind: 'postgres', url: postgresUrl })
  const results: Result[] = []
  for (const database of databases) {
    if (database.kind === 'postgres') await emptySchemas(database.url)
    for (const [index, create] of [ours, betterAuthTwoFactor, floor].entries()) {
      const on = database.kind === 'sqlite' ? { ...database, path: join(folder, `${index}.db`) } : database
      const contender = await create(on)
      results.push(await measure(contender, database.kind))
      await contender.close()
    }
  }
  rmSync(folder, { recursive: true })
  writeFileSync(join(output, 'peers.json'), `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(
    join(output, 'peers.svg'),
    barChart(
      'The second-factor step, milliseconds (one at a time)',
      results.map(({ name, database, sequentialMs }) => ({
        label: `${name}, ${database}`,
        value: sequentialMs,
      })),
    ),
  )
  return layOut(results)
}

function layOut(results: readonly Result[]): string {
  const lines = results.map((result) => {
    const own = results.find(({ name, database }) => name === 'sallyport' && database === result.database)
    const ratio = (value: number, base = Number.NaN) => `${(value / base).toFixed(2)}×`
    return [
      result.database.padEnd(10),
      result.name.padEnd(24),
      `${result.sequentialMs.toFixed(3)} ms`.padStart(12),
      ratio(result.sequentialMs, own?.sequentialMs).padStart(8),
      `${result.togetherMs.toFixed(3)} ms`.padStart(14),
      ratio(result.togetherMs, own?.togetherMs).padStart(8),
    ].join('')
  })
  const head = `${'database'.padEnd(10)}${'who'.padEnd(24)}${'one by one'.padStart(12)}${'ratio'.padStart(8)}${'32 at once, each'.padStart(14)}${'ratio'.padStart(8)}`
  return [head, ...lines].join('\n')
}
