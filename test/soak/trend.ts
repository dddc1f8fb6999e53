/** A measurement at a moment. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A straight line through points, with the interval that its slope lies in. */
export interface Trend {
  readonly slope: number
  /** The bounds of the slope at 95 % confidence. */
  readonly low: number
  readonly high: number
}

/** The 97.5 % quantile of the normal distribution: from some thirty points on, that of Student's t is hardly wider. */
const QUANTILE = 1.96

/**
 * Fits a line by least squares. Measurements of memory that follow one another are alike, which makes them look surer
 * than they are: the interval is widened by the correlation of neighboring residuals, as in the effective sample size
 * of an AR(1) series, n (1 − ρ) / (1 + ρ).
 *
 * @returns Null: fewer than three points, or all at one moment.
 */
export function trendOf(points: readonly Point[]): Trend | null {
  const n = points.length
  const meanX = mean(points.map(({ x }) => x))
  const meanY = mean(points.map(({ y }) => y))
  const spread = sum(points.map(({ x }) => (x - meanX) ** 2))
  if (n < 3 || spread === 0) return null
  const slope = sum(points.map(({ x, y }) => (x - meanX) * (y - meanY))) / spread
  const residuals = points.map(({ x, y }) => y - meanY - slope * (x - meanX))
  const squares = sum(residuals.map((residual) => residual ** 2))
  const products = sum(residuals.slice(1).map((residual, index) => residual * (residuals[index] ?? 0)))
  const correlation = squares === 0 ? 0 : Math.min(0.95, Math.max(0, products / squares))
  const widening = Math.sqrt((1 + correlation) / (1 - correlation))
  const error = widening * Math.sqrt(squares / (n - 2) / spread)
  return { slope, low: slope - QUANTILE * error, high: slope + QUANTILE * error }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]): number => sum(values) / values.length

/** What the memory of a process did over the second half of a run. */
export interface MemoryTrend extends Trend {
  readonly verdict: 'flat' | 'grows' | 'not_judged'
}

/** Fewer samples tell nothing, and so does a time in which a process still warms up. */
const MIN_SAMPLES = 30
const MIN_SECONDS = 60

/** Our choice: what a server may gain in a minute; a hundred bytes kept of each request would be more. */
export const MAX_GROWTH_PER_MINUTE: number = 256 * 1024

/**
 * Judges the memory of a process that lived all through a run, by the second half: it grows when it surely gains more
 * than `MAX_GROWTH_PER_MINUTE`, at 95 % confidence.
 *
 * @param samples - Seconds since the run began, and bytes.
 * @returns The slope in bytes a minute. Null: there is no slope to speak of.
 */
export function judgeMemory(samples: readonly Point[]): MemoryTrend | null {
  const first = samples[0]?.x ?? 0
  const last = samples.at(-1)?.x ?? 0
  const half = samples.filter(({ x }) => x >= (first + last) / 2)
  const trend = trendOf(half.map(({ x, y }) => ({ x: x / 60, y })))
  if (trend === null) return null
  if (half.length < MIN_SAMPLES || (last - first) / 2 < MIN_SECONDS)
    return { ...trend, verdict: 'not_judged' }
  return { ...trend, verdict: trend.low > MAX_GROWTH_PER_MINUTE ? 'grows' : 'flat' }
}
