import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test, vi } from 'vitest'
import { startDemo } from './start-demo.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }) // processes start and hash passwords, perhaps on a busy machine

const README = new URL('../../examples/demo/README.md', import.meta.url)

test('the login with curl runs as the README shows it, and answers what it says', async () => {
  const readme = await readFile(README, 'utf8')
  const [, section = ''] = readme.split('## A whole login with curl\n')
  const blocks = [...(section.split('\n## ')[0] ?? '').matchAll(/```sh\n([\s\S]*?)```/g)].map(
    ([, code]) => code,
  )
  expect(blocks).toHaveLength(4)
  const demo = await startDemo(['--dev', '--store', 'memory'])
  try {
    const script = blocks.join('\n').replace('http://127.0.0.1:3000', demo.url)
    const { stdout } = await promisify(execFile)('bash', ['-eu', '-c', script])
    const said = [...script.matchAll(/^#> (.*)$/gm)].map(([, text = '']) => text)
    expect(said).toHaveLength(6)
    let from = 0
    for (const text of said) {
      const at = stdout.indexOf(text, from)
      expect(at, `${text} after ${from} in ${stdout}`).toBeGreaterThanOrEqual(0)
      from = at + text.length
    }
  } finally {
    await demo.stop()
  }
})
