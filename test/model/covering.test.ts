import { coveringSet, pairwise } from '@sallyport/testkit/explore'
import { expect, test } from 'vitest'

type Values = Readonly<Record<string, unknown>>

/** Every pair of values, each with the name of its factor, that meets in a row. */
function pairsIn(rows: readonly Values[]): ReadonlySet<string> {
  const pairs = rows.flatMap((row) => {
    const values = Object.entries(row).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    return values.flatMap((one, index) => values.slice(index + 1).map((other) => `${one} & ${other}`))
  })
  return new Set(pairs)
}

/** Every pair of values there is. */
function allPairs(factors: Readonly<Record<string, readonly unknown[]>>): readonly string[] {
  const values = Object.entries(factors).map(([name, all]) =>
    all.map((value) => `${name} ${JSON.stringify(value)}`),
  )
  return values.flatMap((ones, index) =>
    ones.flatMap((one) =>
      values.slice(index + 1).flatMap((others) => others.map((other) => `${one} & ${other}`)),
    ),
  )
}

const sizes: readonly (readonly number[])[] = [
  [2, 2],
  [3, 2, 2],
  [5, 4, 3, 2],
  [3, 3, 3, 3],
  [8, 5, 5, 3, 3, 3, 2, 2, 2, 2, 2],
]

test.each(sizes.map((counts) => [counts] as const))('any two of %j values meet in a row', (counts) => {
  const factors = Object.fromEntries(
    counts.map((count, factor) => [`f${factor}`, Array.from({ length: count }, (_, value) => value)]),
  )
  const rows = pairwise(factors)
  const met = pairsIn(rows)
  expect(allPairs(factors).filter((pair) => !met.has(pair))).toEqual([])
  const product = counts.reduce((one, other) => one * other, 1)
  expect(rows.length).toBeLessThanOrEqual(product)
  const [first, second] = counts.toSorted((a, b) => b - a)
  expect(rows.length).toBeLessThanOrEqual(Math.ceil((first ?? 0) * (second ?? 0) * 1.5))
})

test('one factor alone needs no row, and a pair that is missing would be seen', () => {
  expect(pairwise({ only: [1, 2] })).toEqual([])
  const rows = pairwise({ a: [1, 2], b: [1, 2], c: [1, 2] })
  const met = pairsIn(rows.slice(1))
  expect(allPairs({ a: [1, 2], b: [1, 2], c: [1, 2] }).filter((pair) => !met.has(pair))).not.toEqual([])
})

test('in the covering set every user meets every flow, every policy’s methods and each of its rules', () => {
  const rows = coveringSet.map(({ deployment: { policy, user, caller }, user: kind, run }) => ({
    methods: policy.methods,
    user: kind,
    run,
    required: `${policy.required} ${policy.enrollAtLogin}`,
    remember: policy.remember,
    recoveryCodes: policy.rescue?.recoveryCodes,
    email: policy.rescue?.email,
    help: policy.rescue?.help,
    showAgain: policy.rescue?.dangerouslyShowAgain,
    address: user?.email,
    session: caller?.secondFactorAt,
  }))
  const [first = {}] = rows
  const values = Object.fromEntries(
    Object.keys(first).map((name) => {
      const all = rows.map((row) => JSON.stringify((row as Values)[name])) // a key of every row
      return [name, [...new Set(all)].map((text) => JSON.parse(text) as unknown)]
    }),
  )
  expect(Object.values(values).map(({ length }) => length)).toEqual([5, 8, 5, 3, 3, 2, 3, 2, 2, 2, 2])
  const met = pairsIn(rows)
  expect(allPairs(values).filter((pair) => !met.has(pair))).toEqual([])
})
