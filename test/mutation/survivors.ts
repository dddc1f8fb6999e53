import type { Mutant } from './instrument.ts'

/** What a survivor is listed by. */
export type ListedSurvivor = Pick<Mutant, 'file' | 'line' | 'original' | 'replacement'>

/** Mutants that no test kills, by the reason why none should. */
export const listedSurvivors: readonly {
  readonly reason: string
  readonly mutants: readonly ListedSurvivor[]
}[] = []
