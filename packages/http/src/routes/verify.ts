import type { Caller, Step } from '@sallyport/core'
import { z } from 'zod'
import { type Answer, type Failure, fail, isFailure, succeed } from '../answer.ts'
import { codeField, flagField, lineField, textField } from '../body.ts'
import { type Endpoint, reading, taking } from '../endpoint.ts'
import type { Exchange, SignedIn } from '../exchange.ts'
import { checkFirstFactor } from '../first-factor.ts'
import { callerOf, noPendingFlow, viewFlow } from '../flows.ts'
import { renewSession } from '../login-answers.ts'
import type { Environment } from '../options.ts'
import { reauthMethodsOf, reauthRequired, viewSetup } from '../reauth.ts'
import { refusalOf } from '../refusals.ts'
import { loginResponse, userField } from '../responses.ts'
import type { ShownStep } from '../shown-step.ts'
import { awaitsRecoveryCode } from './recovery.ts'

async function requireSession(_env: Environment, { signedIn }: Exchange): Promise<SignedIn | Failure> {
  return signedIn ?? fail('not_signed_in')
}

/** The step-up that is under way for the session; null: none is. */
async function findStepUp(env: Environment, exchange: Exchange, caller: Caller): Promise<ShownStep | null> {
  const pending = await viewFlow(env.twoFactor, exchange.flow, caller)
  return pending?.kind === 'step_up' && pending.accepts.length > 0 ? pending : null
}

/** Begins a step-up by one method, or switches the one that is under way to it. */
async function begin(
  env: Environment,
  exchange: Exchange,
  signedIn: SignedIn,
  method: string,
): Promise<Answer> {
  const caller = callerOf(signedIn)
  const pending = await findStepUp(env, exchange, caller)
  let step = pending ?? (await env.twoFactor.stepUp({ caller }))
  const isAsked = pending === null && step.state === 'challenging' && step.challenge.method === method
  if (!isAsked && step.accepts.length > 0) {
    const event =
      method === 'recovery_code'
        ? ({ type: 'rescue_requested', option: method } as const)
        : ({ type: 'method_selected', method } as const)
    step = await env.twoFactor.send(step.flow, event, { caller })
  }
  return answerPending(step)
}

/** Sends the code of the step-up that is under way again, as a new one. */
async function resendCode(env: Environment, exchange: Exchange, signedIn: SignedIn): Promise<Answer> {
  const caller = callerOf(signedIn)
  const pending = await findStepUp(env, exchange, caller)
  if (pending === null) return noPendingFlow()
  return answerPending(await env.twoFactor.send(pending.flow, { type: 'resend_requested' }, { caller }))
}

/** Where a step-up stands that awaits a proof. */
function answerPending(step: Step): Answer {
  const failure = refusalOf(step, { method: 'method', option: 'method', rescue_unavailable: 'method' })
  const kept = step.accepts.length > 0 ? { flow: step.flow } : {}
  if (failure !== null) return { ...failure, ...kept, response: { ...failure.response, ...tokenOf(step) } }
  if (!('challenge' in step) || step.challenge === null) return noPendingFlow()
  return succeed({ tf_state: 'ready', tf_method: step.challenge.method, ...tokenOf(step) }, kept)
}

const tokenOf = (step: { readonly accepts: readonly string[]; readonly flow: string }) =>
  step.accepts.length > 0 ? { tf_flow_token: step.flow } : {}

/** There is nothing left to prove, and no step-up under way. */
const verified = { response: {}, flow: null } as const

/** Completes a step-up: the session is fresh from then on. */
async function complete(
  env: Environment,
  exchange: Exchange,
  signedIn: SignedIn,
  proof: { readonly code: string; readonly isRecovery: boolean },
): Promise<Answer> {
  const caller = callerOf(signedIn)
  const pending = await findStepUp(env, exchange, caller)
  if (pending === null) return noPendingFlow()
  const field = proof.isRecovery ? 'recovery_code' : 'code'
  const names = { proof: field, option: field, proof_rejected: field, proof_malformed: field }
  if (proof.isRecovery !== awaitsRecoveryCode(pending)) {
    if (!proof.isRecovery) return fail('event_not_accepted', { field })
    const event = { type: 'rescue_requested', option: 'recovery_code' } as const
    const failure = refusalOf(await env.twoFactor.send(pending.flow, event, { caller }), names)
    if (failure !== null) return failure
  }
  const event = { type: 'proof_submitted', proof: proof.code } as const
  const next = await env.twoFactor.send(pending.flow, event, { caller })
  if (next.outcome?.kind === 'verified') {
    const { amr, secondFactorAt } = next.outcome
    return renewSession(env, exchange, signedIn, { amr, secondFactorAt }, verified)
  }
  const failure = refusalOf(next, names) ?? noPendingFlow()
  const left = 'challenge' in next ? next.challenge?.attemptsLeft : undefined
  return { ...failure, response: left === undefined ? {} : { tf_attempts_left: left } }
}

/** A password takes the place of the first factor, where {@link reauthMethodsOf} says that this is of use. */
async function byPassword(
  env: Environment,
  exchange: Exchange,
  signedIn: SignedIn,
  password: string,
): Promise<Answer> {
  const viewed = await viewSetup(env, exchange)
  if (isFailure(viewed)) return viewed
  if (!reauthMethodsOf(signedIn.session, viewed.step).includes('password')) return reauthRequired(viewed)
  const found = await checkFirstFactor(env, 'password', env.identityOf(signedIn.user), password)
  if (found?.userId !== signedIn.session.userId) return fail('credentials_invalid', { field: 'password' })
  const { amr = ['pwd'], channel = null } = found
  const proven = { amr, firstFactorAt: exchange.at, firstFactorChannel: channel }
  return renewSession(env, exchange, signedIn, proven, verified)
}

export const verify: Endpoint = {
  GET: reading({
    summary: 'Who is logged in, and what can make the session fresh.',
    response: z.object({ user: userField, methods: z.array(z.string()) }),
    failures: [401, 503],
    run: async (env, exchange) => {
      const viewed = await viewSetup(env, exchange)
      if (isFailure(viewed)) return viewed
      const { signedIn, step } = viewed
      return succeed({
        user: env.toUserView(signedIn.user),
        methods: reauthMethodsOf(signedIn.session, step),
      })
    },
  }),
  POST: taking({
    summary: 'Proves a factor again: first the method, then its code; or a recovery code, or the password.',
    body: z.object({
      method: lineField.optional(),
      code: codeField.optional(),
      recovery_code: codeField.optional(),
      password: textField.optional(),
      resend: flagField.optional().describe('Sends the code of the method again, as a new one.'),
    }),
    response: loginResponse.extend({ tf_required: z.boolean().optional() }),
    failures: [400, 401, 429, 500, 503],
    subject: requireSession,
    run: async (env, exchange, fields, signedIn) => {
      const { method, code, recovery_code: recoveryCode, password, resend = false } = fields
      if (resend) return resendCode(env, exchange, signedIn)
      if (code !== undefined) return complete(env, exchange, signedIn, { code, isRecovery: false })
      if (recoveryCode !== undefined) {
        return complete(env, exchange, signedIn, { code: recoveryCode, isRecovery: true })
      }
      if (password !== undefined) return byPassword(env, exchange, signedIn, password)
      if (method !== undefined) return begin(env, exchange, signedIn, method)
      return fail('field_required', { faults: { method: 'required' } })
    },
  }),
}
