/**
 * Stands in for `vitest` where a test file declares its tests: they are kept, to be run as often as there are
 * mutants. Only what the tests of core use is here.
 */
export { expect } from 'vitest'

type Run = (...row: readonly unknown[]) => unknown

/** A test that a file has declared. */
export interface DeclaredTest {
  readonly name: string
  readonly run: () => unknown
}

let declared: DeclaredTest[] = []

/** Hands over the tests that were declared since the last time. */
export function takeDeclared(): readonly DeclaredTest[] {
  const taken = declared
  declared = []
  return taken
}

export function test(name: string, run: Run): void {
  declared.push({ name, run: () => run() })
}

test.each = (rows: readonly unknown[]) => (name: string, run: Run) => {
  for (const row of rows) declared.push({ name, run: () => (Array.isArray(row) ? run(...row) : run(row)) })
}

export function describe(_name: string, declare: () => void): void {
  declare()
}
