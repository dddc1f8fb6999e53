import type { Chance } from '../processes/chance.ts'
import type { Account } from './account.ts'
import type { Answer, Browser } from './browser.ts'
import { passwordOf } from './deployment.ts'
import type { Inbox } from './inbox.ts'
import { flowIdOf, type MustFail, type Prize, type ProofAnswer, type Told } from './told.ts'

/** Someone at a browser: the owner of an account, or who knows its password. */
export interface Client {
  readonly account: Account
  readonly browser: Browser
  readonly chance: Chance
  readonly inbox: Inbox
  /** The time by the clock of the servers. */
  now(): number
  /** Waits for so many milliseconds of the servers' clock; false: the run was over before. */
  wait(ms: number): Promise<boolean>
  tell(told: Told): void
  keep(secret: string): void
}

/** Where a proof goes. */
export interface Target {
  readonly path: string
  /** The name of the field that it is sent in. */
  readonly field: string
  readonly flow: string
  readonly prize: Prize
}

/** A proof to be sent. */
export interface Submission {
  readonly code: string
  readonly secret: string
  readonly mustFail: MustFail | null
  readonly remember?: boolean
  readonly givesUpAfterMs?: number
}

/** Where a proof of the login goes that is pending in this browser; null: none is. */
export function pendingLogin({ browser }: Client): Target | null {
  const token = browser.cookie('tf_flow')
  if (token === null) return null
  return { path: '/tf-validate', field: 'code', flow: flowIdOf(token), prize: 'authenticated' }
}

/** Sends a password. */
export async function sendPassword(
  client: Client,
  options: { readonly remember?: boolean } = {},
): Promise<Answer> {
  const { account, browser, tell } = client
  const { id } = account
  const wasRemembered = browser.cookie('tf_validity') !== null
  const answer = await browser.post('/login', {
    email: `${id}@acme.test`,
    password: passwordOf(id),
    ...options,
  })
  tellFlow(client)
  const hasUser = 'user' in answer.response
  if (hasUser) tell({ says: 'logged_in', user: id, isCertain: true })
  if (hasUser && !wasRemembered && account.factors === 'some')
    tell({
      says: 'fault',
      user: id,
      what: 'L1: a password alone has logged in a user who has a second factor',
    })
  if (isUnknown(answer) && (wasRemembered || account.factors !== 'some'))
    tell({ says: 'logged_in', user: id, isCertain: false })
  return answer
}

/** Tells of the flow that a browser holds. */
export function tellFlow({ account, browser, tell }: Client): void {
  const token = browser.cookie('tf_flow')
  if (token !== null) tell({ says: 'opened', user: account.id, flow: flowIdOf(token) })
}

/** Whether nobody can say what became of a request. */
export const isUnknown = ({ status }: Answer): boolean => status === null || status === 503

/** Sends a proof, and tells what became of it. */
export async function submit(client: Client, target: Target, submission: Submission): Promise<ProofAnswer> {
  const { account, browser, tell } = client
  const { path, field, flow, prize } = target
  const { code, secret, mustFail, remember, givesUpAfterMs } = submission
  const remembered = browser.cookie('tf_validity')
  const answer = await browser.post(
    path,
    { [field]: code, ...(remember === undefined ? {} : { remember }) },
    givesUpAfterMs === undefined ? {} : { givesUpAfterMs },
  )
  const verdict = verdictOf(answer)
  tell({ says: 'proof', user: account.id, flow, prize, secret, mustFail, answer: verdict })
  if (verdict === 'accepted') account.lastAccepted = { code, secret }
  const isRemembered = prize === 'authenticated' && browser.cookie('tf_validity') !== remembered
  if (isRemembered) tell({ says: 'remembered', user: account.id, flow })
  if (isRemembered && path === '/mf-recovery')
    tell({ says: 'fault', user: account.id, what: 'L9: a browser is remembered by a recovery code' })
  return verdict
}

function verdictOf(answer: Answer): ProofAnswer {
  if (isUnknown(answer) || answer.status === 500) return 'unknown'
  if (answer.status === 200) return 'accepted'
  switch (answer.reason) {
    case 'proof_rejected':
    case 'attempts_exhausted':
      return 'rejected'
    case 'locked':
      return 'locked'
    default:
      return 'refused'
  }
}

/** A text of an answer; null: there is none. */
export function textOf({ response }: Answer, name: string): string | null {
  const value = response[name]
  return typeof value === 'string' ? value : null
}
