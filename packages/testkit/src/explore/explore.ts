import { advance, start } from '@sallyport/core/flow'
import { beginningsOf, type RunKind, runKinds, type UserKind, userKinds } from './beginnings.ts'
import type { Machine, Move } from './history.ts'
import { brokenBy, laws } from './laws.ts'
import { search, type Visit } from './search.ts'
import { type Beginning, type Bounds, type Deployment, defaultBounds, factsOf } from './world.ts'

/** The machine of the engine. */
export const engineMachine: Machine = { start, advance }

/** What to explore: a policy, where to begin, and how far to go. */
export interface ExploreOptions extends Deployment {
  readonly bounds?: Partial<Bounds>
  /** The kinds of users to begin with; all of them by default. */
  readonly users?: readonly UserKind[]
  /** What they are about to do; everything by default. */
  readonly runs?: readonly RunKind[]
  /** The machine; a test of the explorer gives one that is broken. */
  readonly machine?: Machine
  /** Sees every edge, for a report of one's own. */
  readonly visit?: Visit
}

/** A broken law, and a shortest history that breaks it. */
export interface Breach {
  readonly law: string
  readonly why: string
  readonly beginning: Beginning
  readonly moves: readonly Move[]
}

/** What a search has found. */
export interface Exploration {
  /** Standings that differ in something that a rule compares, added up over the beginnings. */
  readonly states: number
  /** Events that were sent to the machine; every law was checked on each. */
  readonly transitions: number
  readonly seconds: number
  readonly laws: readonly string[]
  /** The states of the machine that were come by. */
  readonly reached: ReadonlySet<string>
  /** The first and shortest breach of each law that is broken; empty when all of them hold. */
  readonly breaches: readonly Breach[]
}

/** The names of the laws that a search checks on every edge. */
export const lawNames: readonly string[] = Object.keys(laws)

/**
 * Searches everything that can happen to a user's flows under a policy, within bounds, and checks every law on
 * every step. It runs the engine's own machine, with the methods and the engine's answers modeled, so it needs
 * no store, no key and no clock.
 *
 * @throws {ConfigError} When the policy cannot work.
 */
export function explore(options: ExploreOptions): Exploration {
  const bounds: Bounds = { ...defaultBounds, ...options.bounds }
  const facts = factsOf(options, bounds)
  const { machine = engineMachine, users = userKinds, runs = runKinds } = options
  const breaches = new Map<string, Breach>()
  const reached = new Set<string>()
  const began = performance.now()
  let states = 0
  let transitions = 0
  for (const beginning of beginningsOf(facts, users, runs)) {
    const searched = search(machine, beginning, bounds, (edge, movesTo) => {
      const broken = brokenBy(edge)
      for (const { law, why } of broken) {
        const known = breaches.get(law)
        if (known !== undefined && known.beginning === beginning) continue // breadth first: no later one is shorter
        const moves = movesTo()
        if (known === undefined || moves.length < known.moves.length) {
          breaches.set(law, { law, why, beginning, moves })
        }
      }
      options.visit?.(edge, movesTo)
      return broken.length === 0 ? 'go_on' : 'stop_here' // what follows from a fault is no news
    })
    states += searched.states
    transitions += searched.transitions
    for (const state of searched.reached) reached.add(state)
  }
  const seconds = (performance.now() - began) / 1000
  return { states, transitions, seconds, laws: lawNames, reached, breaches: [...breaches.values()] }
}
