import { DatabaseSync } from 'node:sqlite'
import { simulatedAuthenticator } from '@sallyport/testkit'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { twoFactor } from 'better-auth/plugins'
import pg from 'pg'
import type { Contender, Database, ReadyFlow } from './contender.ts'
import { oneByOne } from './ours.ts'

const ORIGIN = 'http://localhost:3000'

/** better-auth's twoFactor plugin, through its handler; no rate limit, and a password hash that costs nothing. */
export async function betterAuthTwoFactor(database: Database): Promise<Contender> {
  const connection =
    database.kind === 'sqlite'
      ? openSqlite(database.path)
      : new pg.Pool({ connectionString: database.url, max: 10, options: '-c search_path=bench_peer' })
  const options = {
    baseURL: ORIGIN,
    secret: 'a secret of the benchmark, long enough',
    database: connection,
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    emailAndPassword: {
      enabled: true,
      password: { hash: async (password: string) => password, verify: async () => true },
    },
    plugins: [twoFactor({ issuer: 'Acme' })],
  }
  const auth = betterAuth(options)
  await (await getMigrations(options)).runMigrations()
  let users = 0

  const call = async (path: string, body: object, cookies: string): Promise<Response> => {
    const headers = { 'content-type': 'application/json', origin: ORIGIN, cookie: cookies }
    const request = new Request(`${ORIGIN}/api/auth${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    const response = await auth.handler(request)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }

  const ready = async (): Promise<ReadyFlow> => {
    users += 1
    const email = `user-${process.pid}-${users}@acme.test`
    const password = 'correct horse battery'
    const signedUp = cookiesOf(await call('/sign-up/email', { email, password, name: email }, ''))
    const { totpURI } = await (
      await call('/two-factor/enable', { password, method: 'totp' }, signedUp)
    ).json()
    const app = simulatedAuthenticator(totpURI)
    await call('/two-factor/verify-totp', { code: app.codeAt(Date.now()) }, signedUp)
    const pending = cookiesOf(await call('/sign-in/email', { email, password }, ''))
    return {
      code: () => app.codeAt(Date.now()),
      prove: async (code) => {
        const { token } = await (await call('/two-factor/verify-totp', { code }, pending)).json()
        if (typeof token !== 'string') throw new Error('no session')
      },
    }
  }
  return {
    name: 'better-auth twoFactor',
    prepare: (count) => oneByOne(count, ready),
    close: async () => {
      if (connection instanceof DatabaseSync) connection.close()
      else await connection.end()
    },
  }
}

/** The same durability as Sallyport's own: WAL, synced at each commit. */
function openSqlite(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 20')
  return db
}

function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')
}
