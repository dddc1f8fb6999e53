// @vitest-environment happy-dom
// Mermaid cleans its labels by the browser's own parser.
import { readdirSync, readFileSync } from 'node:fs'
import { twoFactorMachine } from '@sallyport/core/machine'
import mermaid from 'mermaid'
import { describe, expect, test } from 'vitest'

const FOLDER = 'docs/diagrams'

/** The arrows of a diagram, as Mermaid reads them. */
async function arrowsOf(text: string) {
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text)
  const { getRelations } = db as unknown as {
    getRelations(): readonly { readonly id1: string; readonly id2: string; readonly relationTitle: string }[]
  } // the part of a state diagram's database that is looked at
  return getRelations.call(db)
}

describe.each(readdirSync(FOLDER))('%s', (name) => {
  const diagrams = [...readFileSync(`${FOLDER}/${name}`, 'utf8').matchAll(/```mermaid\n([\s\S]*?)```/g)]
  const [, text = ''] = diagrams[0] ?? []

  test('holds one state diagram that Mermaid reads', async () => {
    expect(diagrams).toHaveLength(1)
    expect(await mermaid.parse(text)).toMatchObject({ diagramType: 'stateDiagram' })
  })

  test('and every arrow is read with the label that was written', async () => {
    const written = [...text.matchAll(/^ {2}(\S+) --> ([^:\n]+)(?:: (.+))?$/gm)].map(
      ([, from, to, label = '']) => ({ from, to, label }),
    )
    const arrows = await arrowsOf(text)
    const readBack = arrows.map(({ id1, id2, relationTitle }) => ({
      from: id1 === 'root_start' ? '[*]' : id1,
      to: id2,
      label: relationTitle,
    }))
    expect(written.length).toBeGreaterThan(5)
    expect(readBack).toEqual(written)
  })
})

test('every event and every guard of the machine is in some diagram, but the one that is everywhere', () => {
  const all = readdirSync(FOLDER)
    .map((name) => readFileSync(`${FOLDER}/${name}`, 'utf8'))
    .join('\n')
  const guards = Object.keys(twoFactorMachine.implementations.guards).filter((guard) => guard !== 'allowed')
  expect(guards.length).toBeGreaterThan(10)
  expect(twoFactorMachine.events.length).toBeGreaterThan(10)
  for (const event of twoFactorMachine.events) expect(all).toMatch(new RegExp(`\\b${event}\\b`))
  for (const guard of guards) expect(all).toContain(`[${guard}]`)
})

test('what is no diagram is refused', async () => {
  await expect(mermaid.parse('stateDiagram-v2\n  a --> : b -->')).rejects.toThrow('Parse error')
})
