import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Instrumented } from './instrument.ts'

/** What became of a mutant. */
export type Fate = 'killed' | 'survived' | 'not covered' | 'timed out'

/** What a process of tests is given to do, in a folder of its own. */
export interface Work extends Instrumented {
  /** The test files, as absolute paths. */
  readonly tests: readonly string[]
  /** The mutants to try, by id. */
  readonly todo: readonly string[]
}

/** A line of what it writes: how long all tests take, once at the beginning; what it is at; what has come of it. */
export type Progress =
  | { readonly rehearsedMs: number }
  | { readonly trying: string }
  | { readonly tried: string; readonly fate: Fate }

const VARIABLE = 'SALLYPORT_MUTATION_WORK'

/** Lays work into a folder. */
export function assign(folder: string, work: Work): NodeJS.ProcessEnv {
  writeFileSync(join(folder, 'work.json'), JSON.stringify(work))
  writeFileSync(progressFileIn(folder), '')
  return { ...process.env, [VARIABLE]: folder }
}

export const progressFileIn = (folder: string): string => join(folder, 'progress.jsonl')

/** The progress so far. A line that is being written is left for the next time. */
export function progressIn(folder: string): readonly Progress[] {
  const lines = readFileSync(progressFileIn(folder), 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Progress) // written by a process of ours
}

/** The work of this process, and the folder that it lies in. */
export function assignedWork(): { readonly folder: string; readonly work: Work } {
  const folder = process.env[VARIABLE]
  if (folder === undefined) throw new Error('there is no work: run `npm run mutation`')
  return { folder, work: JSON.parse(readFileSync(join(folder, 'work.json'), 'utf8')) as Work } // as `assign` wrote it
}
