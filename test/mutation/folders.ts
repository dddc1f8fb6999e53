/** The sources that are mutated lie beneath this folder. */
export const SOURCES = 'packages/core/src'

/** A folder of core, and the tests that must kill its mutants. */
export interface MutatedFolder {
  readonly name: string
  /** Patterns of test files. */
  readonly tests: readonly string[]
}

const unitTestsOf = (name: string): string => `test/unit/${name}/**/*.test.ts`
const SCENARIOS = 'test/scenarios/**/*.test.ts'

/** The folders that are mutated, each judged by the tests that are about it: stricter than by all there are. */
export const mutatedFolders: readonly MutatedFolder[] = [
  { name: 'policy', tests: [unitTestsOf('policy')] },
  { name: 'profile', tests: [unitTestsOf('profile')] },
  { name: 'methods', tests: [unitTestsOf('methods')] },
  { name: 'flow', tests: [unitTestsOf('flow'), SCENARIOS] },
  { name: 'engine', tests: [unitTestsOf('engine'), SCENARIOS] },
]
