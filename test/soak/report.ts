import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Timing } from './browser.ts'
import type { MemorySample } from './fleet.ts'
import { lineChart, type Series } from './line-chart.ts'
import type { Soaked } from './run-soak.ts'
import { judgeMemory, MAX_GROWTH_PER_MINUTE, type MemoryTrend, type Point } from './trend.ts'

/** The server that lived all through the run. */
const ELDEST = 0
const MIB = 1024 * 1024
const KIB = 1024

/** What a report is about. */
export interface Subject {
  readonly store: string
  readonly seed: string
  readonly users: number
  readonly speed: number
}

/** What a run comes down to. */
export interface Summary {
  /** The laws that were broken, and memory that grows. Empty: all is well. */
  readonly faults: readonly string[]
  /** One line, for whoever reads many. */
  readonly figures: string
  readonly memory: MemoryTrend | null
}

/** Sums a run up, and judges the memory of the server that was left alone. */
export function summarize(soaked: Soaked): Summary {
  const { timings, seconds, marks, auditRecords } = soaked
  const answered = timings.filter(({ status }) => status !== null)
  const memory = judgeMemory(heapOf(soaked.memory, ELDEST))
  const faults = [
    ...soaked.faults,
    ...(memory?.verdict === 'grows' ? [`memory grows by ${kibPerMinute(memory)}`] : []),
  ]
  const count = (kind: 'restarted' | 'killed'): number => marks.filter((mark) => mark.kind === kind).length
  const proofs = proofCounts(soaked)
  const figures = [
    `figures: ${answered.length} requests in ${seconds.toFixed(0)} s`,
    `p50 ${percentile(latencies(answered), 50).toFixed(0)} ms`,
    `p99 ${percentile(latencies(answered), 99).toFixed(0)} ms`,
    `${timings.length - answered.length} unanswered`,
    `${timings.filter(({ status }) => status === 503).length} busy`,
    `${count('restarted')} restarts`,
    `${count('killed')} kills`,
    `${proofs.accepted} proofs accepted`,
    `${proofs.rejected} rejected`,
    `${proofs.unknown} of unknown outcome`,
    `${auditRecords} audit records`,
    `heap ${memory === null ? 'not measured' : `${kibPerMinute(memory)} (${memory.verdict})`}`,
    `${faults.length} faults`,
  ].join(', ')
  return { faults, figures, memory }
}

/** Writes a page and its plots into a folder, and returns the page's path. */
export function writeReport(folder: string, soaked: Soaked, subject: Subject, summary: Summary): string {
  const { timings, memory, marks, seconds } = soaked
  const servers = [...new Set(memory.map(({ server }) => server))].toSorted((a, b) => a - b)
  const bySecond = Map.groupBy(timings, ({ atSeconds }) => Math.floor(atSeconds))
  const perSecond = (name: string, value: (inSecond: readonly Timing[]) => number): Series => ({
    name,
    points: Array.from({ length: Math.floor(seconds) }, (_, x) => ({ x, y: value(bySecond.get(x) ?? []) })),
  })
  const bytes = (name: string, of: (sample: MemorySample) => number): readonly Series[] =>
    servers.map((server) => ({
      name: `server ${server}, ${name}`,
      points: memory
        .filter((sample) => sample.server === server)
        .map((sample) => ({ x: sample.atSeconds, y: of(sample) / MIB })),
    }))
  const charts = {
    requests: lineChart({
      title: 'Requests in each second',
      unit: 'requests',
      series: [
        perSecond('answered', (all) => all.filter(({ status }) => status !== null).length),
        perSecond('unanswered', (all) => all.filter(({ status }) => status === null).length),
      ],
      marks,
      seconds,
    }),
    latency: lineChart({
      title: 'Time until the answer, by the second of the request',
      unit: 'milliseconds',
      series: [
        perSecond('p50', (all) => percentile(latencies(all), 50)),
        perSecond('p99', (all) => percentile(latencies(all), 99)),
      ],
      marks,
      seconds,
    }),
    heap: lineChart({
      title: 'Heap after a collection, by server',
      unit: 'MiB',
      series: bytes('heap', ({ heapBytes }) => heapBytes),
      marks,
      seconds,
    }),
    rss: lineChart({
      title: 'Resident memory, by server',
      unit: 'MiB',
      series: bytes('RSS', ({ rssBytes }) => rssBytes),
      marks,
      seconds,
    }),
  }
  for (const [name, svg] of Object.entries(charts)) writeFileSync(join(folder, `${name}.svg`), svg)
  const page = join(folder, 'report.md')
  writeFileSync(page, text(soaked, subject, summary, Object.keys(charts)))
  return page
}

