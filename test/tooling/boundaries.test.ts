import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** A snippet in a file of its own; `rule` is what must be found in it, none when it is in order. */
interface Snippet {
  readonly about: string
  readonly in: string
  readonly code: string
  readonly rule?: string
}

const flow = 'packages/core/src/flow'
const imports = 'lint/style/noRestrictedImports'
const globals = 'lint/style/noRestrictedGlobals'
const pureFolders = ['flow', 'methods', 'policy', 'profile'].map((folder) => `packages/core/src/${folder}`)
const deniedGlobals = [
  'Date',
  'Promise',
  'console',
  'crypto',
  'fetch',
  'globalThis',
  'performance',
  'process',
  'queueMicrotask',
  'self',
  'setInterval',
  'setTimeout',
]

const offences: readonly Snippet[] = [
  // Nothing below knows anything above it.
  ...pureFolders.flatMap((folder): Snippet[] => [
    ...['ports/store.ts', 'engine/run-step.ts', 'crypto/sealer.ts', 'index.ts'].flatMap(
      (target): Snippet[] => [
        {
          about: `a value of ${target}`,
          in: folder,
          rule: imports,
          code: `export { a } from '../${target}'`,
        },
        {
          about: `a type of ${target}`,
          in: folder,
          rule: imports,
          code: `export type { A } from '../${target}'`,
        },
      ],
    ),
    {
      about: 'an async function',
      in: folder,
      rule: 'plugin pure-no-async',
      code: 'export async function a() {}',
    },
    { about: 'XState', in: folder, rule: imports, code: `export { setup } from 'xstate'` },
    ...deniedGlobals.map(
      (name): Snippet => ({
        about: `the global ${name}`,
        in: folder,
        rule: globals,
        code: `export const a: unknown = ${name}`,
      }),
    ),
  ]),
  {
    about: 'the engine from a deeper folder',
    in: `${flow}/deep`,
    rule: imports,
    code: `export { a } from '../../engine/run-step.ts'`,
  },
  {
    about: 'the crypto folder, imported late',
    in: flow,
    rule: imports,
    code: `export const a = () => import('../crypto/sealer.ts')`,
  },
  { about: 'jose, which only awaits', in: flow, rule: imports, code: `export { jwtVerify } from 'jose'` },
  { about: 'the type Date', in: flow, rule: globals, code: 'export type A = Date' },
  {
    about: 'a type imported inline, which the import rules do not see',
    in: flow,
    rule: 'plugin no-inline-import-type',
    code: `export type A = import('../engine/run-step.ts').A`,
  },

  // Every way to write async.
  ...[
    'export const a = async () => 1',
    'export const a = async (b: number) => b',
    'export const a = async function () {}',
    'export const a = { async b() {} }',
    'export const a = { async *b() {} }',
    'export class A { async b() {} }',
    'export class A {\n  /** Said. */\n  public static async b() {}\n}',
    'export async function* a() {}',
    'export const a = await Promise.resolve(1)',
    'for await (const a of []) a',
  ].map((code): Snippet => ({ about: `"${code}"`, in: flow, rule: 'plugin pure-no-async', code })),

  // Chance comes through a port, in every package.
  ...['Math.random()', "Math['random']()", 'Math?.random()', 'Math\n  .random()', '[Math.random]'].map(
    (code): Snippet => ({
      about: `"${code}"`,
      in: 'packages/core/src/engine',
      rule: 'plugin no-math-random',
      code: `export const a = ${code}`,
    }),
  ),
  {
    about: 'Math.random by destructuring',
    in: 'packages/testkit/src',
    rule: 'plugin no-math-random',
    code: 'export const { random } = Math',
  },
  {
    about: 'Math under another name',
    in: 'packages/testkit/src',
    rule: 'plugin no-math-random',
    code: 'const m = Math\nexport const a = m.random()',
  },

  // Core stands alone, on Web APIs.
  ...['ports', 'engine', 'crypto'].flatMap((folder): Snippet[] => [
    {
      about: 'XState',
      in: `packages/core/src/${folder}`,
      rule: imports,
      code: `export type { AnyStateMachine } from 'xstate'`,
    },
    {
      about: 'a Node module',
      in: `packages/core/src/${folder}`,
      rule: 'lint/correctness/noNodejsModules',
      code: `export { readFile } from 'node:fs'`,
    },
    {
      about: 'a Node module without its prefix',
      in: `packages/core/src/${folder}`,
      rule: 'lint/correctness/noNodejsModules',
      code: `export { readFile } from 'fs'`,
    },
    {
      about: 'another package',
      in: `packages/core/src/${folder}`,
      rule: imports,
      code: `export { a } from '@sallyport/testkit'`,
    },
    {
      about: 'itself by name',
      in: `packages/core/src/${folder}`,
      rule: imports,
      code: `export { a } from '@sallyport/core'`,
    },
    {
      about: 'another package by path',
      in: `packages/core/src/${folder}`,
      rule: imports,
      code: `export { a } from '../../../testkit/src/index.ts'`,
    },
    {
      about: 'process',
      in: `packages/core/src/${folder}`,
      rule: 'lint/correctness/noProcessGlobal',
      code: `export const a = process.env['A']`,
    },
  ]),

  ...['ports', 'crypto'].flatMap((folder): Snippet[] => [
    {
      about: 'the engine',
      in: `packages/core/src/${folder}`,
      rule: imports,
      code: `export type { A } from '../engine/run-step.ts'`,
    },
    {
      about: 'the index, which knows the engine',
      in: `packages/core/src/${folder}`,
      rule: imports,
      code: `export { a } from '../index.ts'`,
    },
  ]),
  // The engine's time and chance come through its ports.
  ...['Date', 'crypto', 'fetch', 'globalThis', 'performance', 'self', 'setInterval', 'setTimeout'].map(
    (name): Snippet => ({
      about: `the global ${name}`,
      in: 'packages/core/src/engine',
      rule: globals,
      code: `export const a: unknown = ${name}`,
    }),
  ),

  // The other packages use what core publishes.
  {
    about: 'an inner file of core by name',
    in: 'packages/testkit/src',
    rule: imports,
    code: `export { a } from '@sallyport/core/flow/machine'`,
  },
  {
    about: 'an inner file of core by path',
    in: 'packages/testkit/src/deep',
    rule: imports,
    code: `export { a } from '../../../core/src/flow/machine.ts'`,
  },
  {
    about: 'an inner file of another package by path',
    in: 'packages/adapters-memory/src',
    rule: imports,
    code: `export { a } from '../../testkit/src/index.ts'`,
  },
  { about: 'XState', in: 'packages/testkit/src', rule: imports, code: `export { setup } from 'xstate'` },
  {
    about: 'a dependency that its manifest does not name',
    in: 'packages/testkit/src',
    rule: 'lint/correctness/noUndeclaredDependencies',
    code: `export { a } from 'lodash'`,
  },

  // Habits of the whole repository.
  {
    about: 'console',
    in: 'packages/adapters-delivery/src',
    rule: 'lint/suspicious/noConsole',
    code: 'console.log(1)',
  },
  {
    about: 'any',
    in: 'test/unit',
    rule: 'lint/suspicious/noExplicitAny',
    code: 'export const a = (b: any) => b',
  },
  {
    about: 'a default export',
    in: 'packages/core/src/engine',
    rule: 'lint/style/noDefaultExport',
    code: 'export default 1',
  },
  {
    about: 'export *',
    in: 'packages/core/src',
    rule: 'lint/performance/noReExportAll',
    code: `export * from './engine/a.ts'`,
  },
  {
    about: 'a non-null assertion',
    in: 'packages/core/src/engine',
    rule: 'lint/style/noNonNullAssertion',
    code: 'export const a = (b?: string) => b!.length',
  },
  {
    about: 'a type imported as a value',
    in: 'packages/core/src/engine',
    rule: 'lint/style/useImportType',
    code: `import { A } from './a.ts'\nexport type B = A`,
  },
  {
    about: 'a floating promise of a function',
    in: 'packages/core/src/engine',
    rule: 'lint/nursery/noFloatingPromises',
    code: 'async function a(): Promise<void> {}\nexport function b() {\n  a()\n}',
  },
  {
    about: 'a floating promise of a port',
    in: 'packages/core/src/engine',
    rule: 'lint/nursery/noFloatingPromises',
    code: 'interface A { b(): Promise<void> }\nexport function c(a: A) {\n  a.b()\n}',
  },
  {
    about: 'a focused test',
    in: 'test/unit',
    rule: 'lint/suspicious/noFocusedTests',
    code: `import { test } from 'vitest'\ntest.only('a', () => {})`,
  },
  {
    about: 'a skipped test',
    in: 'test/unit',
    rule: 'lint/suspicious/noSkippedTests',
    code: `import { test } from 'vitest'\ntest.skip('a', () => {})`,
  },
]

