import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqlStore, mysqlStore, postgresStore, sqliteStore } from '@sallyport/adapters-sql'
import { StoreError } from '@sallyport/core'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  dropTables,
  freshPrefix,
  hostKysely,
  mysqlUnavailable,
  mysqlUrl,
  postgresUnavailable,
  postgresUrl,
  temporaryFolder,
} from './databases.ts'
import { type FailingProxy, failingProxy } from './failing-proxy.ts'
import { changeOf, FIRST, type Samples } from './samples.ts'
import { describeOn } from './under-vitest.ts'

/** Short, so that the tests are; far above what an answer takes here. */
const DEADLINE_MS = 400

/** How long a call may take that is given up: the deadline, and what the machine is busy with beside it. */
const BOUND_MS = 5_000

/** What comes true in a moment: a connection is replaced, a server notices. */
const eventually = <Value>(look: () => Value | Promise<Value>) => expect.poll(look, { timeout: 20_000 })

/** Gives the error of a call and asserts that it is one of the store's, and in time. */
async function failureOf(call: Promise<unknown>): Promise<StoreError> {
  const startedAt = performance.now()
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(StoreError)
  expect(performance.now() - startedAt).toBeLessThan(BOUND_MS)
  return error as StoreError // asserted above
}

const servers = [
  {
    name: 'PostgreSQL',
    dialect: 'postgres',
    url: postgresUrl,
    unavailable: postgresUnavailable,
    open: postgresStore,
    // One statement that commits as it ends.
    beforeCommit: null,
    commit: 'sallyport:commit_',
  },
  {
    name: 'MariaDB',
    dialect: 'mysql',
    url: mysqlUrl,
    unavailable: mysqlUnavailable,
    open: mysqlStore,
    beforeCommit: 'enrollment_removed', // in the audit records, which come last
    commit: '\u0003commit', // the command byte of a query
  },
] as const

