import { type Mysql2Connection, mysqlStore, type PgClient, postgresStore } from '@sallyport/adapters-sql'
import { parseUserId } from '@sallyport/core'
import { describe, expect, test } from 'vitest'

const ada = parseUserId('ada')

/** Errors after which a connection is thrown away, or kept. A read that met a conflict is made again, eight times in all. */
const postgres: readonly (readonly [about: string, error: object, isKept: boolean, tries: number])[] = [
  ['a broken connection', new Error('Connection terminated'), false, 1],
  ['a shutdown', { code: '57P01' }, false, 1],
  ['a server that has become read-only', { code: '25006' }, false, 1],
  ['a statement that was refused', { code: '42P01' }, true, 1],
  ['a conflict', { code: '40001' }, true, 8],
]

describe('postgresStore', () => {
  test.each(postgres)('after %s the connection is kept: $2', async (_about, error, isKept, tries) => {
    const released: (boolean | undefined)[] = []
    const client: PgClient = {
      query: () => Promise.reject(error),
      release: (destroy) => released.push(destroy),
      on: () => {},
    }
    const store = postgresStore({ connect: async () => client, end: async () => {} })
    await expect(store.load(ada)).rejects.toMatchObject({ code: 'not_applied' })
    expect(released).toEqual(Array.from({ length: tries }, () => !isKept))
  })

  test('hears what a connection tells of itself while it is in use', async () => {
    const released: (boolean | undefined)[] = []
    const listeners: (() => void)[] = []
    const client: PgClient = {
      async query() {
        for (const tell of listeners) tell()
        return { command: 'SELECT', rowCount: 0, rows: [] }
      },
      release: (destroy) => released.push(destroy),
      on: (_event, listener) => listeners.push(listener),
    }
    const store = postgresStore({ connect: async () => client, end: async () => {} })
    expect(await store.load(ada)).toEqual({})
    expect(released).toEqual([true])
    expect(listeners).toHaveLength(1)
  })
})

const mysql: readonly (readonly [about: string, error: object, isKept: boolean, tries: number])[] = [
  ['a broken connection', Object.assign(new Error('lost'), { code: 'PROTOCOL_CONNECTION_LOST' }), false, 1],
  ['silence', Object.assign(new Error('silent'), { code: 'PROTOCOL_SEQUENCE_TIMEOUT' }), false, 1],
  ['a server that has become read-only', { errno: 1290, sqlState: 'HY000' }, false, 1],
  ['a statement that was refused', { errno: 1146, sqlState: '42S02' }, true, 1],
  ['a conflict', { errno: 1213, sqlState: '40001' }, true, 8],
]

describe('mysqlStore', () => {
  test.each(mysql)('after %s the connection is kept: $2', async (_about, error, isKept, tries) => {
    const ended: string[] = []
    const connection: Mysql2Connection = {
      threadId: 1,
      execute: (_query, callback) => callback(error, null),
      query: (_query, callback) => callback(error, null),
      release: () => ended.push('released'),
      destroy: () => ended.push('destroyed'),
    }
    const store = mysqlStore({
      getConnection: (callback) => callback(null, connection),
      end: (callback) => callback(null),
    })
    await expect(store.load(ada)).rejects.toMatchObject({ code: 'not_applied' })
    const ends = isKept ? ['released'] : ['destroyed', 'released']
    expect(ended).toEqual(Array.from({ length: tries }, () => ends).flat())
  })
})
