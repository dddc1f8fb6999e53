import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Breach,
  type ExploreOptions,
  explore,
  lawNames,
  printTest,
  replayHistory,
} from '@sallyport/testkit/explore'
import { describe, expect, test } from 'vitest'
import { type Seeded, seeded } from './broken-machines.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const optionsOf = ({ where, machine }: Seeded): ExploreOptions => ({
  policy: { issuer: 'Acme' },
  ...where,
  machine,
})

function breachOf(one: Seeded): Breach {
  const breach = explore(optionsOf(one)).breaches.find(({ law }) => law === one.law)
  if (breach === undefined) throw new Error(`not found: ${one.law}`)
  return breach
}

// Each is a search: seconds when the machine is busy.
describe('a machine that breaks a law is found out', { timeout: 60_000 }, () => {
  test.each(seeded.map((one) => [one.law, one.about, one] as const))('%s: it %s', (_law, _about, one) => {
    const breach = breachOf(one)
    expect(breach.moves, 'a shortest history').toHaveLength(one.moves)
    const { beginning, moves } = JSON.parse(JSON.stringify(breach)) as Breach // as it is printed
    const replayed = replayHistory({ beginning, moves, machine: one.machine })
    expect(replayed.map(({ law }) => law)).toContain(one.law)
    expect(replayHistory({ beginning, moves: moves.slice(0, -1), machine: one.machine })).not.toContainEqual({
      law: one.law,
      why: breach.why,
    })
  })

  test('every law that a search checks has such a machine', () => {
    expect([...new Set(seeded.map(({ law }) => law))].toSorted()).toEqual([...lawNames].toSorted())
  })
})

test('a breach is printed as a test that fails under the broken machine and passes under the sound one', {
  timeout: 60_000,
}, async () => {
  const one = seeded.find(({ about }) => about === 'does not strike a recovery code out')
  if (one === undefined) throw new Error('there is no such machine')
  const breach = breachOf(one)
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-printed-'))
  try {
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    await writeFile(join(folder, 'vitest.config.ts'), 'export default {}\n')
    await writeFile(
      join(folder, 'broken.ts'),
      `import { seeded } from ${JSON.stringify(join(root, 'test/model/broken-machines.ts'))}
export const broken = seeded[${seeded.indexOf(one)}]?.machine\n`,
    )
    await writeFile(join(folder, 'fails.test.ts'), printTest(breach, { name: 'broken', from: './broken.ts' }))
    await writeFile(join(folder, 'passes.test.ts'), printTest(breach))
    const { exitCode, output } = await runVitest(folder)
    expect(output).toContain('1 failed | 1 passed')
    expect(output).toContain('FAIL  fails.test.ts')
    expect(output).toContain('the recovery code is still good')
    expect(exitCode).toBe(1)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

function runVitest(folder: string): Promise<{ readonly exitCode: number; readonly output: string }> {
  const bin = join(root, 'node_modules/vitest/vitest.mjs')
  return new Promise((resolve) => {
    const args = [bin, 'run', '--root', folder]
    execFile(
      process.execPath,
      args,
      { cwd: folder, env: { ...process.env, NO_COLOR: '1' } },
      (error, out, err) => {
        resolve({ exitCode: error === null ? 0 : Number(error.code), output: out + err })
      },
    )
  })
}
