import { appProof, untilNextStepMs } from './account.ts'
import { type Client, isUnknown, pendingLogin, sendPassword, submit, tellFlow, textOf } from './client.ts'
import { disable, drawRecoveryCodes, enroll, listEnrollments } from './enroll.ts'
import { logIn, recover } from './log-in.ts'
import { isSent, seenNow, sentProof } from './sent-codes.ts'

/** What the owner of an account does next. Each begins in a browser of its own, and may end anywhere. */
type Act = (client: Client, another: () => Client) => Promise<void>

/** Whoever has so few codes makes new ones. */
const FEW_CODES = 4
const MANY_ENROLLMENTS = 3

const justLogIn: Act = async (client) => {
  if (!(await logIn(client))) return
  if (client.account.recoveryCodes.length < FEW_CODES) await drawRecoveryCodes(client)
  if (client.chance.below(3) === 0) await client.browser.post('/logout', {})
}

/** The same code from several tabs at once. */
const logInByTabs: Act = async (client, another) => {
  const [uri] = client.account.apps
  const { enrollments } = client.account
  if (uri === undefined || enrollments.length !== 1 || enrollments[0]?.method !== 'authenticator')
    return justLogIn(client, another)
  const tabs = [client, another(), another()]
  for (const tab of tabs) await sendPassword(tab)
  const proof = appProof(uri, client.now())
  await Promise.all(
    tabs.map(async (tab) => {
      const target = pendingLogin(tab)
      if (target !== null) await submit(tab, target, { ...proof, mustFail: null })
    }),
  )
}

/** Has the browser remembered, comes back with it, and revokes it. */
const beRemembered: Act = async (client) => {
  const { account, browser, tell } = client
  const fault = (what: string): void => tell({ says: 'fault', user: account.id, what })
  if (!(await logIn(client, { remember: true })) || browser.cookie('tf_validity') === null) return
  if ((await browser.post('/logout', {})).status !== 200) return
  const again = await sendPassword(client)
  if (again.status !== 200) return
  if (!('user' in again.response)) fault('L12: a browser that was remembered is asked for a second factor')
  if (account.factors === 'some' && (await browser.get('/tf-setup')).status === 200)
    fault('L9: a remembered browser is fresh enough to change factors')
  if (client.chance.below(2) === 0) return

  const listed = (await browser.get('/tf-devices')).response['devices']
  const devices = Array.isArray(listed) ? (listed as readonly { readonly id: string }[]) : []
  if (devices.length === 0) return
  let areRevoked = true
  for (const { id } of devices) {
    const revoked = await browser.remove(`/tf-devices/${id}`)
    if (revoked.status === 200) tell({ says: 'revoked', user: account.id, device: id })
    else areRevoked = false
  }
  if (!areRevoked || (await browser.post('/logout', {})).status !== 200) return
  const asked = await sendPassword(client)
  if ('user' in asked.response && account.factors === 'some')
    fault('L1: a browser that was revoked logs in without a second factor')
}

const logInByRecoveryCode: Act = async (client) => {
  await sendPassword(client)
  if ((await recover(client)) === 'accepted') await drawRecoveryCodes(client)
}

/** Adds a method or replaces one; of many, one is removed. */
const changeFactors: Act = async (client) => {
  const { account, browser, chance } = client
  if (!(await logIn(client, { isCareful: true }))) return
  await listEnrollments(client, false)
  if (account.enrollments.length >= MANY_ENROLLMENTS) {
    await browser.remove(`/tf-enrollments/${account.enrollments.at(-1)?.id ?? ''}`)
    return listEnrollments(client, false)
  }
  const verdict = await enroll(client, chance.pick(['add', 'replace']))
  await listEnrollments(client, verdict === 'accepted')
}

const disableAndEnroll: Act = async (client, another) => {
  if (!(await logIn(client, { isCareful: true }))) return
  await disable(client)
  await logIn(another(), { isCareful: true })
}

/** Proves a factor again, for something that asks for it. */
const stepUp: Act = async (client) => {
  const { account, browser } = client
  if (!(await logIn(client, { isCareful: true }))) return
  const [enrolled] = account.enrollments
  if (enrolled === undefined) return
  const { method } = enrolled
  const seen = seenNow(client)
  const begun = await browser.post('/verify', { method })
  if (begun.status !== 200) return
  tellFlow(client)
  const pending = pendingLogin(client)
  const uri = account.appOf.get(enrolled.id) ?? account.apps[0]
  if (!isSent(method)) await client.wait(untilNextStepMs(client.now()))
  const shown = uri === undefined ? null : appProof(uri, client.now())
  const proof = isSent(method) ? await sentProof(client, method, seen) : shown
  if (pending === null || proof === null) return
  await submit(client, { ...pending, path: '/verify', prize: 'verified' }, { ...proof, mustFail: null })
}

const ACTS: readonly [Act, ...Act[]] = [
  ...Array<Act>(10).fill(justLogIn),
  logInByTabs,
  logInByTabs,
  beRemembered,
  beRemembered,
  logInByRecoveryCode,
  changeFactors,
  changeFactors,
  disableAndEnroll,
  stepUp,
] as unknown as readonly [Act, ...Act[]]

/** Uses an account until the run is over. */
export async function live(open: () => Client, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const client = open()
    await client.chance.pick(ACTS)(client, open)
    await client.wait(client.chance.below(30_000))
  }
}

/** Guesses at the second factor of accounts whose passwords are known, several guesses at a time. */
export async function attack(
  open: () => Client,
  isOver: () => boolean,
  guess: (client: Client) => string,
): Promise<void> {
  while (!isOver()) {
    const client = open()
    const { account, browser, chance, tell } = client
    const answer = await sendPassword(client)
    if (answer.response['tf_select'] === true)
      await browser.post('/tf-select', { which: chance.pick(['authenticator', 'email', 'sms']) })
    const target = pendingLogin(client)
    if (target !== null && textOf(answer, 'tf_state') !== 'setup_from_login') {
      const guesses = Array.from({ length: 1 + chance.below(4) }, () =>
        submit(client, target, { code: guess(client), secret: 'none', mustFail: 'wrong' }),
      )
      await Promise.all(guesses)
      const setup = await browser.post('/tf-setup', { setup: 'email' })
      if (setup.status === 200 && !isUnknown(setup) && account.factors === 'some')
        tell({
          says: 'fault',
          user: account.id,
          what: 'L1: a password alone begins a setup for a user who has a factor',
        })
    }
    await client.wait(chance.below(240_000))
  }
}