function text(
  soaked: Soaked,
  { store, seed, users, speed }: Subject,
  { faults, figures, memory }: Summary,
  charts: readonly string[],
): string {
  const { closings, seconds } = soaked
  const statuses = Map.groupBy(soaked.timings, ({ status }) => String(status ?? 'no answer'))
  const rows = (counts: Readonly<Record<string, number>>): readonly string[] =>
    Object.entries(counts).map(([name, count]) => `| ${name.replaceAll('_', ' ')} | ${count} |`)
  const table = (head: string, counts: Readonly<Record<string, number>>): readonly string[] => [
    `| ${head} | |`,
    '| --- | ---: |',
    ...rows(counts),
    '',
  ]
  return [
    `# Soak of ${seconds.toFixed(0)} s on ${store}`,
    '',
    faults.length === 0 ? 'Every law holds.' : `**${faults.length} faults:**`,
    '',
    ...faults.slice(0, 50).map((fault) => `- ${fault}`),
    ...(faults.length > 0 ? [''] : []),
    `${users} users and those who guess at their codes, over HTTP, on three servers of which one is stopped and one killed`,
    `again and again. The clock runs ${speed} times as fast as the system's. Seed ${seed}: it decides what everybody`,
    'does, and not in which order the servers get to it.',
    '',
    figures,
    '',
    memory === null
      ? 'Memory: not measured.'
      : `Memory of the server that was left alone, after collections, over the second half: ${kibPerMinute(memory)} (95 %: ${kib(memory.low)} to ${kib(memory.high)}); allowed are ${kib(MAX_GROWTH_PER_MINUTE)}. Verdict: ${memory.verdict.replaceAll('_', ' ')}.`,
    '',
    ...charts.map((name) => `![${name}](${name}.svg)`),
    '',
    ...table(
      'answers',
      Object.fromEntries([...statuses].toSorted().map(([status, all]) => [status, all.length])),
    ),
    ...table('proofs, as their senders were told', proofCounts(soaked)),
    ...table('proofs that could not be right', mustFailCounts(soaked)),
    ...table('last logins, two days later', closings),
    `The servers printed ${soaked.printedLines} lines, which are in servers.log.`,
    '',
  ].join('\n')
}

function proofCounts({
  told,
}: Soaked): Readonly<Record<'accepted' | 'rejected' | 'locked' | 'refused' | 'unknown', number>> {
  const counts = { accepted: 0, rejected: 0, locked: 0, refused: 0, unknown: 0 }
  for (const one of told) if (one.says === 'proof') counts[one.answer] += 1
  return counts
}

function mustFailCounts({ told }: Soaked): Readonly<Record<string, number>> {
  const counts = { wrong: 0, late: 0, void: 0 }
  for (const one of told) if (one.says === 'proof' && one.mustFail !== null) counts[one.mustFail] += 1
  return counts
}

const heapOf = (memory: readonly MemorySample[], server: number): readonly Point[] =>
  memory
    .filter((sample) => sample.server === server)
    .map(({ atSeconds, heapBytes }) => ({ x: atSeconds, y: heapBytes }))

const latencies = (timings: readonly Timing[]): readonly number[] =>
  timings.filter(({ status }) => status !== null).map(({ ms }) => ms)

/** The smallest value that so many percent do not exceed; 0 of nothing. */
function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0
}

const kib = (bytes: number): string => `${(bytes / KIB).toFixed(0)} KiB/min`
const kibPerMinute = ({ slope }: MemoryTrend): string => kib(slope)
