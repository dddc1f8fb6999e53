import { performance } from 'node:perf_hooks'
import type { Chance } from '../processes/chance.ts'
import { type CroppedComparison, compare } from './statistics.ts'

/** The threshold of dudect and of test vector leakage assessment: |t| above it is a difference. */
export const MAX_T = 4.5
/** Measurements that must all show a difference, to the same side. One in some thousands does by chance. */
const ATTEMPTS = 3
/** The share of samples that is taken before, for the compiler to settle. */
const WARM_UP = 0.1

/** Something that must take as long for one class of inputs as for the other. */
export interface Subject<Input = unknown> {
  readonly name: string
  readonly classes: readonly [first: string, second: string]
  /** Makes an input, afresh for each sample: where one object lies in memory is a difference too. */
  prepare(kind: 0 | 1): Input | Promise<Input>
  /** What is timed. */
  run(input: Input): unknown
  /** Runs that make one sample, so that it is well above the clock's resolution. */
  readonly runs: number
  /** Samples of both classes together. */
  readonly samples: number
}

/** Keeps a subject together with its inputs' type, which a list of subjects forgets. */
export const subject = <Input>(of: Subject<Input>): Subject => of as Subject

/** What the times of a subject say. */
export interface Finding extends CroppedComparison {
  readonly differs: boolean
  readonly attempts: number
}

/** Times the two classes in random order; in nanoseconds for one run. */
async function sample(
  { prepare, run, runs, samples }: Subject,
  chance: Chance,
): Promise<readonly [number[], number[]]> {
  const times: readonly [number[], number[]] = [[], []]
  const warmUp = Math.ceil(samples * WARM_UP)
  for (let taken = -warmUp; taken < samples; taken++) {
    const kind = chance.below(2) === 0 ? 0 : 1
    const input = await prepare(kind)
    const startedAt = performance.now()
    for (let done = 0; done < runs; done++) {
      const result = run(input)
      if (result instanceof Promise) await result
    }
    const tookMs = performance.now() - startedAt
    if (taken >= 0) times[kind].push((tookMs * 1e6) / runs)
  }
  return times
}

/**
 * Finds out whether the time of a subject depends on the class. A difference is measured again: a chance one does
 * not come back, and least of all to the same side.
 */
export async function measure(of: Subject, chance: Chance): Promise<Finding> {
  for (let attempt = 1, side = 0; ; attempt++) {
    const comparison = compare(...(await sample(of, chance)))
    const isOver = Math.abs(comparison.t) > MAX_T && (side === 0 || Math.sign(comparison.t) === side)
    side = Math.sign(comparison.t)
    if (!isOver || attempt === ATTEMPTS) return { ...comparison, differs: isOver, attempts: attempt }
  }
}
