import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { barChart } from '../plot.ts'
import { median, quantile } from '../report.ts'
import type { Run } from './drive.ts'

/** One round of one contender: logins one at a time, logins at once, and the server's processor time for one of these. */
export interface Round {
  readonly alone: Run
  readonly together: Run
  readonly cpuMs: number
}

/** What was measured of one contender: medians of the rounds, and quantiles over the logins of all rounds. */
export interface Result {
  readonly name: string
  readonly loginsPerSecond: number
  readonly slowestRound: number
  readonly fastestRound: number
  readonly togetherP50Ms: number
  readonly togetherP99Ms: number
  readonly aloneP50Ms: number
  readonly aloneP99Ms: number
  readonly cpuMs: number
}

export function toResult(name: string, rounds: readonly Round[]): Result {
  const rates = rounds.map(({ together }) => together.loginsPerSecond)
  const latencies = (of: 'alone' | 'together') => rounds.flatMap((round) => round[of].latenciesMs)
  return {
    name,
    loginsPerSecond: median(rates),
    slowestRound: Math.min(...rates),
    fastestRound: Math.max(...rates),
    togetherP50Ms: quantile(latencies('together'), 0.5),
    togetherP99Ms: quantile(latencies('together'), 0.99),
    aloneP50Ms: quantile(latencies('alone'), 0.5),
    aloneP99Ms: quantile(latencies('alone'), 0.99),
    cpuMs: median(rounds.map(({ cpuMs }) => cpuMs)),
  }
}

/** Keeps the results as JSON and as a chart. */
export function writeResults(output: string, results: readonly Result[]): void {
  writeFileSync(join(output, 'http.json'), `${JSON.stringify(results, null, 2)}\n`)
  const bars = results.map(({ name, loginsPerSecond }) => ({ label: name, value: loginsPerSecond }))
  writeFileSync(join(output, 'http.svg'), barChart('Logins a second over HTTP, on SQLite', bars))
}

/** Lays the results out as a table. */
export function layOut(results: readonly Result[]): string {
  const heads = ['logins/s', 'requests/s', 'rounds', 'p50 ms', 'p99 ms', 'alone p50', 'alone p99', 'CPU ms']
  const lines = results.map((result) => {
    const { name, loginsPerSecond, slowestRound, fastestRound } = result
    const { togetherP50Ms, togetherP99Ms, aloneP50Ms, aloneP99Ms, cpuMs } = result
    return row(name, [
      loginsPerSecond.toFixed(0),
      (loginsPerSecond * 2).toFixed(0),
      `${slowestRound.toFixed(0)}–${fastestRound.toFixed(0)}`,
      ...[togetherP50Ms, togetherP99Ms, aloneP50Ms, aloneP99Ms, cpuMs].map((ms) => ms.toFixed(2)),
    ])
  })
  return [row('A whole login over HTTP', heads), ...lines].join('\n')
}

const row = (name: string, cells: readonly string[]): string =>
  name.padEnd(28) + cells.map((cell) => cell.padStart(11)).join('')
