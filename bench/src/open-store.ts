import { postgresStore, sqliteStore } from '@sallyport/adapters-sql'
import type { Store } from '@sallyport/core'
import type { Database } from './contender.ts'

/** Opens a store with its schema in place. */
export async function openStore(database: Database): Promise<Store & { close(): Promise<void> }> {
  if (database.kind === 'sqlite') return sqliteStore(database.path)
  const store = postgresStore(database.url, { schema: 'bench_ours' })
  await store.migrate()
  return store
}
