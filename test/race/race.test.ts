import { expect, test, vi } from 'vitest'
import { describeOn } from '../contract/under-vitest.ts'
import { freshSeed } from '../processes/chance.ts'
import { sharedDatabases } from '../processes/place.ts'
import { runRace } from './run-race.ts'

// Real processes and real servers on a busy machine: what is slow is no failure.
vi.setConfig({ testTimeout: 120_000 })

/** Few, for the time that they take: `npm run race -- --rounds N` runs as many as you like. */
const ROUNDS = 6

for (const database of sharedDatabases) {
  describeOn(`four processes on ${database.name}`, await database.unavailable(), () => {
    test('L2, L3, L4, L7: of equal proofs at once exactly one wins, and every failure that was told is counted', async () => {
      const seed = freshSeed()
      const { faults, tallies } = await runRace(database, { rounds: ROUNDS, seed })
      expect({ seed, faults }).toEqual({ seed, faults: [] })
      // A race in which nobody was overtaken would have tested nothing.
      expect(tallies.filter(({ contended }) => contended === 0)).toEqual([])
    })
  })
}
