import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

interface Manifest {
  readonly name: string
  readonly license: string
  readonly type: string
  readonly sideEffects: boolean
  readonly engines: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string>>
  readonly publishConfig: { readonly exports: Readonly<Record<string, unknown>> }
  readonly dependencies?: Readonly<Record<string, string>>
}

const read = (path: string) => readFileSync(path, 'utf8')
const packages = globSync('packages/*').map((folder) => ({
  folder,
  manifest: JSON.parse(read(`${folder}/package.json`)) as Manifest,
}))

test('tests run on the pinned Node, not on the host’s', () => {
  const root = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> }
  expect(process.versions.node).toBe(root.devDependencies['node'])
  expect(read('pnpm-workspace.yaml')).toContain(`nodeVersion: ${process.versions.node}\n`)
})

test('pnpm has one version', () => {
  const files = ['package.json', 'CONTRIBUTING.md', '.ci/run']
  const versions = files.flatMap((file) => read(file).match(/pnpm@[\d.]+/g) ?? [])
  expect(new Set(versions).size).toBe(1)
})

describe.each(packages)('$manifest.name', ({ folder, manifest }) => {
  test('publishes, types first, exactly the entries that the workspace runs on', () => {
    const published = Object.fromEntries(
      Object.entries(manifest.exports).map(([entry, source]) => {
        const built = source.replace('./src/', './dist/').replace(/\.ts$/, '')
        const conditions = { types: `${built}.d.ts`, default: `${built}.js` }
        return [entry, source.endsWith('.ts') ? conditions : source]
      }),
    )
    expect(JSON.stringify(manifest.publishConfig.exports)).toBe(JSON.stringify(published))
  })

  test('is an ESM package without side effects, for Node 22 and newer, under MIT', () => {
    const { type, sideEffects, engines, license } = manifest
    expect({ type, sideEffects, engines, license }).toEqual({
      type: 'module',
      sideEffects: false,
      engines: { node: '>=22' },
      license: 'MIT',
    })
  })

  test('gives a reason for each runtime dependency in its README', () => {
    const readme = read(`${folder}/README.md`)
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      expect(readme).toMatch(new RegExp(`^\\| .*\`${dependency}\`.* \\| .+ \\|$`, 'm'))
    }
    expect(readme).toContain(`# ${manifest.name}`)
  })
})
