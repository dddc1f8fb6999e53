import { setTimeout as pause } from 'node:timers/promises'
import { type Store, StoreError } from '@sallyport/core'
import { type Kysely, sql } from 'kysely'
import { chance } from '../processes/chance.ts'
import { besidePlace, openPlace, type Place, type SharedDatabase } from '../processes/place.ts'
import { checkUser } from './check.ts'
import { type Line, readLedgers } from './ledger.ts'
import { live } from './life.ts'
import { addUp, type CutsChecked, NOTHING_CUT } from './summary.ts'

export interface CutOptions {
  readonly cuts: number
  readonly seed: string
}

/** Cuts in the life of one pair of users; then it is checked. */
const CUTS_PER_LIFE = 10
/** A cut comes at most so many milliseconds after the commit that it is to meet, or after the one before it. */
const MAX_DELAY_MS = 2
/** Short: mysql2 does not always hear of a connection that is cut while it is being made. */
const DEADLINE_MS = 1_000
/** Cuts that come in a row, so that they meet the look-up after a broken commit, too. */
const MAX_BURST = 6

/** Has the server cut the store's connections while it commits, again and again, and checks what is left. */
export async function runCuts(database: SharedDatabase, { cuts, seed }: CutOptions): Promise<CutsChecked> {
  const { place, remove } = await database.create()
  const store = openPlace(place, { deadlineMs: DEADLINE_MS })
  // The hand that cuts and the eye that looks must not be cut themselves.
  const uncut = asNobody(place)
  const beside = besidePlace(uncut)
  const checking = openPlace(uncut, place.dialect === 'mysql' ? { schema: databaseOf(place) } : {})
  const moments = chance(`cuts:${database.name}:${seed}`)
  let checked = NOTHING_CUT
  try {
    for (let life = 0; checked.cuts < cuts; life += 1) {
      let left = Math.min(CUTS_PER_LIFE, cuts - checked.cuts)
      checked = { ...checked, cuts: checked.cuts + left }
      const born = new Set<string>()
      const lines: Line[] = []

      const underWay = new Set<Promise<void>>()

      const cutting: Store = {
        ...store,
        async commit(change) {
          const committed = store.commit(change)
          if (born.size === 2 && left > 0 && moments.below(3) === 0) {
            left -= 1
            const delays = Array.from({ length: 1 + moments.below(MAX_BURST) }, () =>
              moments.below(MAX_DELAY_MS + 1),
            )
            underWay.add(cutInBursts(beside, place, delays))
          }
          try {
            return await committed
          } catch (error) {
            if (error instanceof StoreError) checked = noteBroken(checked, error.code)
            throw error
          }
        },
      }
      const say = (line: Line): void => {
        lines.push(line)
        if (line.says === 'user') born.add(line.user)
      }
      await Promise.all(
        (['authenticator', 'email'] as const).map((kind) => {
          const user = `${kind}-${life}`
          return live({
            user,
            kind,
            store: cutting,
            chance: chance(`${seed}:${user}`),
            say,
            isOver: () => left === 0,
          })
        }),
      )
      await Promise.all(underWay)
      for (const ledger of readLedgers(lines))
        checked = {
          ...checked,
          ...addUp(checked, await checkUser({ place, store: checking, beside }, ledger)),
        }
    }
  } finally {
    await beside.destroy()
    await checking.close()
    await store.close()
    await remove()
  }
  return checked
}

const databaseOf = ({ location }: Place): string => new URL(location).pathname.slice(1)

/** The same tables, over connections that are not found as the store's: by their name, or by their database. */
function asNobody(place: Place): Place {
  const url = new URL(place.location)
  if (place.dialect === 'postgres') url.searchParams.set('application_name', 'cutter')
  else url.pathname = '/information_schema'
  return { ...place, location: url.href }
}

async function cutInBursts(beside: Kysely<unknown>, place: Place, delays: readonly number[]): Promise<void> {
  for (const delayMs of delays) {
    if (delayMs > 0) await pause(delayMs)
    await cutAll(beside, place)
  }
}

const noteBroken = (checked: CutsChecked, code: StoreError['code']): CutsChecked => ({
  ...checked,
  broken: { ...checked.broken, [code]: checked.broken[code] + 1 },
})

/** Ends every connection of the store: the server's own doing, in the middle of whatever they do. */
async function cutAll(beside: Kysely<unknown>, place: Place): Promise<void> {
  const { dialect, prefix } = place
  if (dialect === 'postgres') {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${prefix}`.execute(
      beside,
    )
    return
  }
  const { rows } = await sql<{ readonly id: number }>`select id from information_schema.processlist
    where db = ${databaseOf(place)}`.execute(beside)
  // One that is gone by then needs no cutting.
  await Promise.allSettled(rows.map(({ id }) => sql`kill connection ${sql.lit(Number(id))}`.execute(beside)))
}
