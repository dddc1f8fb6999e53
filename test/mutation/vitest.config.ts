import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { assignedWork } from './work.ts'

const { work } = assignedWork()
const registry = resolve(import.meta.dirname, 'registry.ts')

/** Runs try-mutants.ts alone, which loads the tests itself, again and again. */
export default defineConfig({
  plugins: [
    {
      name: 'sources-with-mutants',
      enforce: 'pre',
      load: (id) => work.sources[id],
      // The tests declare themselves to the registry, and none of the workspace's own modules does.
      resolveId: (id, importer) =>
        id === 'vitest' && importer !== undefined && work.tests.includes(importer) ? registry : undefined,
    },
  ],
  test: {
    include: ['test/mutation/try-mutants.ts'],
    pool: 'forks',
    fsModuleCache: false, // it would answer with sources without mutants
    testTimeout: 0,
    expect: { requireAssertions: false },
  },
})