const inOrder: readonly Snippet[] = [
  { about: 'a synchronous method named async', in: flow, code: 'export class A {\n  async() {}\n}' },
  { about: 'the rest of Math', in: flow, code: 'export const a = Math.max(1, 2)' },
  { about: 'otpauth in a method', in: 'packages/core/src/methods', code: `export { TOTP } from 'otpauth'` },
  {
    about: 'a digest in a method',
    in: 'packages/core/src/methods',
    code: `export { hmac } from '@noble/hashes/hmac.js'`,
  },
  { about: 'a shared file of core', in: flow, code: `export type { UserId } from '../ids.ts'` },
  {
    about: 'ports, crypto and flow in the engine',
    in: 'packages/core/src/engine',
    code: `export { a } from '../ports/a.ts'\nexport { b } from '../crypto/b.ts'\nexport { c } from '../flow/c.ts'`,
  },
  {
    about: 'the clock, chance and digests of the platform in the crypto folder',
    in: 'packages/core/src/crypto',
    code: 'export const a = [Date.now(), crypto.subtle, setTimeout]',
  },
  {
    about: 'await in the engine',
    in: 'packages/core/src/engine',
    code: 'export async function a() {\n  await Promise.resolve()\n}',
  },
  {
    about: 'explicit named re-exports of an index',
    in: 'packages/core/src',
    code: `export { a } from './engine/a.ts'\nexport type { B } from './engine/b.ts'`,
  },
  {
    about: 'the public entries of core in another package',
    in: 'packages/testkit/src',
    code: `export { a } from '@sallyport/core'\nexport { b } from '@sallyport/core/machine'\nexport { c } from '@sallyport/core/flow'`,
  },
  {
    about: 'a Node module in an adapter',
    in: 'packages/adapters-delivery/src',
    code: `export { connect } from 'node:net'`,
  },
  {
    about: 'the inside of core in a test',
    in: 'test/unit',
    code: `export { a } from '../../packages/core/src/flow/a.ts'`,
  },
]

