import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { mysqlStore, postgresStore } from '@sallyport/adapters-sql'
import mysql from 'mysql2'
import mysqlPromise from 'mysql2/promise'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import {
  dropTables,
  freshPrefix,
  hostKysely,
  mysqlUnavailable,
  mysqlUrl,
  postgresUnavailable,
  postgresUrl,
} from './databases.ts'
import { firstWrite } from './samples.ts'
import { describeOn } from './under-vitest.ts'

describeOn('PostgreSQL', await postgresUnavailable(), () => {
  const prefix = freshPrefix()
  afterAll(async () => {
    const kysely = hostKysely('postgres', 1)
    await dropTables(kysely, prefix)
    await kysely.destroy()
  })

  test('a pool of the host’s own is used, and left open', async () => {
    const pool = new pg.Pool({ connectionString: postgresUrl })
    const store = postgresStore(pool, { prefix })
    await store.migrate()
    expect(await store.commit(firstWrite('ada'))).toBe('committed')
    await store.close()
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await pool.end()
  })
})

describeOn('MariaDB', await mysqlUnavailable(), () => {
  const prefix = freshPrefix()
  afterAll(async () => {
    const kysely = hostKysely('mysql', 1)
    await dropTables(kysely, prefix)
    await kysely.destroy()
  })

  test('a pool of the host’s own is used, and left open, by mysql2 and by mysql2/promise', async () => {
    const pools = [mysql.createPool({ uri: mysqlUrl }), mysqlPromise.createPool({ uri: mysqlUrl })]
    for (const [index, pool] of pools.entries()) {
      const store = mysqlStore(pool, { prefix })
      await store.migrate()
      expect(await store.commit(firstWrite(`user-${index}`))).toBe('committed')
      await store.close()
      const promised = 'promise' in pool ? pool.promise() : pool
      const [rows] = await promised.query('select 1 as one')
      expect(rows).toEqual([{ one: 1 }])
      await promised.end()
    }
  })
})

describe('a driver that is missing', () => {
  test.each([
    ['pg', 'postgresStore: needs pg: install the package pg'],
    ['mysql2', 'mysqlStore: needs mysql2: install the package mysql2'],
    [
      'node:sqlite',
      'sqliteStore: needs node:sqlite: use Node 22.13 or newer, or pass a database of better-sqlite3 or libsql',
    ],
  ])('%s is named, when its store is made and not before', async (driver, message) => {
    const fixture = fileURLToPath(new URL('./fixtures/missing-driver.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [fixture, driver])
    expect(stdout).toBe(`ConfigError ${message}`)
  })
})
