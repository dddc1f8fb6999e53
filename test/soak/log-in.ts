import { appProof, appsFor, keepApp, untilNextStepMs, wrongCode } from './account.ts'
import { type Client, pendingLogin, sendPassword, submit, type Target, tellFlow, textOf } from './client.ts'
import { enroll, listEnrollments } from './enroll.ts'
import { isSent, type Seen, seenNow, sentProof } from './sent-codes.ts'
import type { ProofAnswer } from './told.ts'

/** What goes wrong on the way, and how often: a number without a name is a login without a mistake. */
const MISTAKES = {
  none: 12,
  wrong: 3,
  wrong_until_denied: 1,
  replay: 2,
  late: 1,
  malformed: 1,
  resend: 2,
  switch: 1,
  rescue_mail: 1,
  help: 1,
  restart: 1,
  vanish: 1,
  hang_up: 1,
} as const

type Mistake = keyof typeof MISTAKES

const mistakes = Object.entries(MISTAKES).flatMap(([name, weight]) =>
  Array<Mistake>(weight).fill(name as Mistake),
) as unknown as readonly [Mistake, ...Mistake[]]

/** Longer than any code is good for, by the clock of the servers. */
const LATE_MS = 310_000
const RESEND_MS = 31_000

/** Of the right form, and drawn by nobody. */
const NO_RECOVERY_CODE = 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA'

export interface LogInOptions {
  readonly remember?: boolean
  /** Does only what is right. */
  readonly isCareful?: boolean
}

/** Logs in, perhaps with a mistake on the way. */
export async function logIn(
  client: Client,
  { remember, isCareful = false }: LogInOptions = {},
): Promise<boolean> {
  const { account, browser, chance } = client
  const mistake = isCareful ? 'none' : chance.pick(mistakes)
  const seen = seenNow(client)
  let answer = await sendPassword(client, remember === undefined ? {} : { remember })
  if (mistake === 'restart') answer = await sendPassword(client)
  let enrollment = account.enrollments.length === 1 ? (account.enrollments[0]?.id ?? null) : null
  if (answer.response['tf_select'] === true) {
    const choices = answer.response['tf_enrollments'] as readonly [{ id: string }, ...{ id: string }[]] // there are several
    enrollment = chance.pick(choices).id
    answer = await browser.post('/tf-select', { which: enrollment })
    tellFlow(client)
  }
  if ('user' in answer.response) return true
  if (textOf(answer, 'tf_state') === 'setup_from_login') return enrollNow(client)
  const isLocked = answer.reason === 'locked'
  if (isLocked && chance.below(2) === 0) return (await recover(client)) === 'accepted'
  const method = textOf(answer, 'tf_method')
  const target = pendingLogin(client)
  if (isLocked || target === null || method === null || mistake === 'vanish') return false
  return prove(client, target, { method, enrollment, seen, mistake, remember })
}

async function enrollNow(client: Client): Promise<boolean> {
  const verdict = await enroll(client, null)
  if (verdict === 'accepted') await listEnrollments(client, true)
  return verdict === 'accepted'
}

interface Proving {
  readonly method: string
  readonly enrollment: string | null
  /** How many codes there were before the login. */
  readonly seen: Seen
  readonly mistake: Mistake
  readonly remember: boolean | undefined
}

async function prove(client: Client, target: Target, proving: Proving): Promise<boolean> {
  const { account, chance, inbox } = client
  const { method, mistake } = proving
  const wrong = () =>
    ({ code: wrongCode(account, inbox, client.now()), secret: 'none', mustFail: 'wrong' }) as const
  switch (mistake) {
    case 'wrong':
      await submit(client, target, wrong())
      break
    case 'wrong_until_denied':
      for (let sent = 0; sent < 6; sent += 1)
        if ((await submit(client, target, wrong())) !== 'rejected') return false
      break
    case 'malformed':
      await submit(client, target, { code: 'no code', secret: 'none', mustFail: 'wrong' })
      break
    case 'replay':
      if (account.lastAccepted !== null)
        await submit(client, target, { ...account.lastAccepted, mustFail: null })
      break
    case 'late':
      return proveLate(client, target, proving)
    case 'resend':
      return proveResent(client, target, proving)
    case 'switch':
      await submit(client, { ...target, path: '/mf-recovery' }, { ...wrong(), code: NO_RECOVERY_CODE })
      await client.browser.post('/tf-select', { which: proving.enrollment ?? method })
      break
    case 'help':
      await client.browser.post('/tf-rescue', { help_setup: 'help' })
      break
    case 'rescue_mail':
      return rescueByMail(client, target)
    default:
      break
  }
  const verdict = await proveRightly(client, target, {
    ...proving,
    ...(mistake === 'hang_up' ? { givesUpAfterMs: chance.below(12) } : {}),
  })
  return verdict === 'accepted'
}

