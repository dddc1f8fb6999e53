import type { Timing } from './browser.ts'
import type { Told } from './told.ts'

/** What the clients of a run write down. */
export interface Notes {
  readonly told: Map<string, Told[]>
  /** Everything that only its owner may hold. */
  readonly secrets: Set<string>
  readonly timings: Timing[]
  /** Answers that the contract does not know. */
  readonly undocumented: Set<string>
  tell(line: Told): void
}

export function createNotes(): Notes {
  const told = new Map<string, Told[]>()
  return {
    told,
    secrets: new Set(),
    timings: [],
    undocumented: new Set(),
    tell(line) {
      const lines = told.get(line.user) ?? []
      lines.push(line)
      told.set(line.user, lines)
    },
  }
}
