/** What the instrumented sources read and write; see the instrumenter's header. */
interface Switchboard {
  /** Read wherever there is a mutant. */
  readonly activeMutant: string | undefined
  /** Set while a test is rehearsed: what it reaches is kept beneath it. */
  currentTestId?: string | undefined
  mutantCoverage?: {
    readonly static: Readonly<Record<string, number>>
    readonly perTest: Readonly<Record<string, Readonly<Record<string, number>>>>
  }
}

let active: string | undefined
let reads = 0
let maxReads = Number.POSITIVE_INFINITY

export const switchboard: Switchboard = {
  get activeMutant() {
    reads += 1
    if (reads > maxReads) throw new Error('this mutant goes round in circles')
    return active
  },
}
Object.assign(globalThis, { __stryker__: switchboard })

/** Puts a mutant in place; undefined for none. */
export function activate(mutant: string | undefined): void {
  active = mutant
  limitReads(Number.POSITIVE_INFINITY)
}

/** How often any switch was read since the limit was set last: a measure of work that no other load on the machine changes. */
export const readsSoFar = (): number => reads

/**
 * Lets every switch throw once they have been read so often from now on. It ends an endless loop, also one that
 * leaves no timer a turn, as soon as it goes through a source with mutants.
 */
export function limitReads(max: number): void {
  reads = 0
  maxReads = max
}
