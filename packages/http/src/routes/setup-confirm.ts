import { z } from 'zod'
import { type Failure, fail } from '../answer.ts'
import { codeField } from '../body.ts'
import { type Endpoint, taking } from '../endpoint.ts'
import type { Exchange } from '../exchange.ts'
import { callerOf, viewFlow } from '../flows.ts'
import { renewSession } from '../login-answers.ts'
import type { Environment } from '../options.ts'
import { reauthRequired, viewSetup } from '../reauth.ts'
import { refusalOf } from '../refusals.ts'
import { userField } from '../responses.ts'
import type { ShownStep } from '../shown-step.ts'

/** The setup that a token names, where it is one of this user's. */
async function find(env: Environment, exchange: Exchange): Promise<ShownStep | Failure> {
  const { signedIn, params } = exchange
  if (signedIn === null) return fail('not_signed_in')
  const step = await viewFlow(env.twoFactor, params['token'] ?? null, callerOf(signedIn))
  if (step === null || step.kind !== 'setup') return fail('setup_token_invalid')
  if (step.state === 'expired') return fail('setup_expired')
  if (step.state !== 'enrolling') return fail(step.accepts.length > 0 ? 'setup_token_invalid' : 'flow_ended')
  return step
}

export const setupConfirm: Endpoint = {
  POST: taking({
    summary: 'Confirms a change of methods by a code of the new one. Works without cookies.',
    body: z.object({ code: codeField }),
    response: z.object({
      tf_method: z.string(),
      tf_primary_method: z.string().nullable(),
      user: userField,
      tf_phone: z.string().nullable().describe('Masked; null where the method sends no texts.'),
    }),
    failures: [400, 401, 429, 503],
    subject: find,
    run: async (env, exchange, { code }, step) => {
      const { signedIn } = exchange
      const challenge = 'challenge' in step ? step.challenge : null
      if (signedIn === null || challenge === null) return fail('setup_token_invalid')
      const caller = callerOf(signedIn)
      const next = await env.twoFactor.send(step.flow, { type: 'proof_submitted', proof: code }, { caller })
      if (next.state === 'expired') return fail('setup_expired')
      if (next.outcome?.kind === 'changed') {
        const { enrollments, preferred } = await env.twoFactor.users.get(caller.userId)
        const response = {
          tf_method: challenge.method,
          tf_primary_method: enrollments.find(({ id }) => id === preferred)?.method ?? null,
          tf_phone: challenge.method === 'sms' ? challenge.address : null,
        }
        // The proof of the new method is one of a second factor: recovery codes can be made at once.
        const { amr, secondFactorAt } = next.outcome
        return renewSession(env, exchange, signedIn, { amr, secondFactorAt }, { response })
      }
      const failure = refusalOf(next) ?? fail('setup_token_invalid')
      if (failure.reason === 'reauth_required') {
        const viewed = await viewSetup(env, exchange)
        return 'step' in viewed ? reauthRequired(viewed.step) : viewed
      }
      const left = 'challenge' in next ? next.challenge?.attemptsLeft : undefined
      const { flow: _flow, ...kept } = failure // the browser's flow is another one
      return { ...kept, response: left === undefined ? {} : { tf_attempts_left: left } }
    },
  }),
}
