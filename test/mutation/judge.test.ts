import { expect, test } from 'vitest'
import { judge } from './judge.ts'
import type { TriedMutant } from './run-folder.ts'

const mutant = (fields: Partial<TriedMutant>): TriedMutant => ({
  id: '1',
  file: 'flow/step.ts',
  position: 'packages/core/src/flow/step.ts:1:1',
  line: 'return a < b',
  original: 'a < b',
  replacement: 'a <= b',
  fate: 'survived',
  ...fields,
})

test('a mutant that fails a test, and one that never ends, are killed', () => {
  const verdict = judge([mutant({ fate: 'killed' }), mutant({ fate: 'timed out' }), mutant({})], [])
  expect(verdict).toMatchObject({ mutants: 3, killed: 2, listed: [], stale: [] })
  expect(verdict.score).toBeCloseTo(66.67, 1)
})

test('a survivor is named by its file, its line and what it puts in place of what', () => {
  const survivor = mutant({ position: 'packages/core/src/flow/step.ts:90:3' })
  expect(judge([survivor], [mutant({})])).toMatchObject({ listed: [survivor], unlisted: [], stale: [] })
  for (const other of [
    { file: 'flow/stage.ts' },
    { line: 'return a < c' },
    { original: 'a' },
    { replacement: 'a > b' },
  ]) {
    const entry = mutant(other)
    expect(judge([survivor], [entry])).toMatchObject({ listed: [], unlisted: [survivor], stale: [entry] })
  }
})

test('what no test reaches has survived', () => {
  const uncovered = mutant({ fate: 'not covered' })
  expect(judge([uncovered], [])).toMatchObject({ killed: 0, unlisted: [uncovered] })
})

test('an entry whose mutant is killed by now is stale', () => {
  const entry = mutant({})
  expect(judge([mutant({ fate: 'killed' })], [entry]).stale).toEqual([entry])
})
