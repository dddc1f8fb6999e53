import { DatabaseSync } from 'node:sqlite'
import { simulatedAuthenticator } from '@sallyport/testkit'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { twoFactor } from 'better-auth/plugins'
import pg from 'pg'
import type { Database } from './contender.ts'

/** better-auth with its twoFactor plugin; no rate limit, and a password hash that costs nothing. */
export interface BetterAuth {
  readonly handler: (request: Request) => Promise<Response>
  /** Posts to one of its endpoints, and throws when that fails. */
  call(path: string, body: object, cookies: string): Promise<Response>
  /** Signs a user up, who enables an authenticator; gives its key URI. */
  enroll(email: string): Promise<string>
  close(): Promise<void>
}

/** Every user's. */
export const PASSWORD = 'correct horse battery'

/** @param origin - Where it is reached, such as `http://localhost:3000`. */
export async function openBetterAuth(database: Database, origin: string): Promise<BetterAuth> {
  const connection =
    database.kind === 'sqlite'
      ? openSqlite(database.path)
      : new pg.Pool({ connectionString: database.url, max: 10, options: '-c search_path=bench_peer' })
  const options = {
    baseURL: origin,
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

  const call = async (path: string, body: object, cookies: string): Promise<Response> => {
    const headers = { 'content-type': 'application/json', origin, cookie: cookies }
    const request = new Request(`${origin}/api/auth${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    const response = await auth.handler(request)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }

  return {
    handler: auth.handler,
    call,
    async enroll(email) {
      const signedUp = cookiesOf(await call('/sign-up/email', { email, password: PASSWORD, name: email }, ''))
      const enabled = await call('/two-factor/enable', { password: PASSWORD, method: 'totp' }, signedUp)
      const { totpURI } = await enabled.json()
      await call(
        '/two-factor/verify-totp',
        { code: simulatedAuthenticator(totpURI).codeAt(Date.now()) },
        signedUp,
      )
      return totpURI
    },
    async close() {
      if (connection instanceof DatabaseSync) connection.close()
      else await connection.end()
    },
  }
}

/** Opens a file with the durability of Sallyport's own store: WAL, synced at each commit. */
export function openSqlite(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 20')
  return db
}

/** The cookies that a response sets, as a request sends them. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')
}
