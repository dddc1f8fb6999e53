import type { Breach } from './explore.ts'

/** Where a printed test finds the machine that was explored, when it is not the engine's own. */
export interface MachineImport {
  readonly name: string
  readonly from: string
}

/**
 * A breach as the source text of a vitest test: put it into a file of your tests and run it. It fails as long as
 * the law is broken there, and stays as a regression test when it no longer is.
 */
export function printTest({ law, why, beginning, moves }: Breach, machine?: MachineImport): string {
  const title = JSON.stringify(`${law} (${beginning.name})`)
  const imported =
    machine === undefined ? '' : `import { ${machine.name} } from ${JSON.stringify(machine.from)}\n`
  const given = machine === undefined ? '' : `, machine: ${machine.name}`
  return `import { type History, replayHistory } from '@sallyport/testkit/explore'
${imported}import { expect, test } from 'vitest'

test(${title}, () => {
  // Found by the explorer: ${why.replaceAll('\n', ' ')}
  const beginning = ${json(beginning)} as History['beginning']
  const moves = [
${moves.map((move) => `    ${JSON.stringify(move)},`).join('\n')}
  ] as History['moves']
  expect(replayHistory({ beginning, moves${given} })).toEqual([])
})
`
}

/** Indented as it stands in the test. */
function json(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', '\n  ')
}
