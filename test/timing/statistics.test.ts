import { expect, test } from 'vitest'
import { chance } from '../processes/chance.ts'
import { MAX_T } from './measure.ts'
import { compare, welch } from './statistics.ts'

/** Times of about 1000 ns, which a disturbance now and then makes much longer. */
function times(seed: string, meanNs: number, count = 2_000): number[] {
  const random = chance(seed)
  return Array.from({ length: count }, () => {
    const disturbed = random.below(20) === 0 ? random.below(100_000) : 0
    return meanNs + random.below(100) + disturbed
  })
}

test("Welch's t is the difference of the means in standard errors", () => {
  const { t, difference, standardError } = welch([1, 2, 3, 4, 5], [2, 4, 6, 8, 10])
  expect(difference).toBe(3)
  expect(standardError).toBeCloseTo(Math.sqrt(2.5 / 5 + 10 / 5), 12)
  expect(t).toBeCloseTo(3 / Math.sqrt(2.5), 12)
})

test('the sign says which class took longer', () => {
  const [quick, slow] = [times('a', 1000), times('b', 1010)]
  expect(compare(quick, slow).t).toBeGreaterThan(MAX_T)
  expect(compare(slow, quick).t).toBeLessThan(-MAX_T)
})

test('a difference that disturbances hide is seen once they are cropped', () => {
  const [quick, slow] = [times('a', 1000), times('b', 1010)]
  expect(Math.abs(welch(quick, slow).t)).toBeLessThan(MAX_T)
  const cropped = compare(quick, slow)
  expect(Math.abs(cropped.t)).toBeGreaterThan(MAX_T)
  expect(cropped.smallestError).toBeLessThan(welch(quick, slow).standardError)
})

test('classes of one distribution are not told apart', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { t } = compare(times(`first ${seed}`, 1000), times(`second ${seed}`, 1000))
    expect(Math.abs(t)).toBeLessThan(MAX_T)
  }
})

test('times without any spread are compared', () => {
  const same = new Array<number>(200).fill(5)
  expect(compare(same, same).t).toBe(0)
  expect(compare(same, new Array<number>(200).fill(6)).t).toBe(Number.POSITIVE_INFINITY)
})
