import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Where each way of checking is written, as the table of the laws calls it. */
const ways: Readonly<Record<string, string>> = {
  unit: 'test/unit/**/*.ts',
  model: 'test/model/*.ts',
  exploration: 'packages/testkit/src/explore/laws.ts',
  interleavings: 'packages/testkit/src/interleave/laws/check-laws.ts',
  scenarios: 'test/scenarios/*.ts',
  http: 'test/http/*.ts',
  fuzz: 'test/fuzz/*.ts',
  races: 'test/race/*.ts',
  crashes: 'test/crash/*.ts',
  replay: 'test/replay/*.ts',
  soak: 'test/soak/*.ts',
}

/** The laws that a text names, also as `L1–L5`. */
function lawsIn(text: string): ReadonlySet<number> {
  const spans = [...text.matchAll(/\bL(\d+)(?:–L(\d+))?\b/g)]
  return new Set(
    spans.flatMap(([, first, last = first]) =>
      Array.from({ length: Number(last) - Number(first) + 1 }, (_, step) => Number(first) + step),
    ),
  )
}

const textOf = (glob: string): string =>
  globSync(glob)
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')

test('the table of the laws says where each is checked: wherever a check names it, and nowhere else', () => {
  const named = Object.entries(ways).map(([way, glob]) => [way, lawsIn(textOf(glob))] as const)
  const table = [...textOf('docs/concepts/laws.md').matchAll(/^\| L(\d+) .*\| ([^|]+) \|$/gm)]
  const said = Object.fromEntries(table.map(([, law = '', list = '']) => [`L${law}`, list.trim()]))
  const held = Array.from({ length: 12 }, (_, index) => {
    const by = named.filter(([, laws]) => laws.has(index + 1)).map(([way]) => way)
    return [`L${index + 1}`, by.join(', ')]
  })
  expect(said).toEqual(Object.fromEntries(held))
})
