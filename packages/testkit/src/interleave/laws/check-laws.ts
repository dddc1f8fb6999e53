import type { Ledger } from '../ledger.ts'
import { type History, readHistory } from './history.ts'
import { lost, miscounted, refreshed, reopened, revised, unearned, unprovenChanges } from './stored.ts'
import {
  changedEnds,
  leaks,
  prematureTellings,
  silences,
  successes,
  uncountedFailures,
  vanishedFlows,
  wrongProofsThatWon,
} from './told.ts'

/** A law of docs/concepts/laws.md, or what must hold of revisions and epochs. */
export type InterleavingLaw = 'L1' | 'L2' | 'L3' | 'L4' | 'L6' | 'L7' | 'L9' | 'L11' | 'L12' | 'revisions'

/** A law that was broken, and how. */
export interface Violation {
  readonly law: InterleavingLaw
  /** In words, without a code or a secret. */
  readonly fault: string
}

interface Checks {
  /** What must hold of the store. */
  readonly stored: readonly ((history: History, ledger: Ledger) => readonly string[])[]
  /** What must hold of what the clients, the users and the observers were told. */
  readonly told: readonly ((ledger: Ledger) => readonly string[])[]
}

const checks: Readonly<Record<InterleavingLaw, Checks>> = {
  L1: { stored: [unearned], told: [wrongProofsThatWon] },
  L2: { stored: [], told: [successes] },
  L3: { stored: [miscounted], told: [uncountedFailures] },
  L4: { stored: [unprovenChanges], told: [] },
  L6: { stored: [], told: [leaks] },
  L7: { stored: [reopened], told: [changedEnds] },
  L9: { stored: [refreshed], told: [] },
  L11: { stored: [], told: [silences] },
  L12: { stored: [lost], told: [prematureTellings, vanishedFlows] },
  revisions: { stored: [revised], told: [] },
}

/** Holds a run against every law. */
export function checkLaws(ledger: Ledger): readonly Violation[] {
  const history = readHistory(ledger.happenings)
  return Object.entries(checks).flatMap(([law, { stored, told }]) => {
    const faults = [
      ...stored.flatMap((check) => check(history, ledger)),
      ...told.flatMap((check) => check(ledger)),
    ]
    return faults.map((fault) => ({ law: law as InterleavingLaw, fault })) // a key of the table
  })
}
