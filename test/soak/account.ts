import { createHash } from 'node:crypto'
import { simulatedAuthenticator } from '@sallyport/testkit'
import { emailOf, phoneOf } from './deployment.ts'
import type { Inbox } from './inbox.ts'

/** An enrollment as `GET /tf-setup` lists it. */
interface Enrolled {
  readonly id: string
  readonly method: string
}

/** A code, and what it is a proof of. */
export interface Proof {
  readonly code: string
  readonly secret: string
}

/**
 * What a user knows of their own account: what they were told. Where an answer never came, more than one thing may be
 * so, and both are remembered.
 */
export interface Account {
  readonly id: string
  /** Whether a second factor is enrolled. */
  factors: 'none' | 'some' | 'unsure'
  /** As they were last listed. */
  enrollments: readonly Enrolled[]
  /** The authenticators that may be in force, the likeliest first. */
  apps: readonly string[]
  /** Which app an enrollment is, where that is known. */
  readonly appOf: Map<string, string>
  recoveryCodes: readonly string[]
  /** Whether these are surely the ones in force. */
  areCodesCertain: boolean
  /** The last proof that was accepted, to be tried once more. */
  lastAccepted: Proof | null
}

export const createAccount = (id: string): Account => ({
  id,
  factors: 'none',
  enrollments: [],
  apps: [],
  appOf: new Map(),
  recoveryCodes: [],
  areCodesCertain: false,
  lastAccepted: null,
})

/** Old phones that are kept at hand. */
const MAX_APPS = 4

/** Keeps the newest apps; one that is known to be in force is not put away for one that is not. */
export function keepApp(account: Account, uri: string): void {
  const inForce = new Set(account.enrollments.map(({ id }) => account.appOf.get(id)))
  const others = account.apps.filter((known) => known !== uri)
  const [kept, old] = [others.filter((app) => inForce.has(app)), others.filter((app) => !inForce.has(app))]
  account.apps = [uri, ...kept, ...old].slice(0, MAX_APPS)
}

/** The apps that a challenge may be about, the likeliest first. */
export function appsFor(account: Account, enrollment: string | null): readonly string[] {
  const known = enrollment === null ? undefined : account.appOf.get(enrollment)
  return known === undefined ? account.apps : [known]
}

const STEP_MS = 30_000

/** What an app shows at a moment. */
export function appProof(uri: string, at: number): Proof {
  const app = createHash('sha256').update(uri).digest('base64url').slice(0, 12)
  return {
    code: simulatedAuthenticator(uri).codeAt(at),
    secret: `app ${app} step ${Math.floor(at / STEP_MS)}`,
  }
}

/** How long until an app shows another code, in milliseconds of the same clock. */
export const untilNextStepMs = (at: number): number => STEP_MS - (at % STEP_MS)

/** Steps around now whose codes are avoided: more than any server takes, and than pass while one is sent. */
const AVOIDED_STEPS = 12

/** A code that none of the user's apps shows around now, and that was not sent. */
export function wrongCode(account: Account, inbox: Inbox, at: number): string {
  const shown = account.apps.flatMap((uri) => {
    const app = simulatedAuthenticator(uri)
    return Array.from({ length: 2 * AVOIDED_STEPS + 1 }, (_, step) =>
      app.codeAt(at + (step - AVOIDED_STEPS) * STEP_MS),
    )
  })
  const sent = [emailOf(account.id), phoneOf(account.id)].flatMap((to) =>
    inbox.codesOf(to).map(({ code }) => code),
  )
  const avoided = new Set([...shown, ...sent])
  let wrong = 0
  while (avoided.has(String(wrong).padStart(6, '0'))) wrong += 1
  return String(wrong).padStart(6, '0')
}
