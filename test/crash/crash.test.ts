import { expect, test, vi } from 'vitest'
import { describeOn } from '../contract/under-vitest.ts'
import { freshSeed } from '../processes/chance.ts'
import { sharedDatabases } from '../processes/place.ts'
import { runCuts } from './run-cuts.ts'
import { runKills } from './run-kills.ts'

// Real processes and real servers on a busy machine: what is slow is no failure.
vi.setConfig({ testTimeout: 120_000 })

/** Few, for the time that they take: `npm run crash -- --kills N` runs as many as you like. */
const KILLS = 12
const CUTS = 60

for (const database of sharedDatabases) {
  describeOn(`a crash on ${database.name}`, await database.unavailable(), () => {
    test('L2, L3, L7, L12: a process that is killed loses nothing that it told and repeats nothing that was consumed', async () => {
      const seed = freshSeed()
      const { faults, told, replayed } = await runKills(database, { kills: KILLS, seed })
      expect({ seed, faults }).toEqual({ seed, faults: [] })
      expect(told).toBeGreaterThan(KILLS)
      expect(replayed).toBeGreaterThan(KILLS)
    })

    if (database.dialect === 'sqlite') return // it has no connections to cut

    test('L2, L3, L12: connections cut in the middle of commits give a result or a StoreError, and accept nothing twice', async () => {
      const seed = freshSeed()
      const { faults, told, broken } = await runCuts(database, { cuts: CUTS, seed })
      expect({ seed, faults }).toEqual({ seed, faults: [] })
      expect(told).toBeGreaterThan(0)
      // Cuts that broke nothing would have tested nothing.
      expect(broken.not_applied + broken.outcome_unknown).toBeGreaterThan(0)
    })
  })
}
