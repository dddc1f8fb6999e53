import { memoryStore } from '@sallyport/adapters-memory'
import { createTwoFactor, keyRing, type Step } from '@sallyport/core'
import { sessions, users } from './host.ts'

export const twoFactor = createTwoFactor({
  policy: { issuer: 'Acme', methods: ['authenticator'], required: true, remember: { days: 7 } },
  store: memoryStore(),
  keys: keyRing(process.env['SALLYPORT_KEYS']), // "k1:…": 32 random bytes in base64url
  findUser: (id) => users.get(id),
})

/** Call this when the password was right. */
export async function afterPassword(userId: string, deviceCookie?: string): Promise<Step> {
  const firstFactor = { amr: ['pwd'], at: Date.now() }
  return finish(await twoFactor.login({ userId, firstFactor, remembered: deviceCookie ?? null }))
}

/** Call this when the user has typed a code. `flow` is the token of the step before. */
export async function afterCode(flow: string, code: string, remember: boolean): Promise<Step> {
  return finish(await twoFactor.send(flow, { type: 'proof_submitted', proof: code, remember }))
}

/** Starts the session when the user is authenticated; whatever else the step says is for the next page. */
function finish(step: Step): Step {
  if (step.outcome?.kind === 'authenticated') {
    const { userId, amr, secondFactorAt } = step.outcome
    sessions.set(userId, { amr, secondFactorAt })
  }
  return step
}
