import { parseUserId } from '@sallyport/core'
import { besidePlace, openPlace, type Place } from '../processes/place.ts'
import { emailOf, phoneOf } from './deployment.ts'
import { gatherEvidence, readTexts } from './evidence.ts'
import type { Inbox } from './inbox.ts'
import { brokenLaws } from './laws.ts'
import type { Notes } from './notes.ts'
import { plant } from './planted.ts'

/** What a run has left to be checked. */
export interface Remains {
  readonly place: Place
  readonly users: readonly string[]
  readonly notes: Notes
  readonly inbox: Inbox
  /** Everything that the servers have printed. */
  readonly printed: string
  /** Flows that began before may have been removed. */
  readonly purgedBefore: number
}

export interface RunChecked {
  readonly faults: readonly string[]
  readonly auditRecords: number
}

/** Holds what everybody was told against what is stored, and looks for what nobody should find. */
export async function checkRun({
  place,
  users,
  notes,
  inbox,
  printed,
  purgedBefore,
}: Remains): Promise<RunChecked> {
  const codesOf = (user: string): ReadonlySet<string> =>
    new Set([emailOf(user), phoneOf(user)].flatMap((to) => inbox.codesOf(to).map(({ code }) => code)))
  const planted = plant(notes.secrets, new Map(users.map((user) => [user, codesOf(user)])))
  const faults = [...notes.undocumented, ...planted.find(printed, null)]
  let auditRecords = 0
  const beside = besidePlace(place)
  const store = openPlace(place)
  try {
    for (const user of users) {
      const told = notes.told.get(user) ?? []
      const evidence = await gatherEvidence({ place, beside, store }, { user, told, purgedBefore })
      auditRecords += evidence.rows.audit.length
      faults.push(...brokenLaws(evidence))
      const texts = await readTexts(beside, place, parseUserId(user))
      faults.push(...texts.flatMap((text) => planted.find(text, user)).map((fault) => `${user}: ${fault}`))
    }
  } finally {
    await store.close()
    await beside.destroy()
  }
  return { faults, auditRecords }
}
