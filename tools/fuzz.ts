import { parseArgs } from 'node:util'
import { fuzzHttp } from '../test/fuzz/fuzz-http.ts'
import { fuzzParsers } from '../test/fuzz/fuzz-parsers.ts'

/**
 * Fuzzes the edges for longer than a test may take: `npm run fuzz -- --requests N --seed S`. First everything that
 * parses what comes from outside, then the HTTP handler; ends with a failure, its seed and the shortest input that
 * makes it fail, or with what was seen.
 */
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const requests = Number(values.requests)
const seed = Number(values.seed)
if (!Number.isSafeInteger(requests) || requests < 1 || !Number.isSafeInteger(seed))
  throw new TypeError('--requests and --seed must be whole numbers')

/** The HTTP part ends by then, in seconds. */
const LIMIT_SECONDS = 25 * 60
/** How often progress is told, in requests. */
const PROGRESS = 50_000

const say = (line: string) => process.stdout.write(`${line}\n`)
const startedAt = performance.now()
const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(0)

say(`seed ${seed}`)
// Sixteen parsers: about as many inputs, all together, as half of the requests.
const parsed = await fuzzParsers({ inputs: Math.ceil(requests / 20), seed })
say(`${parsed.reduce((sum, [, runs]) => sum + runs, 0)} inputs to ${parsed.length} parsers, ${seconds()} s`)

let told = 0
const { sent, seen } = await fuzzHttp({
  requests,
  limitSeconds: LIMIT_SECONDS,
  seed,
  onProgress(count) {
    if (count - told < PROGRESS) return
    told = count
    say(`${count} requests, ${seconds()} s`)
  },
})
say(`${sent} requests, ${seconds()} s: no 500, no hang, no secret given away\n`)
const counts = [...seen].toSorted(([a], [b]) => (a < b ? -1 : 1))
for (const [what, count] of counts) say(`${String(count).padStart(9)}  ${what}`)
const statuses = counts
  .filter(([what]) => /^\d+$/.test(what))
  .map(([status, count]) => `${count} × ${status}`)
const states = counts.filter(([what]) => what.startsWith('state ')).length
say(`figures: ${sent} requests (${statuses.join(', ')}), ${states} states reached; ${seconds()} s`)
