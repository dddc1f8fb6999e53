/** One line of a benchmark: what was measured, in microseconds. */
export interface Row {
  readonly name: string
  readonly medianUs: number
  readonly p99Us: number
}

/** Lays rows out as a table. */
export function table(title: string, rows: readonly Row[]): string {
  const lines = rows.map(
    ({ name, medianUs, p99Us }) => `${name.padEnd(50)}${figure(medianUs)}${figure(p99Us)}`,
  )
  return [`${title.padEnd(50)}${'median µs'.padStart(12)}${'p99 µs'.padStart(12)}`, ...lines].join('\n')
}

const figure = (us: number): string => us.toFixed(1).padStart(12)

/** The middle of some samples. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** The value that a share of some samples does not exceed. */
export const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
