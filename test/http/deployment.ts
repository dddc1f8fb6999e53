import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from '@sallyport/adapters-memory'
import { sqliteStore } from '@sallyport/adapters-sql'
import type { Store, User } from '@sallyport/core'
import {
  bearerTokens,
  createTwoFactorHttp,
  type Revocations,
  sealedSessions,
  type TwoFactorHttp,
  type TwoFactorHttpOptions,
} from '@sallyport/http'
import { fakeClock, type Scenario, type ScenarioOptions, scenario } from '@sallyport/testkit'
import { type Browser, type BrowserOptions, openBrowser } from './browser.ts'

/** The stores that every row of the contract is tested on. */
export const stores: readonly (readonly [name: string, create: () => Store])[] = [
  ['memory', memoryStore],
  ['SQLite', () => sqliteStore(join(mkdtempSync(join(tmpdir(), 'sallyport-http-')), 'test.db'))],
]

export const ORIGIN = 'https://acme.test'
export const PASSWORD = 'correct horse battery staple'

/** A server with its users, held in the hand of a test. */
export interface Deployment extends Pick<Scenario, 'twoFactor' | 'clock' | 'outbox' | 'given'> {
  readonly http: TwoFactorHttp
  /** Every verification of a first factor that has run, as `password identity` or `dummy`. */
  readonly verified: string[]
  /** What was told to `onError`. */
  readonly errors: unknown[]
  /** Adds a user with a password, or changes one. */
  user(id: string, facts?: Partial<Omit<User, 'id'>>): User
  noUser(id: string): void
  newBrowser(options?: BrowserOptions): Browser
  /** Logs a browser in by an authenticator that is enrolled for it: the session is fresh. */
  loggedIn(
    id: string,
    options?: BrowserOptions,
  ): Promise<{
    readonly browser: Browser
    readonly app: Awaited<ReturnType<Scenario['given']['authenticator']>>['app']
  }>
}

export interface DeploymentOptions {
  readonly store?: Store
  readonly policy?: ScenarioOptions['policy']
  /** What else core is given. */
  readonly engine?: Pick<ScenarioOptions, 'observer' | 'flowLog'>
  readonly http?: Partial<TwoFactorHttpOptions>
  readonly seed?: string
  readonly revocations?: Revocations
}

const keys = { ring: [{ id: 'test', secret: new Uint8Array(32).fill(7) }] } as const

export function deploy(options: DeploymentOptions = {}): Deployment {
  const {
    store = memoryStore(),
    policy = {},
    engine = {},
    http: given = {},
    seed = 'http',
    revocations,
  } = options
  const clock = fakeClock(undefined, { autoAdvanceMs: 2_000 })
  const base = scenario({ ...engine, store, policy, clock, seed, keys })
  const users = new Map<string, User>()
  const verified: string[] = []
  const errors: unknown[] = []
  const findUser = (id: string) => users.get(id)
  const sealed = { keys, findUser, clock, ...(revocations === undefined ? {} : { revocations }) }
  const http = createTwoFactorHttp({
    twoFactor: base.twoFactor,
    findUser,
    keys,
    clock,
    sessions: sealedSessions(sealed),
    bearer: bearerTokens(sealed),
    verifyPassword(identity, password) {
      const found = [...users.values()].find(({ id, email }) => identity === email || identity === id)
      if (found === undefined) return { kind: 'unknown_user' }
      verified.push(`password ${identity}`)
      return password === PASSWORD ? { kind: 'verified', userId: found.id } : { kind: 'rejected' }
    },
    dummyVerify: () => verified.push('dummy'),
    onError: (error) => errors.push(error),
    ...given,
  })
  const user: Deployment['user'] = (id, facts) => {
    const changed = base.given.user(id, facts)
    users.set(id, changed)
    return changed
  }
  const newBrowser = (chosen: BrowserOptions = {}) => openBrowser(http.fetch, ORIGIN, chosen)
  return {
    ...base,
    http,
    verified,
    errors,
    user,
    noUser(id) {
      users.delete(id)
      base.given.noUser(id)
    },
    newBrowser,
    async loggedIn(id, chosen) {
      user(id)
      const { app, enrollment } = await base.given.authenticator(id)
      const opened = newBrowser(chosen)
      const { response } = await opened.post('/login', { username: id, password: PASSWORD })
      if (response['tf_select'] === true) await opened.post('/tf-select', { which: enrollment })
      await opened.post('/tf-validate', { code: app.codeAt(clock.now()) })
      clock.advance({ minutes: 1 }) // the next code is a new one
      return { browser: opened, app }
    },
  }
}