/** Sends what is right, as far as the user knows. */
async function proveRightly(
  client: Client,
  target: Target,
  { method, enrollment, seen, remember, givesUpAfterMs }: Proving & { readonly givesUpAfterMs?: number },
): Promise<ProofAnswer | null> {
  const { account } = client
  const options = {
    mustFail: null,
    ...(remember === undefined ? {} : { remember }),
    ...(givesUpAfterMs === undefined ? {} : { givesUpAfterMs }),
  }
  if (isSent(method)) {
    const proof = await sentProof(client, method, seen)
    return proof === null ? null : submit(client, target, { ...proof, ...options })
  }
  let verdict: ProofAnswer | null = null
  for (const uri of appsFor(account, enrollment)) {
    // An app's code is good once: whoever has just used it waits for the next.
    if (appProof(uri, client.now()).secret === account.lastAccepted?.secret)
      await client.wait(untilNextStepMs(client.now()))
    verdict = await submit(client, target, { ...appProof(uri, client.now()), ...options })
    if (verdict === 'accepted' && enrollment === null) keepApp(account, uri)
    if (verdict !== 'rejected') return verdict
  }
  return verdict
}

async function proveLate(
  client: Client,
  target: Target,
  { method, seen, enrollment }: Proving,
): Promise<boolean> {
  const [uri = null] = appsFor(client.account, enrollment)
  const shown = uri === null ? null : appProof(uri, client.now())
  const proof = isSent(method) ? await sentProof(client, method, seen) : shown
  if (proof === null || !(await client.wait(LATE_MS))) return false
  return (await submit(client, target, { ...proof, mustFail: 'late' })) === 'accepted'
}

/** Asks for a second code, tries the first, and proves by the second. */
async function proveResent(client: Client, target: Target, proving: Proving): Promise<boolean> {
  const { method, enrollment } = proving
  if (!isSent(method)) return (await proveRightly(client, target, proving)) === 'accepted'
  const first = await sentProof(client, method, proving.seen)
  await client.wait(RESEND_MS)
  const seen = seenNow(client)
  const again = await client.browser.post('/tf-select', { which: enrollment ?? method })
  if (again.status === 200 && first !== null) {
    const second = await sentProof(client, method, seen)
    if (second !== null && second.code !== first.code)
      await submit(client, target, { ...first, mustFail: 'void' })
  }
  return (await proveRightly(client, target, { ...proving, seen })) === 'accepted'
}

async function rescueByMail(client: Client, target: Target): Promise<boolean> {
  const seen = seenNow(client)
  const answer = await client.browser.post('/tf-rescue', { help_setup: 'email' })
  if (answer.status !== 200) return false
  const proof = await sentProof(client, 'email', seen)
  return proof !== null && (await submit(client, target, { ...proof, mustFail: null })) === 'accepted'
}

/** Logs in by a recovery code, which is gone then whatever the answer. */
export async function recover(client: Client): Promise<ProofAnswer | null> {
  const { account, tell } = client
  const [code, ...left] = account.recoveryCodes
  const pending = pendingLogin(client)
  if (code === undefined || pending === null) return null
  const target: Target = { ...pending, path: '/mf-recovery' }
  const verdict = await submit(client, target, { code, secret: code, mustFail: null })
  if (verdict === 'rejected' && account.areCodesCertain)
    tell({
      says: 'fault',
      user: account.id,
      what: 'L12: a recovery code that was told and never used is rejected',
    })
  if (verdict === 'accepted' || verdict === 'unknown' || verdict === 'rejected') account.recoveryCodes = left
  return verdict
}
