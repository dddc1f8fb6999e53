import { writeSync } from 'node:fs'
import { chance } from '../processes/chance.ts'
import { openPlace, type Place } from '../processes/place.ts'
import type { Line, UserKind } from './ledger.ts'
import { live } from './life.ts'

// The process that is killed. It waits to be told who lives in it; then it tells of everything through a pipe,
// by writes that have happened before anything else does.

/** What the process is told to begin with. */
export interface Birth {
  readonly seed: string
  readonly users: readonly { readonly user: string; readonly kind: UserKind }[]
}

const PIPE = 3
const place = JSON.parse(process.argv[2] ?? '') as Place // as the parent wrote it
const store = openPlace(place)
const say = (line: Line): void => {
  writeSync(PIPE, `${JSON.stringify(line)}\n`)
}

process.once('message', async ({ seed, users }: Birth) => {
  await Promise.all(
    users.map(({ user, kind }) =>
      live({ user, kind, store, chance: chance(`${seed}:${user}`), say, isOver: () => false }),
    ),
  )
})
process.send?.('ready')
