/** What may vary, each with its values. */
export type Factors = Readonly<Record<string, readonly unknown[]>>

/** One value of each factor. */
export type Row<Of extends Factors> = { readonly [Name in keyof Of]: Of[Name][number] }

/** A value of a factor, by where they stand. */
type Choice = readonly [factor: number, value: number]

/**
 * A small set of rows in which any two values of any two factors meet (a covering array of strength two): most
 * faults hang on one value or on two that meet, and all combinations would be far too many. Greedy: each row begins
 * with a pair that has not met, and every further value is the one that meets most new ones. Deterministic.
 */
export function pairwise<const Of extends Factors>(factors: Of): readonly Row<Of>[] {
  const names = Object.keys(factors)
  const sizes = names.map((name) => factors[name]?.length ?? 0)
  const unmet = pairsOf(sizes)
  const rows: Row<Of>[] = []
  for (const first of unmet.values()) {
    const chosen = new Map<number, number>(first)
    for (const [factor, size] of sizes.entries()) {
      if (!chosen.has(factor)) chosen.set(factor, bestValue(factor, size, chosen, unmet))
    }
    const choices = [...chosen]
    for (const [index, one] of choices.entries())
      for (const other of choices.slice(index + 1)) unmet.delete(pairKey(one, other))
    rows.push(
      Object.fromEntries(
        names.map((name, factor) => [name, factors[name]?.[chosen.get(factor) ?? 0]]),
      ) as Row<Of>, // a value of each
    )
  }
  return rows
}

/** All pairs of values of different factors. It shrinks while rows are made. */
function pairsOf(sizes: readonly number[]): Map<string, readonly [Choice, Choice]> {
  const pairs = new Map<string, readonly [Choice, Choice]>()
  for (const [one, oneSize] of sizes.entries())
    for (const [other, otherSize] of sizes.entries())
      for (let a = 0; one < other && a < oneSize; a += 1)
        for (let b = 0; b < otherSize; b += 1)
          pairs.set(pairKey([one, a], [other, b]), [
            [one, a],
            [other, b],
          ])
  return pairs
}

function pairKey(one: Choice, other: Choice): string {
  const [first, second] = one[0] < other[0] ? [one, other] : [other, one]
  return `${first.join('=')} ${second.join('=')}`
}

/** The value that meets the most values for the first time; the earliest of those. */
function bestValue(
  factor: number,
  size: number,
  chosen: ReadonlyMap<number, number>,
  unmet: ReadonlyMap<string, unknown>,
): number {
  const met = (value: number): number =>
    [...chosen].filter((choice) => unmet.has(pairKey([factor, value], choice))).length
  let best = 0
  for (let value = 1; value < size; value += 1) if (met(value) > met(best)) best = value
  return best
}
