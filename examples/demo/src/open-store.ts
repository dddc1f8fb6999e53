import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { memoryStore } from '@sallyport/adapters-memory'
import { mysqlStore, postgresStore, sqliteStore } from '@sallyport/adapters-sql'
import { type Keys, keyRing, type Store } from '@sallyport/core'
import { drawKeys, keysAt } from './key-file.ts'
import { UsageError } from './usage-error.ts'

/** A store, with the keys of what it holds. */
export interface OpenedStore {
  readonly store: Store
  readonly keys: Keys
  /** Where they are, for people. A database's address is not shown: it may hold a password. */
  readonly place: { readonly store: string; readonly keys: string }
  close(): Promise<void>
}

const DATA = fileURLToPath(new URL('../data/', import.meta.url))

/**
 * Opens the store that `--store` names, its tables made; by default a file of the demo's own.
 *
 * @throws {UsageError} For a text that names no store.
 */
export async function openStore(
  text: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<OpenedStore> {
  const [, scheme, rest = ''] = /^(\w+)(?::(.+))?$/.exec(text ?? `sqlite:${DATA}demo.db`) ?? []
  const given = environment['SALLYPORT_KEYS']
  const keysBeside = (path: string) =>
    given === undefined
      ? { keys: keysAt(`${path}.keys`), at: `${path}.keys` }
      : { keys: keyRing(given), at: 'SALLYPORT_KEYS' }
  if (scheme === 'memory' && rest === '') {
    const keys = keyRing(given ?? drawKeys())
    const place = { store: 'memory: forgotten when the server stops', keys: 'memory' }
    return { store: memoryStore(), keys, place, close: async () => undefined }
  }
  if (scheme === 'sqlite' && rest !== '') {
    const path = resolve(rest)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const { keys, at } = keysBeside(path)
    const store = sqliteStore(path)
    return { store, keys, place: { store: path, keys: at }, close: store.close }
  }
  const open = { postgres: postgresStore, postgresql: postgresStore, mysql: mysqlStore }[scheme ?? '']
  if (open === undefined || rest === '' || text === null) {
    throw new UsageError(
      '--store must be memory, sqlite:FILE, postgres://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE',
    )
  }
  mkdirSync(DATA, { recursive: true, mode: 0o700 })
  const { keys, at } = keysBeside(`${DATA}${scheme}`)
  const store = open(text)
  try {
    await store.migrate()
  } catch (error) {
    await store.close()
    throw error
  }
  return { store, keys, place: { store: `${scheme} database`, keys: at }, close: store.close }
}
