import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Mutant as StrykerMutant } from '@stryker-mutator/api/core'
import { Instrumenter } from '@stryker-mutator/instrumenter'
import { SOURCES } from './folders.ts'

/** A change of the source that a test should notice. */
export interface Mutant {
  readonly id: string
  /** Beneath `packages/core/src`. */
  readonly file: string
  /** `file:line:column`, as editors take it. */
  readonly position: string
  /** The line that it begins on, without indentation: it outlives a change elsewhere in the file. */
  readonly line: string
  /** The source that is replaced, with each run of white space as one space. */
  readonly original: string
  /** What stands there instead, likewise. */
  readonly replacement: string
}

/** A folder's sources with every mutant in them, each behind a switch. */
export interface Instrumented {
  /** By absolute path. */
  readonly sources: Readonly<Record<string, string>>
  readonly mutants: readonly Mutant[]
}

const silent = {
  ...{ trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {} },
  ...{ isTraceEnabled: () => false, isDebugEnabled: () => false, isInfoEnabled: () => false },
  ...{ isWarnEnabled: () => false, isErrorEnabled: () => false, isFatalEnabled: () => false },
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

function describe(mutant: StrykerMutant, lines: readonly string[]): Mutant {
  const { id, fileName, location, replacement } = mutant
  const { start, end } = location // from zero
  const within = lines.slice(start.line, end.line + 1)
  within.push((within.pop() ?? '').slice(0, end.column))
  const original = within.join('\n').slice(start.column)
  return {
    id,
    file: fileName.slice(`${SOURCES}/`.length),
    position: `${fileName}:${start.line + 1}:${start.column + 1}`,
    line: (lines[start.line] ?? '').trim(),
    original: oneLine(original),
    replacement: oneLine(replacement),
  }
}

/** Puts Stryker's mutants into the sources of a folder of core. */
export async function instrument(folder: string): Promise<Instrumented> {
  const files = globSync(`${SOURCES}/${folder}/**/*.ts`)
    .sort()
    .map((name) => ({ name, mutate: true, content: readFileSync(name, 'utf8') }))
  const options = { plugins: null, ignorers: [], excludedMutations: [] }
  const instrumented = await new Instrumenter(silent).instrument(files, options)
  const linesOf = new Map(files.map(({ name, content }) => [name, content.split('\n')]))
  return {
    sources: Object.fromEntries(instrumented.files.map(({ name, content }) => [resolve(name), content])),
    mutants: instrumented.mutants.map((mutant) => describe(mutant, linesOf.get(mutant.fileName) ?? [])),
  }
}
