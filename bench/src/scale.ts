import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import type { Contender, Database } from './contender.ts'
import { ours } from './ours.ts'
import { emptySchemas } from './postgres.ts'
import { median } from './report.ts'

const SIZES = [1_000, 1_000_000]
const WARM_UP = 300
const SAMPLES = 600

/** The columns of a profile, to fill a table with copies of one. */
const COPIED =
  'revision, commit_id, row_version, epoch, methods, enrollments, recovery_codes, devices, failures, locked_until, changed_at, data'

/** Measures the second-factor step among few and among many profiles. */
export async function compareSizes(postgresUrl: string | undefined): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const lines: string[] = []
  for (const kind of postgresUrl === undefined ? (['sqlite'] as const) : (['sqlite', 'postgres'] as const)) {
    const measured: number[] = []
    for (const size of SIZES) {
      const database: Database =
        kind === 'sqlite' ? { kind, path: join(folder, `${size}.db`) } : { kind, url: postgresUrl ?? '' }
      if (database.kind === 'postgres') await emptySchemas(database.url)
      const contender = await ours(database)
      await contender.prepare(1)
      await fill(database, size)
      measured.push(await stepMs(contender))
      await contender.close()
    }
    const [few = Number.NaN, many = Number.NaN] = measured
    lines.push(
      `${kind.padEnd(10)}${`${few.toFixed(3)} ms`.padStart(16)}${`${many.toFixed(3)} ms`.padStart(20)}${`${(many / few).toFixed(2)}×`.padStart(8)}`,
    )
  }
  rmSync(folder, { recursive: true })
  return [
    `${'database'.padEnd(10)}${'1,000 profiles'.padStart(16)}${'1,000,000 profiles'.padStart(20)}${'ratio'.padStart(8)}`,
    ...lines,
  ].join('\n')
}

async function stepMs(contender: Contender): Promise<number> {
  for (const flow of await contender.prepare(WARM_UP)) await flow.prove(flow.code())
  const samples: number[] = []
  for (const flow of await contender.prepare(SAMPLES)) {
    const code = flow.code()
    const before = performance.now()
    await flow.prove(code)
    samples.push(performance.now() - before)
  }
  return median(samples)
}

/** Copies the one profile that is there until there are as many as asked for. */
async function fill(database: Database, size: number): Promise<void> {
  if (database.kind === 'sqlite') {
    const db = new DatabaseSync(database.path)
    db.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${size - 1})
      insert into sallyport_profiles (user_id, ${COPIED})
      select 'copy-' || i, ${COPIED} from n, (select * from sallyport_profiles limit 1)`)
    db.close()
    return
  }
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(`insert into bench_ours.sallyport_profiles (user_id, ${COPIED})
    select 'copy-' || i, ${COPIED} from generate_series(1, ${size - 1}) as n(i),
      (select * from bench_ours.sallyport_profiles limit 1) as one`)
  await client.query('analyze bench_ours.sallyport_profiles')
  await client.end()
}
