import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Output that a test of its own holds to what is run. */
const checkedElsewhere: readonly string[] = ['output of test/replay/why-locked.ts']

const read = (path: string) => readFileSync(path, 'utf8')
const guides = globSync('docs/guides/*.md').sort()

/** The marked blocks of a page: `<!-- what -->`, an empty line, and a block of code. */
const blocksOf = (page: string) =>
  [...page.matchAll(/^<!-- (.+) -->\n\n```\w*\n([\s\S]*?)^```$/gm)].map(([, mark = '', code]) => ({
    mark,
    code,
  }))

describe.each(guides)('%s', (path) => {
  const page = read(path)
  const blocks = blocksOf(page)

  test('shows code as it stands in the examples that the tests run', () => {
    expect(blocks).toHaveLength(page.match(/^<!-- /gm)?.length ?? 0)
    for (const { mark, code } of blocks.filter(({ mark }) => mark.startsWith('examples/'))) {
      expect(code, mark).toBe(read(mark))
    }
  })

  test('shows the output that the README shows, which is run', () => {
    const shown = blocks.filter(
      ({ mark }) => mark.startsWith('output of ') && !checkedElsewhere.includes(mark),
    )
    const run = blocksOf(read('README.md')).filter(({ mark }) => shown.some((each) => each.mark === mark))
    expect(shown).toEqual(run)
  })

  test('links to what is there', () => {
    const links = [...page.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, link = '']) => link)
    expect(links.filter((link) => !existsSync(join('docs/guides', link)))).toEqual([])
  })
})

test('the index lists every guide', () => {
  const index = read('docs/guides/README.md')
  const names = guides.map((path) => path.replace('docs/guides/', '')).filter((name) => name !== 'README.md')
  expect(names.length).toBeGreaterThan(7)
  expect(names.filter((name) => !index.includes(`](${name})`))).toEqual([])
})

test('every host that is an example is a guide', () => {
  const shown = guides.flatMap((path) => blocksOf(read(path)).map(({ mark }) => mark))
  for (const host of ['express', 'fastify', 'hono', 'node-http', 'fetch-native'])
    expect(shown).toContain(`examples/${host}/src/main.ts`)
})
