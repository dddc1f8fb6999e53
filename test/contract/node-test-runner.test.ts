import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('the contract runs under node:test too, with nothing of vitest', async () => {
  const fixture = fileURLToPath(new URL('./fixtures/under-node-test.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--test-reporter=tap', fixture])
  expect(stdout).toMatch(/^# pass \d{3}$/m)
  expect(stdout).toMatch(/^# fail 0$/m)
})
