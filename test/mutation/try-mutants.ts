import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { DeclaredTest } from './registry.ts'
import { assignedWork, type Fate, type Progress, progressFileIn } from './work.ts'

/** How long a test may take with a mutant: beyond, it waits for something that never comes. */
const TIMEOUT_MS = 5_000
const TIMEOUT_FACTOR = 10
/** How often a mutant may be reached, in multiples of what it is without it: beyond, it has made an endless loop. */
const MAX_HITS_FACTOR = 100

/** What the instrumented sources read and write; see the instrumenter's header. */
interface Switchboard {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  hitCount?: number | undefined
  hitLimit?: number | undefined
  mutantCoverage?: {
    readonly static: Readonly<Record<string, number>>
    readonly perTest: Readonly<Record<string, Readonly<Record<string, number>>>>
  }
}

const switchboard: Switchboard = {}
Object.assign(globalThis, { __stryker__: switchboard })

const { folder, work } = assignedWork()

/** A test with where it stands: its file, and its place among the tests of the file. */
interface PlacedTest extends DeclaredTest {
  readonly file: string
  readonly place: number
}

const idOf = ({ file, place }: Pick<PlacedTest, 'file' | 'place'>): string => `${file}#${place}`

/** Loads test files anew, and with them all that they import. */
async function load(files: readonly string[]): Promise<readonly PlacedTest[]> {
  vi.resetModules()
  const { takeDeclared } = await import('./registry.ts')
  const loaded: PlacedTest[] = []
  for (const file of files) {
    await import(file)
    const declared = takeDeclared()
    if (declared.length === 0) throw new Error(`${relative('.', file)} declares no test`)
    loaded.push(...declared.map((one, place) => ({ ...one, file, place })))
  }
  return loaded
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
}

/** Runs every test without a mutant. */
async function rehearse(): Promise<readonly CoveringTest[]> {
  const rehearsed: CoveringTest[] = []
  for (const one of await load(work.tests)) {
    switchboard.currentTestId = idOf(one)
    const startedAt = performance.now()
    await one.run()
    rehearsed.push({ file: one.file, place: one.place, tookMs: performance.now() - startedAt })
    switchboard.currentTestId = undefined
  }
  return rehearsed.sort((a, b) => a.tookMs - b.tookMs)
}

/** Whether a test fails, of those given, with the mutant in place; the quick ones first. */
async function isKilled(mutant: string, tests: readonly CoveringTest[], hitLimit: number): Promise<boolean> {
  Object.assign(switchboard, { activeMutant: mutant, hitCount: 0, hitLimit })
  try {
    const loaded = new Map<string, PlacedTest>()
    for (const one of await load([...new Set(tests.map(({ file }) => file))])) loaded.set(idOf(one), one)
    for (const covering of tests) {
      const one = loaded.get(idOf(covering))
      if (one === undefined) return true // its table has lost a row
      await run(one, TIMEOUT_MS + TIMEOUT_FACTOR * covering.tookMs)
    }
    return false
  } catch {
    return true
  } finally {
    switchboard.activeMutant = undefined
  }
}

const write = (progress: Progress): void =>
  appendFileSync(progressFileIn(folder), `${JSON.stringify(progress)}\n`)

test('each mutant is tried', async () => {
  const tests = await rehearse()
  expect(await isKilled('none', tests, 0)).toBe(false) // loading anew fails nothing by itself
  const { static: onLoading = {}, perTest = {} } = switchboard.mutantCoverage ?? {}
  const hitsOf = (mutant: string): number =>
    Object.values(perTest).reduce((hits, of) => hits + (of[mutant] ?? 0), onLoading[mutant] ?? 0)

  for (const mutant of work.todo) {
    write({ trying: mutant })
    const covering = tests.filter((one) => mutant in onLoading || mutant in (perTest[idOf(one)] ?? {}))
    let fate: Fate = 'not covered'
    if (covering.length > 0) {
      fate = (await isKilled(mutant, covering, hitsOf(mutant) * MAX_HITS_FACTOR)) ? 'killed' : 'survived'
    }
    write({ tried: mutant, fate })
  }
  expect(work.todo.length).toBeGreaterThan(0)
})
