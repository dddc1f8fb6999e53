import type { Host } from './host.ts'
import { NotAsNarrated } from './narrator.ts'
import type { Session } from './walk.ts'

/** Logs Ana in by her preferred method, if she has one: the session that a host would keep. */
export async function signIn(host: Host): Promise<Session> {
  const { twoFactor, user, clock } = host
  const firstFactorAt = clock.now()
  let step = await twoFactor.login({ userId: user.id, firstFactor: { amr: ['pwd'], at: firstFactorAt } })
  if (step.state === 'selecting') {
    const [preferred] = step.enrollments
    const method = preferred?.id ?? ''
    step = await twoFactor.send(step.flow, { type: 'method_selected', method })
  }
  if (step.state === 'challenging') {
    const proof = codeOf(host, step.challenge.method)
    step = await twoFactor.send(step.flow, { type: 'proof_submitted', proof })
  }
  if (step.outcome?.kind !== 'authenticated') throw new NotAsNarrated('Ana could not log in')
  const { userId, firstFactorChannel, secondFactorAt } = step.outcome
  return { userId, firstFactorAt, firstFactorChannel, secondFactorAt }
}

function codeOf(host: Host, method: string): string {
  if (method === 'email') return host.mailedCode()
  return method === 'sms' ? host.textedCode() : host.appCode()
}