for (const { name, dialect, url, unavailable, open, beforeCommit, commit } of servers) {
  describeOn(name, await unavailable(), () => {
    const prefix = freshPrefix()
    const kysely = hostKysely(dialect, 2)
    const reference = createSqlStore(kysely, { dialect, prefix })
    let proxy: FailingProxy
    let store: ReturnType<typeof open>
    let s: Samples

    beforeAll(async () => {
      await reference.migrate()
      proxy = await failingProxy(url)
      store = open(proxy.url, { prefix, deadlineMs: DEADLINE_MS, maxConnections: 1 })
    })
    afterAll(async () => {
      await store.close()
      await proxy.close()
      await dropTables(kysely, prefix)
      await kysely.destroy()
    })
    beforeEach(async () => {
      s = changeOf(`user-${crypto.randomUUID()}`)
      // A connection that stands, so that what breaks is the call and not the way to it.
      await eventually(() => store.load(s.userId).catch((error: unknown) => error)).toEqual({})
    })

    const firstWrites = () => s.change({ profile: s.profile(), flow: s.flow() })

    test('a commit whose answer is lost is outcome_unknown, and its own id tells that it was applied', async () => {
      const change = firstWrites()
      proxy.next('lose the answer', commit)
      expect((await failureOf(store.commit(change))).code).toBe('outcome_unknown')
      await eventually(async () => (await reference.load(s.userId)).profile?.commitId).toBe(change.commitId)
      expect(await store.load(s.userId).catch(() => store.load(s.userId))).toMatchObject({
        profile: { commitId: change.commitId },
      })
    })

    test('a commit whose request is lost is outcome_unknown too, and can be made again', async () => {
      const change = firstWrites()
      proxy.next('lose the request', commit)
      expect((await failureOf(store.commit(change))).code).toBe('outcome_unknown')
      expect(await reference.load(s.userId)).toEqual({})
      expect(await store.commit(change)).toBe('committed')
    })

    if (beforeCommit !== null) {
      test('a transaction that breaks before its commit is not_applied', async () => {
        const change = firstWrites()
        for (const fate of ['lose the request', 'lose the answer'] as const) {
          proxy.next(fate, beforeCommit)
          expect((await failureOf(store.commit(change))).code).toBe('not_applied')
          expect(await reference.load(s.userId)).toEqual({})
        }
        expect(await store.commit(change)).toBe('committed')
      })
    }

    test('a server that falls silent is given up in time, and so is the connection', async () => {
      const change = firstWrites()
      proxy.next('fall silent', commit)
      expect((await failureOf(store.commit(change))).code).toBe('outcome_unknown')
      // There is but one connection: the silent one would leave nothing to load by.
      await eventually(() => store.load(s.userId).catch((error: unknown) => error)).toEqual({})
    })

    test('a load that breaks is not_applied', async () => {
      proxy.next('lose the answer', '')
      expect((await failureOf(store.load(s.userId))).code).toBe('not_applied')
    })

    test('connections that break while they are idle do not end the process, and are replaced', async () => {
      proxy.breakAll()
      await eventually(() => store.load(s.userId).catch((error: unknown) => error)).toEqual({})
    })

    test('no error tells what was written', async () => {
      proxy.next('lose the answer', commit)
      const { message } = await failureOf(store.commit(firstWrites()))
      expect(message).not.toContain(s.userId)
      expect(message).toMatch(/^the database broke off: [\w ]+$/)
    })

    test('a value that is too large is not_applied, and says no more than a code', async () => {
      const value = { ...s.profile().value, notices: { ['x'.repeat(1_100_000)]: 0 } }
      const error = await failureOf(store.commit(s.change({ profile: { ...s.profile(), value } })))
      expect(error.code).toBe('not_applied')
      expect(error.message).toMatch(/^the database did not do it: \w+$/)
      expect(error.cause).toBeInstanceOf(Error)
    })

    test('a server that is down is not_applied, at once', async () => {
      const closed = createServer().listen(0, '127.0.0.1')
      await once(closed, 'listening')
      const nowhere = new URL(url)
      nowhere.port = String((closed.address() as AddressInfo).port) // a server on a port has such an address
      closed.close()
      await once(closed, 'close')
      const down = open(nowhere.href, { prefix, deadlineMs: DEADLINE_MS })
      for (const call of [
        () => down.load(s.userId),
        () => down.commit(firstWrites()),
        () => down.purge(0, 1),
      ]) {
        expect((await failureOf(call())).code).toBe('not_applied')
      }
      await down.close()
    })

    test('a server that accepts and says nothing is not_applied, in time', async () => {
      const mute = createServer(() => {}).listen(0, '127.0.0.1')
      await once(mute, 'listening')
      const nowhere = new URL(url)
      nowhere.port = String((mute.address() as AddressInfo).port) // as above
      const waiting = open(nowhere.href, { prefix, deadlineMs: DEADLINE_MS })
      expect((await failureOf(waiting.commit(firstWrites()))).code).toBe('not_applied')
      mute.close()
    })

    test('a pool without a free connection is not_applied, in time, and nothing is written late', async () => {
      const host = hostKysely(dialect, 1)
      const crowded = createSqlStore(host, { dialect, prefix, deadlineMs: DEADLINE_MS })
      let release = (): void => {}
      const held = host.connection().execute(
        () =>
          new Promise<void>((resolve) => {
            release = resolve
          }),
      )
      expect((await failureOf(crowded.commit(firstWrites()))).code).toBe('not_applied')
      release()
      await held
      // The connection is free now; the commit has its turn before this load.
      expect(await crowded.load(s.userId)).toEqual({})
      await host.destroy()
    })

    test('a transaction that runs out of time is undone when it can be', async () => {
      await reference.commit(s.change({ profile: s.profile(), flow: s.flow() }))
      const hurried = createSqlStore(kysely, { dialect, prefix, deadlineMs: DEADLINE_MS })
      const late = s.change({ profile: s.profile(FIRST), flow: s.flow(FIRST) })
      let code = ''
      await kysely.transaction().execute(async (transaction) => {
        await sql`update ${sql.table(`${prefix}profiles`)} set failures = 0
          where user_id = ${dialect === 'mysql' ? Buffer.from(s.userId) : s.userId}`.execute(transaction)
        code = (await failureOf(hurried.commit(late))).code
      })
      if (dialect === 'mysql') {
        expect(code).toBe('not_applied')
        // Once the lock is free the transaction could go on, and must not.
        await eventually(() => reference.commit(late)).toBe('committed')
        return
      }
      // One statement: the server may still do it. Its id tells.
      expect(code).toBe('outcome_unknown')
      await eventually(async () => (await reference.load(s.userId)).profile?.commitId).toBe(late.commitId)
    })
  })
}

