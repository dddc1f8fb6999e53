import { mysqlStore, postgresStore, sqliteStore } from '@sallyport/adapters-sql'
import { dropTables, freshPrefix, temporaryFolder } from '../contract/databases.ts'
import { besidePlace, type Place } from '../processes/place.ts'

/** A place for a run, with empty tables of its own, and `remove` to be rid of them. */
export interface SoakPlace {
  /** The database as a report may name it: without a password. */
  readonly name: string
  readonly place: Place
  remove(): Promise<void>
}

/** What `--store` cannot be. The message is for whoever gave it. */
export class StoreUnusable extends Error {
  override readonly name = 'StoreUnusable'
}

/**
 * Makes the place that `--store` names: `sqlite:FILE`, `postgres://…`, `mysql://…`, or null for a temporary file.
 *
 * @throws {StoreUnusable}
 */
export async function placeOf(store: string | null): Promise<SoakPlace> {
  if (store === null) {
    const folder = temporaryFolder()
    return { ...(await sqlitePlace(`${folder.path}/soak.db`)), remove: async () => folder.remove() }
  }
  if (store === 'memory') {
    throw new StoreUnusable('memory cannot be shared: a soak runs several processes on one store')
  }
  const prefix = freshPrefix()
  if (store.startsWith('sqlite:') && store.length > 'sqlite:'.length) {
    return sqlitePlace(store.slice('sqlite:'.length), prefix)
  }
  const dialect = /^postgres(ql)?:\/\//.test(store)
    ? 'postgres'
    : store.startsWith('mysql://')
      ? 'mysql'
      : null
  if (dialect === null || !URL.canParse(store)) {
    throw new StoreUnusable(
      '--store must be sqlite:FILE, postgres://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE',
    )
  }
  const place: Place = { dialect, location: store, prefix }
  const opened = (dialect === 'postgres' ? postgresStore : mysqlStore)(store, { prefix })
  try {
    await opened.migrate()
  } catch (error) {
    throw new StoreUnusable(
      `no tables can be made in the database: ${error instanceof Error ? error.message : ''}`,
    )
  } finally {
    await opened.close()
  }
  return { name: `${dialect} at ${new URL(store).host}`, place, remove: () => removeTables(place) }
}

async function sqlitePlace(location: string, prefix = 'soak_'): Promise<SoakPlace> {
  await sqliteStore(location, { prefix }).close() // migrates
  const place: Place = { dialect: 'sqlite', location, prefix }
  return { name: 'SQLite', place, remove: () => removeTables(place) }
}

async function removeTables(place: Place): Promise<void> {
  const kysely = besidePlace(place)
  await dropTables(kysely, place.prefix).finally(() => kysely.destroy())
}
