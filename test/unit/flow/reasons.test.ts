import { expect, test } from 'vitest'
import { endReasons } from '../../../packages/core/src/flow/outcome.ts'
import { refusalReasons } from '../../../packages/core/src/flow/refusal.ts'

const SENTENCE = /^[A-Z].{10,}\.$/

test.each([
  { what: 'a refusal', reasons: refusalReasons, size: 25 },
  { what: 'an end', reasons: endReasons, size: 9 },
])('every reason of $what has its meaning, in a sentence', ({ reasons, size }) => {
  expect(Object.keys(reasons)).toHaveLength(size)
  for (const [reason, meaning] of Object.entries(reasons))
    expect([reason, meaning]).toEqual([reason, expect.stringMatching(SENTENCE)])
})
