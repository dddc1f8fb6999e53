import { engineMachine } from './explore.ts'
import { type Edge, type Machine, type Move, make, type Standing } from './history.ts'
import { brokenBy } from './laws.ts'
import type { Beginning } from './world.ts'

/** A history to be made again. */
export interface History {
  readonly beginning: Beginning
  readonly moves: readonly Move[]
  /** The machine to make it with; the engine's own by default. */
  readonly machine?: Machine
}

/** What a history broke on its way, in order. */
export interface Broken {
  readonly law: string
  readonly why: string
}

/**
 * Makes a history again, move by move, and checks every law at each: what a printed test runs.
 *
 * @returns What was broken; nothing when all laws hold.
 * @throws {TypeError} When a move cannot be made, as when the machine has changed so that nothing is asked there.
 */
export function replayHistory({ beginning, moves, machine = engineMachine }: History): readonly Broken[] {
  const broken: Broken[] = []
  let standing: Standing | undefined
  for (const move of moves) {
    const made: { readonly edge: Edge | null; readonly next: Standing } = make(
      machine,
      beginning,
      standing,
      move,
    )
    if (made.edge !== null) broken.push(...brokenBy(made.edge))
    standing = made.next
  }
  return broken
}
