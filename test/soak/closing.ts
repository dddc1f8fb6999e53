import { appProof, appsFor } from './account.ts'
import { type Client, pendingLogin, sendPassword, submit, textOf } from './client.ts'
import { recover } from './log-in.ts'
import { isSent, seenNow, sentProof } from './sent-codes.ts'

/** How an account was left. */
export type Closing = 'logged_in' | 'nothing_enrolled' | 'locked' | 'unanswered'

/**
 * Logs in a last time, days later, with what its owner was told is in force (L12): nobody disturbs it, and every lock
 * that has an end is over.
 */
export async function logInAtLast(client: Client): Promise<Closing> {
  const { account, browser, tell } = client
  const fault = (what: string): Closing => {
    tell({ says: 'fault', user: account.id, what: `L12: ${what}` })
    return 'unanswered'
  }
  const seen = seenNow(client)
  let answer = await sendPassword(client)
  let enrollment: string | null = null
  if (answer.response['tf_select'] === true) {
    const choices = answer.response['tf_enrollments'] as readonly {
      readonly id: string
      readonly method: string
    }[]
    enrollment = (choices.find(({ id }) => account.appOf.has(id)) ?? choices[0])?.id ?? ''
    answer = await browser.post('/tf-select', { which: enrollment })
  }
  const isBare = 'user' in answer.response || textOf(answer, 'tf_state') === 'setup_from_login'
  if (isBare)
    return account.factors === 'some' ? fault('a second factor that was told is gone') : 'nothing_enrolled'
  if (answer.reason === 'locked') {
    const verdict = await recover(client)
    return verdict === 'accepted' ? 'logged_in' : 'locked'
  }
  const method = textOf(answer, 'tf_method')
  const target = pendingLogin(client)
  if (method === null || target === null)
    return fault(`a login is answered ${answer.status} ${answer.reason}`)
  if (!isSent(method)) {
    for (const uri of appsFor(account, enrollment)) {
      const verdict = await submit(client, target, { ...appProof(uri, client.now()), mustFail: null })
      if (verdict === 'accepted') return 'logged_in'
    }
    return fault('no app that was told to be in force logs in')
  }
  const proof = await sentProof(client, method, seen)
  if (proof === null) return fault('no code arrives')
  const verdict = await submit(client, target, { ...proof, mustFail: null })
  return verdict === 'accepted' ? 'logged_in' : fault(`the code that arrived is ${verdict}`)
}
