import { spawnSync } from 'node:child_process'
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/**
 * Checks all that can be known without a test: `pnpm check`, or `pnpm check types lint` for some of it.
 * Every step runs, also after one has failed, so that one look tells everything.
 */
const steps = { types, lint, docs, unused, packages }

interface Manifest {
  readonly name: string
  readonly version: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

const packageFolders = globSync('packages/*/package.json')
  .map((path) => dirname(path))
  .sort()

class StepFailed extends Error {}

/** Runs a tool of this workspace and hands back what it printed; throws that when the tool fails. */
function run(tool: string, args: readonly string[], cwd = '.'): string {
  const local = resolve('node_modules/.bin', tool)
  const { status, stdout, stderr, error } = spawnSync(tool === 'npx' || tool === 'tar' ? tool : local, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  })
  if (status !== 0)
    throw new StepFailed(`${tool} ${args.join(' ')}  (in ${cwd})\n${error ?? ''}${stdout}${stderr}`)
  return stdout
}

/** Runs all, so that the second fault is not hidden behind the first. */
function each<Item>(items: readonly Item[], action: (item: Item) => void): void {
  const faults = items.flatMap((item) => {
    try {
      action(item)
      return []
    } catch (error) {
      if (error instanceof StepFailed) return [error.message]
      throw error
    }
  })
  if (faults.length > 0) throw new StepFailed(faults.join('\n'))
}

/** The root's project and each package's own, whose narrower libraries only it enforces. */
function types(): void {
  each(['.', ...packageFolders], (folder) => run('tsc', ['--project', folder]))
}

/** Format, lint and import boundaries: one tool. */
function lint(): void {
  run('biome', ['check', '--error-on-warnings', '--max-diagnostics=50', '.'])
}

/** The generated pages are what the code says. */
function docs(): void {
  run('node', ['tools/generate-docs.ts', '--check'])
}

/** Files, exports and dependencies that nothing uses. */
function unused(): void {
  run('knip', ['--treat-config-hints-as-errors'])
}

/** Builds and packs each package, then looks at the tarball as npm and a consumer would. */
function packages(): void {
  run('tsdown', [])
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pack-'))
  try {
    const packed = packageFolders.map((source) => pack(source, folder))
    const looks: [tool: string, ...args: string[]][] = packed.flatMap(({ tarball }) => [
      ['publint', 'run', tarball, '--strict'],
      ['attw', tarball, '--profile=esm-only', '--no-definitely-typed', '--format=ascii'],
    ])
    each(looks, ([tool, ...args]) => run(tool, args))
    consume(packed, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Packed {
  readonly source: string
  readonly tarball: string
  readonly manifest: Manifest
}

/** pnpm puts `publishConfig.exports` and real versions into the packed manifest; npm would not. */
function pack(source: string, folder: string): Packed {
  const tarball = join(folder, `${source.replaceAll('/', '-')}.tgz`)
  const { packageManager } = JSON.parse(readFileSync('package.json', 'utf8')) as { packageManager: string }
  run('npx', ['--yes', packageManager, 'pack', '--out', tarball], source)
  const manifest = JSON.parse(run('tar', ['-xzOf', tarball, 'package/package.json'])) as Manifest
  return { source, tarball, manifest }
}

/** What a user's package manager puts beside a package: what it depends on, and the peers that it cannot do without. */
function installedWith({
  dependencies = {},
  peerDependencies = {},
  peerDependenciesMeta = {},
}: Manifest): string[] {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true)
  return [...Object.keys(dependencies), ...peers]
}

/** A project of its own, with nothing of this workspace on its path, imports every public entry. */
function consume(packed: readonly Packed[], folder: string): void {
  for (const { source, tarball, manifest } of packed) {
    const target = join(folder, 'node_modules', manifest.name)
    mkdirSync(target, { recursive: true })
    run('tar', ['-xzf', tarball, '--strip-components=1', '-C', target])
    for (const name of installedWith(manifest)) {
      if (packed.some((other) => other.manifest.name === name)) continue
      const link = join(target, 'node_modules', name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(realpathSync(join(source, 'node_modules', name)), link)
    }
  }
  const entries = packed.flatMap(({ manifest }) =>
    Object.keys(manifest.exports)
      .filter((path) => path !== './package.json')
      .map((path) => manifest.name + path.slice(1)),
  )
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  // Only what is for Node may need Node's types.
  const isForNode = (entry: string) => entry.endsWith('/node')
  consumeEntries(
    folder,
    'web',
    entries.filter((entry) => !isForNode(entry)),
    [],
  )
  consumeEntries(folder, 'node', entries.filter(isForNode), ['node'])
}

function consumeEntries(
  folder: string,
  name: string,
  entries: readonly string[],
  types: readonly string[],
): void {
  const lines = entries.map((entry, index) => `import * as entry${index} from '${entry}'`)
  const list = entries.map((_, index) => `entry${index}`).join(', ')
  const source = `${lines.join('\n')}\nexport const entries: object[] = [${list}]\n`
  writeFileSync(join(folder, `${name}.ts`), source)
  const compilerOptions = {
    module: 'nodenext',
    strict: true,
    noEmit: true,
    types,
    typeRoots: [realpathSync('node_modules/@types')],
    lib: ['es2024', 'webworker'],
  }
  writeFileSync(
    join(folder, `tsconfig.${name}.json`),
    JSON.stringify({ compilerOptions, files: [`${name}.ts`] }),
  )
  run('node', [`${name}.ts`], folder)
  run('tsc', ['--project', `tsconfig.${name}.json`], folder)
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in steps))
if (unknown.length > 0)
  throw new Error(`no such step: ${unknown.join(', ')}; there are ${Object.keys(steps).join(', ')}`)

const failed: string[] = []
for (const [name, step] of Object.entries(steps)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const startedAt = performance.now()
  let fault = ''
  try {
    step()
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error
    fault = error.message
    failed.push(name)
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${fault === '' ? '✓' : '✗'} ${name} (${seconds} s)${fault === '' ? '' : `\n\n${fault}`}`)
}
if (failed.length > 0) {
  console.log(`check failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
