import type { TriedMutant } from './run-folder.ts'
import type { ListedSurvivor } from './survivors.ts'

/** What a run says, once it is held against the list. */
export interface Verdict {
  readonly mutants: number
  /** Those that made a test fail or never end. */
  readonly killed: number
  /** In percent of all. */
  readonly score: number
  /** Survivors with a reason. */
  readonly listed: readonly TriedMutant[]
  /** Survivors without one. */
  readonly unlisted: readonly TriedMutant[]
  /** Entries of the list that no survivor answers to. */
  readonly stale: readonly ListedSurvivor[]
}

const nameOf = ({ file, line, original, replacement }: ListedSurvivor): string =>
  JSON.stringify([file, line, original, replacement])

/** Holds mutants against the entries of the list that are about their folder. */
export function judge(mutants: readonly TriedMutant[], list: readonly ListedSurvivor[]): Verdict {
  const survivors = mutants.filter(({ fate }) => fate === 'survived' || fate === 'not covered')
  const killed = mutants.length - survivors.length
  const listedNames = new Set(list.map(nameOf))
  const survivorNames = new Set(survivors.map(nameOf))
  return {
    mutants: mutants.length,
    killed,
    score: (100 * killed) / mutants.length,
    listed: survivors.filter((mutant) => listedNames.has(nameOf(mutant))),
    unlisted: survivors.filter((mutant) => !listedNames.has(nameOf(mutant))),
    stale: list.filter((entry) => !survivorNames.has(nameOf(entry))),
  }
}