interface Finding {
  readonly rule: string
  readonly file: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))
let workspace: string
let findings: readonly Finding[]

const fileOf = new Map<Snippet, string>(
  [...offences, ...inOrder].map((snippet, index) => [snippet, `${snippet.in}/snippet-${index}.ts`]),
)

/** Runs the linter under the repository's own configuration over a copy of its skeleton. */
function lint(directory: string): Promise<readonly Finding[]> {
  const bin = join(
    dirname(createRequire(import.meta.url).resolve('@biomejs/biome/package.json')),
    'bin/biome',
  )
  const args = [bin, 'lint', '--reporter=json', '--max-diagnostics=none', '.']
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: directory, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (stdout === '') return reject(error ?? new Error(stderr))
      const report = JSON.parse(stdout) as {
        diagnostics: { category: string; message: string; location: { path: string } }[]
      }
      resolve(
        report.diagnostics.map(({ category, message, location }) => ({
          // A plugin's diagnostics all have the category "plugin"; its message begins with its name.
          rule: category === 'plugin' ? `plugin ${message.split(':')[0]}` : category,
          file: location.path,
        })),
      )
    })
  })
}

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'sallyport-lint-'))
  const skeleton = ['biome.jsonc', '.gitignore', 'package.json', 'tools/lint']
  const manifests = ['core', 'testkit', 'adapters-memory', 'adapters-delivery'].map(
    (name) => `packages/${name}/package.json`,
  )
  for (const path of [...skeleton, ...manifests]) {
    await cp(join(root, path), join(workspace, path), { recursive: true })
  }
  const files = new Map([...fileOf].map(([snippet, file]) => [file, snippet.code]))
  // XState's two files, and two cycles: one of values, one of types alone.
  for (const file of ['machine', 'step']) files.set(`${flow}/${file}.ts`, `export { setup } from 'xstate'`)
  for (const [a, b] of [
    ['one', 'two'],
    ['two', 'one'],
  ] as const) {
    files.set(
      `packages/core/src/engine/${a}.ts`,
      `import { ${b} } from './${b}.ts'\nexport const ${a} = () => ${b}`,
    )
    files.set(
      `packages/core/src/ports/${a}.ts`,
      `import type { T${b} } from './${b}.ts'\nexport type T${a} = T${b} | 1`,
    )
  }
  files.set(`${flow}/notKebab.ts`, 'export const a = 1')
  for (const [file, code] of files) {
    await mkdir(dirname(join(workspace, file)), { recursive: true })
    await writeFile(join(workspace, file), `${code}\n`)
  }
  findings = await lint(workspace)
})

afterAll(() => rm(workspace, { recursive: true, force: true }))

const rulesIn = (file: string) => findings.filter((finding) => finding.file === file).map(({ rule }) => rule)

describe('the linter refuses', () => {
  test.each(offences.map((snippet) => [snippet.in, snippet.about, snippet] as const))(
    'in %s: %s',
    (_in, _about, snippet) => {
      expect(rulesIn(fileOf.get(snippet) ?? '')).toContain(snippet.rule)
    },
  )

  test.each(['engine', 'ports'])('in packages/core/src/%s: an import cycle', (folder) => {
    expect(rulesIn(`packages/core/src/${folder}/one.ts`)).toContain('lint/suspicious/noImportCycles')
  })

  test('a file name that is not kebab-case', () => {
    expect(rulesIn(`${flow}/notKebab.ts`)).toContain('lint/style/useFilenamingConvention')
  })
})

describe('the linter lets pass', () => {
  test.each(inOrder.map((snippet) => [snippet.in, snippet.about, snippet] as const))(
    'in %s: %s',
    (_in, _about, snippet) => {
      expect(rulesIn(fileOf.get(snippet) ?? '')).toEqual([])
    },
  )

  test.each(['machine', 'step'])('XState in flow/%s.ts', (file) => {
    expect(rulesIn(`${flow}/${file}.ts`)).toEqual([])
  })
})
