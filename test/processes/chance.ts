import { randomInt } from 'node:crypto'
import { seededRandom } from '@sallyport/testkit'

/** Chance that a seed decides: the same seed makes the same choices. */
export interface Chance {
  readonly seed: string
  /** A whole number from 0 up to, and not including, `limit`. */
  below(limit: number): number
  pick<Item>(items: readonly [Item, ...Item[]]): Item
  shuffled<Item>(items: readonly Item[]): readonly Item[]
}

/** A seed for a run that is given none. A failure prints it. */
export const freshSeed = (): string => String(randomInt(2 ** 32))

export function chance(seed: string): Chance {
  const random = seededRandom(seed)
  const below = (limit: number): number => {
    const drawn = random.bytes(6).reduce((number, byte) => number * 256 + byte, 0)
    return drawn % limit
  }
  return {
    seed,
    below,
    pick: ([first, ...others]) => [first, ...others][below(others.length + 1)] ?? first,
    shuffled(items) {
      const left = [...items]
      return items.flatMap(() => left.splice(below(left.length), 1))
    },
  }
}
