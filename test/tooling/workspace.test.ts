import { expect, test } from 'vitest'

test('tests run on the pinned Node, not on the host’s', () => {
  expect(process.versions.node.split('.')[0]).toBe('24')
})
