import type { DatabaseSync } from 'node:sqlite'
import { createTwoFactor, type User } from '@sallyport/core'
import { createTwoFactorHttp, sealedSessions } from '@sallyport/http'
import { toNodeListener } from '@sallyport/http/node'
import { openSqlite, PASSWORD } from '../open-better-auth.ts'
import { openStore } from '../open-store.ts'
import { announce, type BenchUser } from './announce.ts'
import { storedSessions } from './stored-sessions.ts'

const keys = { ring: [{ id: 'k1', secret: new Uint8Array(32).fill(1) }] } as const
const [path = '', count = '0', sessionKind = 'sealed'] = process.argv.slice(2)

await announce(async (origin) => {
  const store = await openStore({ kind: 'sqlite', path })
  const db = openSqlite(path) // what is the host's is in the same file
  const users = userTable(db)
  const { findUser } = users
  const twoFactor = createTwoFactor({ policy: { issuer: 'Acme' }, store, keys, findUser })
  const sessions =
    sessionKind === 'stored' ? storedSessions(db, findUser) : sealedSessions({ keys, findUser, origin })
  const http = createTwoFactorHttp({
    twoFactor,
    findUser,
    keys,
    sessions,
    origin,
    verifyPassword: users.verifyPassword,
    dummyVerify: () => undefined,
    onError: console.error,
  })
  const enrolled: BenchUser[] = []
  for (let index = 0; index < Number(count); index += 1) {
    const email = `user-${index}@acme.test`
    users.add(`${index}`, email)
    const { provisioning } = await twoFactor.users.enroll(`${index}`, { method: 'authenticator' })
    if (provisioning?.kind !== 'app') throw new Error('no authenticator')
    enrolled.push({ email, uri: provisioning.uri })
  }
  const listener = toNodeListener(http.fetch)
  return { listener: (request, response) => void listener(request, response), users: enrolled }
})

/** The host's users, and a check of their passwords that costs nothing, as the peer's. */
function userTable(db: DatabaseSync) {
  db.exec('create table users (id text primary key, email text not null unique, password text not null)')
  const insert = db.prepare('insert into users (id, email, password) values (?, ?, ?)')
  const byId = db.prepare('select email from users where id = ?')
  const byEmail = db.prepare('select id, password from users where email = ?')
  return {
    add: (id: string, email: string) => void insert.run(id, email, PASSWORD),
    findUser(id: string): User | null {
      const row = byId.get(id) as { email: string } | undefined // the column above
      return row === undefined
        ? null
        : { id, label: row.email, email: row.email, securityStamp: '1', active: true }
    },
    verifyPassword(email: string, password: string) {
      const row = byEmail.get(email) as { id: string; password: string } | undefined // the columns above
      if (row === undefined) return { kind: 'unknown_user' } as const
      const isRight = row.password === password
      return isRight ? ({ kind: 'verified', userId: row.id } as const) : ({ kind: 'rejected' } as const)
    },
  }
}
