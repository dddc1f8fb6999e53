/**
 * The statistics of dudect (Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?", DATE 2017):
 * Welch's t-test on times that have been cropped from above, since what disturbs a measurement only adds to it.
 */

/** The shares of the smallest times that are looked at; the last is all of them. The lower ones shed more noise. */
const CROPS = [0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.99, 1] as const
/** Samples that a class must have left after a crop: below, t is not near a normal distribution. */
const MIN_CROPPED = 100

/** Two classes of times, held against each other. */
export interface Comparison {
  /** Welch's t of the crop where it is the largest; positive when the second class took longer. */
  readonly t: number
  /** How much longer the second class took in that crop, in the unit of the times. */
  readonly difference: number
  /** The standard error of that difference, in the same unit. */
  readonly standardError: number
}

function momentsOf(times: readonly number[]): { readonly mean: number; readonly variance: number } {
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  const squares = times.reduce((sum, time) => sum + (time - mean) ** 2, 0)
  return { mean, variance: squares / (times.length - 1) }
}

/** Welch's t-test, which does not take the two variances to be equal. */
export function welch(first: readonly number[], second: readonly number[]): Comparison {
  const a = momentsOf(first)
  const b = momentsOf(second)
  const difference = b.mean - a.mean
  const standardError = Math.sqrt(a.variance / first.length + b.variance / second.length)
  const t =
    standardError === 0
      ? difference === 0
        ? 0
        : Math.sign(difference) * Infinity
      : difference / standardError
  return { t, difference, standardError }
}

/** Two classes of times, compared at every crop. */
export interface CroppedComparison extends Comparison {
  /** The smallest standard error of all crops: what a difference has to stand out from. */
  readonly smallestError: number
}

/**
 * Welch's t over every crop. The limits of a crop are those of both classes together: what is cut does not
 * depend on the class.
 *
 * @returns The comparison with the largest |t|.
 */
export function compare(first: readonly number[], second: readonly number[]): CroppedComparison {
  const pooled = [...first, ...second].sort((a, b) => a - b)
  const comparisons = CROPS.flatMap((share) => {
    const limit = pooled[Math.ceil(pooled.length * share) - 1] ?? Number.POSITIVE_INFINITY
    const [a, b] = [first, second].map((times) => times.filter((time) => time <= limit))
    // A crop that leaves one class nearly alone says by that what the means of the others say.
    if (a === undefined || b === undefined || a.length < MIN_CROPPED || b.length < MIN_CROPPED) return []
    return [welch(a, b)]
  })
  const whole = welch(first, second)
  return {
    ...comparisons.reduce((worst, one) => (Math.abs(one.t) > Math.abs(worst.t) ? one : worst), whole),
    smallestError: Math.min(whole.standardError, ...comparisons.map(({ standardError }) => standardError)),
  }
}
