import { appProof, keepApp, wrongCode } from './account.ts'
import { type Client, isUnknown, pendingLogin, submit, type Target, textOf } from './client.ts'
import { phoneOf } from './deployment.ts'
import { isSent, seenNow, sentProof } from './sent-codes.ts'
import { flowIdOf, type ProofAnswer } from './told.ts'

const METHODS = ['authenticator', 'authenticator', 'email', 'sms'] as const

/**
 * Asks for a method and proves it: in a login that enrolls, or for a user who is logged in.
 *
 * @returns Null: it was not begun, or given up.
 */
export async function enroll(client: Client, mode: 'add' | 'replace' | null): Promise<ProofAnswer | null> {
  const { account, browser, chance, inbox } = client
  const method = chance.pick(METHODS)
  const seen = seenNow(client)
  const answer = await browser.post('/tf-setup', {
    setup: method,
    ...(method === 'sms' ? { phone: phoneOf(account.id) } : {}),
    ...(mode === null ? {} : { mode }),
  })
  if (answer.status !== 200) return null
  const uri = textOf(answer, 'tf_authr_uri')
  if (uri !== null) client.keep(new URL(uri).searchParams.get('secret') ?? '')

  const target = targetOf(client, mode, textOf(answer, 'tf_state_token'))
  if (target === null || chance.below(8) === 0) return null // a setup that is abandoned
  if (chance.below(4) === 0) {
    const code = wrongCode(
      { ...account, apps: [...(uri === null ? [] : [uri]), ...account.apps] },
      inbox,
      client.now(),
    )
    await submit(client, target, { code, secret: 'none', mustFail: 'wrong' })
  }
  const shown = uri === null ? null : appProof(uri, client.now())
  const proof = isSent(method) ? await sentProof(client, method, seen) : shown
  if (proof === null) return null
  const verdict = await submit(client, target, { ...proof, mustFail: null })
  adopt(client, verdict, { mode, uri })
  return verdict
}

function targetOf(client: Client, mode: 'add' | 'replace' | null, token: string | null): Target | null {
  if (mode === null) return pendingLogin(client)
  if (token === null) return null
  client.keep(token)
  const flow = flowIdOf(token)
  client.tell({ says: 'opened', user: client.account.id, flow })
  return { path: `/tf-setup/${token}`, field: 'code', flow, prize: 'changed' }
}

/** Remembers what is in force now, or may be. */
function adopt(
  { account }: Client,
  verdict: ProofAnswer,
  { mode, uri }: { readonly mode: 'add' | 'replace' | null; readonly uri: string | null },
): void {
  if (verdict !== 'accepted' && verdict !== 'unknown') return
  // What is enrolled at login is all there is.
  if (mode === null && verdict === 'accepted') account.apps = []
  if (uri !== null) keepApp(account, uri)
  if (verdict === 'accepted') account.factors = 'some'
  else if (account.factors === 'none') account.factors = 'unsure'
}

/** Lists what is enrolled. A listed authenticator that was not known is the newest app, if it is sure which that is. */
export async function listEnrollments(client: Client, isSure: boolean): Promise<void> {
  const { account, browser } = client
  const answer = await browser.get('/tf-setup')
  const listed = answer.response['tf_enrollments']
  if (answer.status !== 200 || !Array.isArray(listed)) return
  account.enrollments = listed
  if (listed.length > 0) account.factors = 'some'
  const [newest] = account.apps
  const fresh = account.enrollments.filter(
    ({ id, method }) => method === 'authenticator' && !account.appOf.has(id),
  )
  const [only] = fresh
  if (isSure && fresh.length === 1 && only !== undefined && newest !== undefined)
    account.appOf.set(only.id, newest)
}

/** Makes new recovery codes, for a session that is fresh. */
export async function drawRecoveryCodes(client: Client): Promise<void> {
  const { account, browser, tell } = client
  const answer = await browser.post('/mf-recovery-codes', {})
  const codes = answer.response['recovery_codes']
  if (answer.status === 200 && Array.isArray(codes)) {
    account.recoveryCodes = codes.map(String)
    account.areCodesCertain = true
    for (const code of account.recoveryCodes) client.keep(code)
    tell({ says: 'change', user: account.id, kind: 'recovery_codes_generated', isCertain: true })
  } else if (isUnknown(answer)) {
    account.areCodesCertain = false
    tell({ says: 'change', user: account.id, kind: 'recovery_codes_generated', isCertain: false })
  }
}

/** Disables two-factor authentication, for a session that is fresh. */
export async function disable(client: Client): Promise<void> {
  const { account, browser, tell } = client
  const answer = await browser.post('/tf-setup', { setup: 'disable' })
  if (answer.status !== 200 && !isUnknown(answer)) return
  const isCertain = answer.status === 200
  tell({ says: 'change', user: account.id, kind: 'two_factor_disabled', isCertain })
  account.areCodesCertain = false
  account.factors = isCertain ? 'none' : 'unsure'
  if (!isCertain) return
  account.recoveryCodes = []
  account.apps = []
  account.enrollments = []
}
