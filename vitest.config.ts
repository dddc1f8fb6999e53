import { defineConfig } from 'vitest/config'
import { PlainLineReporter } from './tools/plain-line-reporter.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // No test is about how fast it is, and the machine may be busy.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // A test that cannot fail is a defect.
    expect: { requireAssertions: true },
    reporters: ['default', new PlainLineReporter()],
    coverage: {
      provider: 'v8',
      // Named, so that a file that no test loads counts as uncovered.
      include: ['packages/core/src/**/*.ts'],
      reporter: ['text', 'html'],
      reportsDirectory: 'coverage',
      thresholds: Object.fromEntries(
        ['flow', 'methods', 'policy', 'profile', 'engine'].map((folder) => [
          `packages/core/src/${folder}/**/*.ts`,
          { branches: 95, functions: 95, lines: 95 },
        ]),
      ),
    },
  },
})
