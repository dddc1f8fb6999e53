import { expect, test } from 'vitest'
import { parsePolicy } from '../../../packages/core/src/policy/schema.ts'

test.each([['help@acme.test'], [false]] as const)('calls for help may go to %j', (help) => {
  expect(parsePolicy({ issuer: 'Acme', rescue: { help } })).toMatchObject({ policy: { rescue: { help } } })
})

test.each([[true], ['the help desk'], ['']])('calls for help cannot go to %j', (help) => {
  const parsed = parsePolicy({ issuer: 'Acme', rescue: { help } })
  expect(parsed).toMatchObject({ faults: [{ field: 'policy.rescue.help' }] })
})
