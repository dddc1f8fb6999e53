import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const root = new URL('../../', import.meta.url)
const read = (path: string) => readFile(new URL(path, root), 'utf8')

/** The code block that follows a marking comment. */
async function block(mark: string): Promise<string> {
  const readme = await read('README.md')
  const after = readme.slice(readme.indexOf(`<!-- ${mark} -->`))
  return /```\w*\n([\s\S]*?)```/.exec(after)?.[1] ?? `no block after ${mark}`
}

test('the README shows the quick start as it stands in the example that is compiled', async () => {
  const source = 'examples/quick-start/src/two-factor.ts'
  expect(await block(source)).toBe(await read(source))
})

test('the quick start runs, and prints what the README says', async () => {
  const main = 'examples/quick-start/src/main.ts'
  const keys = `k1:${randomBytes(32).toString('base64url')}`
  const env = { ...process.env, SALLYPORT_KEYS: keys }
  const { stdout } = await run(process.execPath, [main], { cwd: root, env })
  expect(stdout.replace(/(?<="secondFactorAt":)\d+/, '…')).toBe(await block(`output of ${main}`))
})

test('what the README links to is there', async () => {
  const readme = await read('README.md')
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = '']) => path)
  expect(links.length).toBeGreaterThan(10)
  expect(links.filter((path) => !existsSync(new URL(path, root)))).toEqual([])
})
