import { memoryStore } from '@sallyport/adapters-memory'
import { sqliteStore } from '@sallyport/adapters-sql'
import { interleave, interleavingScenarios } from '@sallyport/testkit'
import { expect, test, vi } from 'vitest'
import { total } from './totals.ts'

// As many schedules as fit into a run of all tests; `npm run interleave` runs the long one.
vi.setConfig({ testTimeout: 600_000 })

test('L1–L4, L6, L7, L9, L11, L12: no order of calls, and no crash or lost answer, breaks a law', async () => {
  const { scenarios, failures } = await interleave({
    store: () => memoryStore(),
    walks: [
      { faults: 0, limit: 100 },
      { faults: 1, limit: 60 },
    ],
    random: { schedules: 3_000, seed: 'ci' },
  })
  expect(failures).toEqual([])
  expect(scenarios).toHaveLength(interleavingScenarios.length)
  const { schedules, crashed, faulted } = total(scenarios)
  expect(schedules).toBeGreaterThanOrEqual(5_000)
  expect(crashed).toBeGreaterThan(1_000)
  expect(faulted).toBeGreaterThan(1_000)
  // Whoever is first must be able to win: a scenario that can end in one way only shows nothing.
  for (const { scenario, ends } of scenarios) expect([scenario, ends > 1]).toEqual([scenario, true])
})

test('two clients that submit one code: every schedule with at most one thing going wrong', async () => {
  const names = ['same-code-on-one-flow', 'mailed-code-twice', 'purge-against-an-expired-flow']
  const { scenarios, failures } = await interleave({
    store: () => memoryStore(),
    scenarios: interleavingScenarios.filter(({ name }) => names.includes(name)),
  })
  expect(failures).toEqual([])
  for (const { walks } of scenarios) expect(walks.map(({ isExhausted }) => isExhausted)).toEqual([true, true])
})

test('the same on SQLite, in fewer schedules', async () => {
  const store = sqliteStore(':memory:')
  const { scenarios, failures } = await interleave({
    store: () => store,
    walks: [{ faults: 0, limit: 6 }],
    random: { schedules: 200, seed: 'ci' },
  })
  await store.close()
  expect(failures).toEqual([])
  expect(total(scenarios).schedules).toBeGreaterThanOrEqual(300)
})
