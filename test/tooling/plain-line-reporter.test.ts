import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs Vitest with the reporter over files of its own, and hands back the last line and the exit code. */
async function runOver(files: Readonly<Record<string, string>>): Promise<{ line: string; code: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-reporter-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const config = `import { PlainLineReporter } from '${root}tools/plain-line-reporter.ts'
    export default { test: { globals: true, reporters: [new PlainLineReporter()], watch: false } }`
  for (const [name, code] of Object.entries({ 'vitest.config.ts': config, ...files })) {
    await writeFile(join(folder, name), code)
  }
  return new Promise((resolve) => {
    execFile(join(root, 'node_modules/.bin/vitest'), ['run', '--root', folder], (error, stdout) => {
      resolve({
        line: stdout.trimEnd().split('\n').at(-1) ?? '',
        code: error === null ? 0 : Number(error.code),
      })
    })
  })
}

test('the closing line counts what passed and what was skipped', async () => {
  const files = { 'a.test.ts': `test('a', () => {}); test('b', () => {}); test.skip('c', () => {})` }
  expect(await runOver(files)).toEqual({ line: '2 passed, 0 failed, 1 skipped', code: 0 })
})

test('a failed test, a file that does not load and a hook that throws each count as failed', async () => {
  const files = {
    'passes.test.ts': `test('a', () => {})`,
    'fails.test.ts': `test('a', () => { throw new Error('a') })`,
    'does-not-load.test.ts': `throw new Error('b')`,
    'hook.test.ts': `describe('c', () => { afterAll(() => { throw new Error('c') }); test('a', () => {}) })`,
  }
  expect(await runOver(files)).toEqual({ line: '2 passed, 3 failed', code: 1 })
})

test('a promise that nobody catches counts as failed', async () => {
  const files = { 'a.test.ts': `test('a', () => { Promise.reject(new Error('a')) })` }
  expect(await runOver(files)).toEqual({ line: '1 passed, 1 failed', code: 1 })
})
