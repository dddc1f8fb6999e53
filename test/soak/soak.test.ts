import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { temporaryFolder } from '../contract/databases.ts'
import { freshSeed } from '../processes/chance.ts'
import { causedBy } from './flaws.ts'
import { SOAK_SPEED } from './paced-clock.ts'
import { placeOf } from './place-of.ts'
import { type Subject, summarize, writeReport } from './report.ts'
import { runSoak, type Soaked, type SoakOptions } from './run-soak.ts'

// Real processes on a busy machine: what is slow is no failure.
vi.setConfig({ testTimeout: 180_000 })

/** Short, for the time that it takes: `npm run soak -- --minutes N` runs for as long as you like, on any store. */
const SECONDS = 6
const USERS = 8

/** Makes a short run on a file of its own, has it looked at, and leaves nothing behind. */
async function soak(
  look: (soaked: Soaked, subject: Subject, folder: string) => void,
  options: Pick<SoakOptions, 'flaw'> = {},
): Promise<void> {
  const seed = freshSeed()
  const folder = temporaryFolder()
  const { name, place, remove } = await placeOf(null)
  const subject = { store: name, seed, users: USERS, speed: SOAK_SPEED }
  try {
    look(
      await runSoak({
        place,
        seconds: SECONDS,
        users: USERS,
        seed,
        speed: SOAK_SPEED,
        folder: folder.path,
        ...options,
      }),
      subject,
      folder.path,
    )
  } finally {
    await remove()
    folder.remove()
  }
}

test('a store that loses what it was told is found out', async () => {
  await soak(
    ({ faults }, { seed }) => expect(causedBy('forgetful', faults), `seed ${seed}`).not.toEqual([]),
    { flaw: 'forgetful' },
  )
})

test('L1–L5, L7, L9, L12 over HTTP: servers are stopped and killed, and everything that users were told is so', async () => {
  await soak((soaked, subject, folder) => {
    const { seed } = subject
    const summary = summarize(soaked)
    expect({ seed, faults: summary.faults }).toEqual({ seed, faults: [] })
    // A run in which nobody got in, or no server was disturbed, would have tested nothing.
    expect(soaked.told.some((one) => one.says === 'proof' && one.answer === 'accepted')).toBe(true)
    expect(soaked.marks.length).toBeGreaterThan(0)
    const page = writeReport(folder, soaked, subject, summary)
    expect(readFileSync(page, 'utf8')).toContain(summary.figures)
  })
})
