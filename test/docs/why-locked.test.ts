import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)

test('the guide on locked users shows what its example prints', async () => {
  const main = 'test/replay/why-locked.ts'
  const guide = await readFile(new URL('docs/guides/why-was-this-user-locked.md', root), 'utf8')
  const [, shown] = /<!-- output of [\w/.-]+ -->\n\n```\n([\s\S]*?)```/.exec(guide) ?? []
  const { stdout } = await promisify(execFile)(process.execPath, [main], { cwd: root })
  expect(stdout).toBe(shown)
})
