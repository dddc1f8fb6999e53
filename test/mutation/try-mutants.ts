import { appendFileSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Mutant } from './instrument.ts'
import type { DeclaredTest } from './registry.ts'
import { activate, limitReads, readsSoFar, switchboard } from './switchboard.ts'
import { assignedWork, type Fate, type Progress, progressFileIn } from './work.ts'

/** How long a test may take with a mutant: beyond, it waits for something that never comes. */
const TIMEOUT_MS = 5_000
const TIMEOUT_FACTOR = 10
/** How often the switches may be read by a test with a mutant, beside so many times what it reads without one. */
const MAX_READS = 100_000
const MAX_READS_FACTOR = 20

const { folder, work } = assignedWork()

/** A test with where it stands: its file, and its place among the tests of the file. */
interface PlacedTest extends DeclaredTest {
  readonly file: string
  readonly place: number
}

const idOf = ({ file, place }: Pick<PlacedTest, 'file' | 'place'>): string => `${file}#${place}`

/** Loads a test file, and with it all that it imports and that is not loaded since the last reset. */
async function load(file: string): Promise<readonly PlacedTest[]> {
  const { takeDeclared } = await import('./registry.ts')
  await import(file)
  const declared = takeDeclared()
  if (declared.length === 0) throw new Error(`${relative('.', file)} declares no test`)
  return declared.map((one, place) => ({ ...one, file, place }))
}

/** Runs a test as Vitest would; rejects when it fails or does not end. */
async function run(one: PlacedTest, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), timeoutMs)
  })
  try {
    await Promise.race([one.run(), expired])
  } finally {
    clearTimeout(timer)
  }
}

interface CoveringTest {
  readonly file: string
  readonly place: number
  readonly tookMs: number
  /** How often it has read switches. */
  readonly reads: number
}

/** Runs every test without a mutant; the quick ones come first in the result. */
async function rehearse(): Promise<readonly CoveringTest[]> {
  const rehearsed: CoveringTest[] = []
  for (const file of work.tests) {
    for (const one of await load(file)) {
      switchboard.currentTestId = idOf(one)
      const startedAt = performance.now()
      const readBefore = readsSoFar()
      await one.run()
      const reads = readsSoFar() - readBefore
      rehearsed.push({ file, place: one.place, tookMs: performance.now() - startedAt, reads })
      switchboard.currentTestId = undefined
    }
  }
  return rehearsed.sort((a, b) => a.tookMs - b.tookMs)
}

/** Whether a test file is named after a source or its folder: most mutants are killed there. */
function isNamedAfter(test: string, source: string): boolean {
  return source.split(/[./]/).includes(basename(test, '.test.ts'))
}

/** The tests that have killed last, the last one first: the next mutant stands close by, and they try it first. */
const lastKillers: CoveringTest[] = []
const MAX_LAST_KILLERS = 8

function remember(killer: CoveringTest): void {
  const before = lastKillers.indexOf(killer)
  if (before >= 0) lastKillers.splice(before, 1)
  lastKillers.unshift(killer)
  lastKillers.splice(MAX_LAST_KILLERS)
}

/** In which order tests try a mutant: those that have killed last, and then file by file. */
function inOrder(tests: readonly CoveringTest[], source: string): readonly CoveringTest[] {
  const files = [...new Set(tests.map(({ file }) => file))].sort(
    (a, b) => Number(isNamedAfter(b, source)) - Number(isNamedAfter(a, source)),
  )
  const byFile = files.flatMap((file) => tests.filter((one) => one.file === file))
  return [...new Set([...lastKillers.filter((one) => tests.includes(one)), ...byFile])]
}

/** Whether one of the tests fails with the mutant in place, in modules that are loaded anew. */
async function isKilled(
  mutant: Pick<Mutant, 'id' | 'file'>,
  tests: readonly CoveringTest[],
): Promise<boolean> {
  const files = new Map<string, readonly PlacedTest[]>()
  vi.resetModules()
  activate(mutant.id)
  for (const covering of inOrder(tests, mutant.file)) {
    const { file, place, tookMs, reads } = covering
    try {
      limitReads(MAX_READS)
      const loaded = files.get(file) ?? (await load(file))
      files.set(file, loaded)
      const one = loaded[place]
      if (one === undefined) throw new Error('its table has lost a row')
      limitReads(MAX_READS + MAX_READS_FACTOR * reads)
      await run(one, TIMEOUT_MS + TIMEOUT_FACTOR * tookMs)
    } catch {
      activate(undefined)
      remember(covering)
      return true
    }
  }
  activate(undefined)
  return false
}

const write = (progress: Progress): void =>
  appendFileSync(progressFileIn(folder), `${JSON.stringify(progress)}\n`)

test('each mutant is tried', async () => {
  const tests = await rehearse()
  write({ rehearsedMs: tests.reduce((sum, { tookMs }) => sum + tookMs, 0) })
  const { static: onLoading = {}, perTest = {} } = switchboard.mutantCoverage ?? {}
  expect(perTest).not.toEqual({})
  expect(await isKilled({ id: 'none', file: '' }, tests)).toBe(false) // loading anew fails nothing by itself

  const todo = new Set(work.todo)
  for (const mutant of work.mutants.filter(({ id }) => todo.has(id))) {
    const { id } = mutant
    write({ trying: id })
    const covering = tests.filter((one) => id in onLoading || id in (perTest[idOf(one)] ?? {}))
    let fate: Fate = 'not covered'
    if (covering.length > 0) fate = (await isKilled(mutant, covering)) ? 'killed' : 'survived'
    write({ tried: id, fate })
  }
})
