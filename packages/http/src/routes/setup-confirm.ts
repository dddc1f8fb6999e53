import type { Caller, ChallengeView } from '@sallyport/core'
import { z } from 'zod'
import { type Answer, type Failure, fail } from '../answer.ts'
import { codeField, flagField } from '../body.ts'
import { type Endpoint, taking } from '../endpoint.ts'
import type { Exchange, SignedIn } from '../exchange.ts'
import { callerOf, viewFlow } from '../flows.ts'
import { renewSession } from '../login-answers.ts'
import type { Environment } from '../options.ts'
import { reauthRequired, viewSetup } from '../reauth.ts'
import { refusalOf } from '../refusals.ts'
import { userField } from '../responses.ts'
import type { ShownStep } from '../shown-step.ts'
import { answerBegun } from './setup.ts'

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

/** Sends the code of the new method again, as a new one. */
async function resend(env: Environment, exchange: Exchange, caller: Caller, flow: string): Promise<Answer> {
  const next = await env.twoFactor.send(flow, { type: 'resend_requested' }, { caller })
  if (next.state === 'expired') return fail('setup_expired')
  return ofSetup(env, exchange, answerBegun(exchange, next))
}

/** Proves the new method. */
async function confirm(
  env: Environment,
  exchange: Exchange,
  {
    signedIn,
    flow,
    challenge,
  }: { readonly signedIn: SignedIn; readonly flow: string; readonly challenge: ChallengeView },
  code: string,
): Promise<Answer> {
  const caller = callerOf(signedIn)
  const next = await env.twoFactor.send(flow, { type: 'proof_submitted', proof: code }, { caller })
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
  const left = 'challenge' in next ? next.challenge?.attemptsLeft : undefined
  return ofSetup(env, exchange, {
    ...failure,
    response: left === undefined ? {} : { tf_attempts_left: left },
  })
}

/** An answer about a setup: the flow in the browser's cookie is another one, and stays. */
async function ofSetup(
  env: Environment,
  exchange: Exchange,
  { flow: _flow, ...answer }: Answer,
): Promise<Answer> {
  if (answer.kind === 'success' || answer.reason !== 'reauth_required') return answer
  const viewed = await viewSetup(env, exchange)
  return 'step' in viewed ? reauthRequired(viewed) : viewed
}

export const setupConfirm: Endpoint = {
  POST: taking({
    summary:
      'Confirms a change of methods by a code of the new one, or has a new code sent. Works without cookies.',
    body: z.object({
      code: codeField.optional().describe('Needed, unless `resend` is set.'),
      resend: flagField.optional().describe('Sends a new code; `code` is then not looked at.'),
    }),
    response: z.object({
      tf_method: z.string(),
      tf_primary_method: z.string().nullable(),
      user: userField.optional(),
      tf_phone: z.string().nullable().optional().describe('Masked; null where the method sends no texts.'),
      tf_state: z.literal('validating_profile').optional().describe('Set where a new code was sent.'),
      tf_state_token: z.string().optional(),
      tf_phone_number: z.string().nullable().optional().describe('Masked.'),
    }),
    failures: [400, 401, 429, 500, 503],
    subject: find,
    run: async (env, exchange, { code, resend: isResend = false }, step) => {
      const { signedIn } = exchange
      const challenge = 'challenge' in step ? step.challenge : null
      if (signedIn === null || challenge === null) return fail('setup_token_invalid')
      if (isResend) return resend(env, exchange, callerOf(signedIn), step.flow)
      if (code === undefined) return fail('field_required', { faults: { code: 'required' } })
      return confirm(env, exchange, { signedIn, flow: step.flow, challenge }, code)
    },
  }),
}
