import type { ChallengeView } from '@sallyport/core'
import { z } from 'zod'
import { type Answer, fail, succeed } from '../answer.ts'
import { codeField, flagField } from '../body.ts'
import { type Endpoint, reading, taking } from '../endpoint.ts'
import type { Exchange } from '../exchange.ts'
import { findPendingLogin, noPendingFlow } from '../flows.ts'
import { answerAuthenticated, answerLogin, recoveryOptionsOf } from '../login-answers.ts'
import type { Environment } from '../options.ts'
import { refusalOf } from '../refusals.ts'
import { loginResponse, recoveryOptionsField } from '../responses.ts'
import type { ShownStep } from '../shown-step.ts'

/** The challenge that a flow awaits a code for here. A recovery code has a place of its own. */
function challengeOf(step: ShownStep): ChallengeView | null {
  const challenge = 'challenge' in step ? step.challenge : null
  return challenge?.method === 'recovery_code' ? null : challenge
}

/** Submits a proof to a pending login and answers with its user, or with what is left to try. */
export async function submitProof(
  env: Environment,
  exchange: Exchange,
  step: ShownStep,
  proof: { readonly code: string; readonly remember?: boolean | undefined },
): Promise<Answer> {
  const { code, remember } = proof
  const next = await env.twoFactor.send(step.flow, {
    type: 'proof_submitted',
    proof: code,
    ...(remember === undefined ? {} : { remember }),
  })
  if (next.outcome?.kind === 'authenticated') return answerAuthenticated(env, exchange, next.outcome)
  const failure = refusalOf(next)
  // Inactive or gone since the login began: there is nothing left to go on with.
  if (failure === null || failure.reason === 'inactive') return noPendingFlow()
  const left = 'challenge' in next ? next.challenge?.attemptsLeft : undefined
  const response = {
    ...(left === undefined ? {} : { tf_attempts_left: left }),
    ...(failure.reason === 'locked' ? { recovery_options: recoveryOptionsOf(env, next) } : {}),
  }
  return { ...failure, response: { ...response, ...failure.response } }
}

export const validate: Endpoint = {
  GET: reading({
    summary: 'Where a pending login stands, and the ways of rescue.',
    response: z.object({
      tf_state: z.enum(['ready', 'validating_profile']),
      tf_method: z.string(),
      recovery_options: recoveryOptionsField,
    }),
    failures: [400, 503],
    run: async (env, exchange) => {
      const step = await findPendingLogin(env, exchange)
      if (step === null) return noPendingFlow()
      // The flow is alive, elsewhere: a GET takes nothing from the browser.
      const challenge = challengeOf(step)
      if (challenge === null) return { ...noPendingFlow(), flow: step.flow }
      return succeed({
        tf_state: step.state === 'enrolling' ? 'validating_profile' : 'ready',
        tf_method: challenge.method,
        recovery_options: recoveryOptionsOf(env, step),
      })
    },
  }),
  POST: taking({
    summary: 'Proves the second factor, and logs in; or has a new code sent.',
    body: z.object({
      code: codeField.optional().describe('Needed, unless `resend` is set.'),
      remember: flagField.optional(),
      resend: flagField.optional().describe('Sends a new code; `code` is then not looked at.'),
    }),
    response: loginResponse.partial(),
    failures: [400, 429, 500, 503],
    subject: async (env, exchange) => {
      const step = await findPendingLogin(env, exchange)
      if (step === null || challengeOf(step) !== null) return step ?? noPendingFlow()
      // From a rescue there is a way back, by /tf-select; from another state there is none here.
      return step.state === 'rescuing' ? { ...noPendingFlow(), flow: step.flow } : noPendingFlow()
    },
    run: async (env, exchange, { code, remember, resend = false }, step) => {
      if (resend) {
        return answerLogin(env, exchange, await env.twoFactor.send(step.flow, { type: 'resend_requested' }))
      }
      if (code === undefined) return fail('field_required', { faults: { code: 'required' } })
      return submitProof(env, exchange, step, { code, remember })
    },
  }),
}