describe('a PostgreSQL that ends a session in the very packet that says it is ready', () => {
  /** A message of the protocol: its type, its length, its content. */
  const message = (type: string, content: string): Buffer => {
    const body = Buffer.from(content, 'latin1')
    const length = Buffer.alloc(4)
    length.writeInt32BE(body.length + 4)
    return Buffer.concat([Buffer.from(type), length, body])
  }
  const readyAndGone = Buffer.concat([
    message('R', '\0\0\0\0'), // AuthenticationOk
    message('Z', 'I'), // ReadyForQuery
    message('E', 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
  ])

  test.each([
    ['a pool of its own', (url: string) => postgresStore(url, { deadlineMs: DEADLINE_MS })],
    [
      'a pool that it was given',
      (url: string) =>
        postgresStore(new pg.Pool({ connectionString: url }), {
          deadlineMs: DEADLINE_MS,
        }),
    ],
  ])('is a StoreError, and does not end the process: %s', async (_pool, open) => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end(readyAndGone))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // as above
    const store = open(`postgres://nobody@127.0.0.1:${port}/nothing?sslmode=disable`)
    // The event that nobody hears would fail this test from outside.
    expect((await failureOf(store.load(changeOf('ada').userId))).code).toBe('not_applied')
    await store.close()
    server.close()
  })
})

describe('SQLite', () => {
  const s = changeOf('ada')
  const first = () => s.change({ profile: s.profile(), flow: s.flow() })

  test('another process’s lock is waited for, without holding up this one', async () => {
    const folder = temporaryFolder()
    const file = join(folder.path, 'store.db')
    const store = sqliteStore(file, { deadlineMs: 10_000 })
    const other = new DatabaseSync(file)
    other.exec('begin immediate')
    const committing = store.commit(first())
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 0))
    expect(await store.load(s.userId)).toEqual({}) // readers never wait
    other.exec('commit')
    expect(await committing).toBe('committed')
    other.close()
    await store.close()
    folder.remove()
  })

  test('a lock that is held too long is not_applied, in time', async () => {
    const folder = temporaryFolder()
    const file = join(folder.path, 'store.db')
    const store = sqliteStore(file, { deadlineMs: DEADLINE_MS })
    const other = new DatabaseSync(file)
    other.exec('begin immediate')
    for (const call of [
      () => store.commit(first()),
      () => store.commit({ ...first(), audit: [] }),
      () => store.purge(0, 1),
      () => store.forget(s.userId),
    ]) {
      expect((await failureOf(call())).code).toBe('not_applied')
    }
    other.exec('rollback')
    expect(await store.load(s.userId)).toEqual({})
    other.close()
    await store.close()
    folder.remove()
  })

  test('a transaction that the host has left open is not joined: neither can undo the other’s', async () => {
    const database = new DatabaseSync(':memory:')
    const store = sqliteStore(database)
    database.exec('create table hosts (id integer); begin; insert into hosts values (1)')
    for (const change of [first(), s.change({ profile: s.profile(), audit: [] })]) {
      expect((await failureOf(store.commit(change))).code).toBe('not_applied')
    }
    database.exec('commit')
    expect(database.prepare('select * from hosts').all()).toEqual([{ id: 1 }])
    expect(await store.commit(first())).toBe('committed')
  })

  test('the host may use the same connection while a commit is under way', async () => {
    const database = new DatabaseSync(':memory:')
    const store = sqliteStore(database)
    database.exec('create table hosts (id integer)')
    const committing = [store.commit(first()), store.commit(first())]
    database.exec('insert into hosts values (1)')
    expect((await Promise.all(committing)).sort()).toEqual(['committed', 'conflict'])
    expect(database.prepare('select * from hosts').all()).toEqual([{ id: 1 }])
  })

  test('a store that is closed says so with a StoreError', async () => {
    const store = sqliteStore(':memory:')
    await store.close()
    expect((await failureOf(store.load(s.userId))).code).toBe('not_applied')
  })

  test('a database that was given stays open', async () => {
    const database = new DatabaseSync(':memory:')
    await sqliteStore(database).close()
    expect(database.prepare('select 1 as one').all()).toEqual([{ one: 1 }])
  })
})
