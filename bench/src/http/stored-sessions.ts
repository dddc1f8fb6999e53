import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { FindUser, Session, Sessions } from '@sallyport/http'

const LIFETIME_SECONDS = 12 * 3600

/** Sessions as rows, as the peer keeps them: one insert, synced, for each login. */
export function storedSessions(db: DatabaseSync, findUser: FindUser): Sessions {
  db.exec(
    'create table sessions (id text primary key, user_id text not null, stamp text not null, data text not null, expires_at integer not null)',
  )
  const insert = db.prepare(
    'insert into sessions (id, user_id, stamp, data, expires_at) values (?, ?, ?, ?, ?)',
  )
  const select = db.prepare('select user_id, stamp, data from sessions where id = ? and expires_at > ?')
  const remove = db.prepare('delete from sessions where id = ?')
  const idOf = ({ headers }: Request) =>
    /(?:^|; )session=([\w-]{43})/.exec(headers.get('cookie') ?? '')?.[1] ?? null
  const end = (request: Request) => {
    const id = idOf(request)
    if (id !== null) remove.run(id)
  }
  return {
    cookieName: 'session',
    async read(request) {
      const id = idOf(request)
      const row = id === null ? undefined : select.get(id, Date.now())
      if (row === undefined) return null
      const user = await findUser(String(row['user_id']))
      if (user?.active !== true || user.securityStamp !== row['stamp']) return null
      return JSON.parse(String(row['data'])) as Session // as it was written below
    },
    async create({ userId, firstFactorAt, firstFactorChannel, secondFactorAt, csrf = null }, request) {
      end(request)
      const user = await findUser(userId)
      if (user === null || user === undefined) return {}
      const id = randomBytes(32).toString('base64url')
      const session: Session = { userId, firstFactorAt, firstFactorChannel, secondFactorAt, csrf }
      insert.run(
        id,
        userId,
        user.securityStamp,
        JSON.stringify(session),
        Date.now() + LIFETIME_SECONDS * 1000,
      )
      return { cookies: [`session=${id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${LIFETIME_SECONDS}`] }
    },
    async destroy(request) {
      end(request)
      return { cookies: ['session=; Path=/; Max-Age=0'] }
    },
  }
}
