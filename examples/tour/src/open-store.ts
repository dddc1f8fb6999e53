import { memoryStore } from '@sallyport/adapters-memory'
import { mysqlStore, postgresStore, sqliteStore } from '@sallyport/adapters-sql'
import type { AuditedStore } from '@sallyport/testkit'
import type { MakeStore } from './host.ts'

/** The store that a tour is played against, and how to be rid of it. */
export interface TourStore {
  readonly makeStore: MakeStore
  close(): Promise<void>
}

/** The tour's tables have a name of their own: it may be pointed at the database of an application. */
const prefix = 'sallyport_tour_'

/** Later than any flow of the tour expires. */
const END_OF_TIME_MS = Date.UTC(9999, 0)
const PURGED_AT_ONCE = 1_000

type DatabaseStore = AuditedStore & { close(): Promise<void> }

/**
 * Opens the store that `--store` names, its tables made. In memory each scene has a store of its own. A
 * database is shared: each scene has a user of its own there, and finds no flows of the scenes before it.
 *
 * @returns Undefined for a text that names no store.
 */
export async function openStore(text: string): Promise<TourStore | undefined> {
  if (text === 'memory') return { makeStore: memoryStore, close: async () => undefined }
  const store = await openDatabase(text)
  if (store === undefined) return undefined
  return {
    async makeStore() {
      while ((await store.purge(END_OF_TIME_MS, PURGED_AT_ONCE)) === PURGED_AT_ONCE);
      return store
    },
    close: store.close,
  }
}

async function openDatabase(text: string): Promise<DatabaseStore | undefined> {
  const [, scheme, rest = ''] = /^(\w+):(.+)$/.exec(text) ?? []
  switch (scheme) {
    case 'sqlite':
      return sqliteStore(rest, { prefix })
    case 'postgres':
    case 'postgresql':
      return migrated(postgresStore(text, { prefix }))
    case 'mysql':
      return migrated(mysqlStore(text, { prefix }))
    default:
      return undefined
  }
}

async function migrated(store: ReturnType<typeof postgresStore>): Promise<DatabaseStore> {
  try {
    await store.migrate()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}
