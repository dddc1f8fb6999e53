import type { Step } from '@sallyport/core'
import { z } from 'zod'
import { type Failure, fail, isFailure, succeed } from '../answer.ts'
import { codeField } from '../body.ts'
import { type Endpoint, reading, taking } from '../endpoint.ts'
import type { Exchange } from '../exchange.ts'
import { noPendingFlow, requirePendingLogin } from '../flows.ts'
import { recoveryOptionsOf } from '../login-answers.ts'
import type { Environment } from '../options.ts'
import { refusalOf } from '../refusals.ts'
import { recoveryOptionsField, userField } from '../responses.ts'
import type { ShownStep } from '../shown-step.ts'
import { submitProof } from './validate.ts'

async function find(env: Environment, exchange: Exchange): Promise<ShownStep | Failure> {
  if (!env.twoFactor.policy.rescue.recoveryCodes) return fail('not_found')
  return requirePendingLogin(env, exchange)
}

/** Whether a flow awaits a recovery code. */
export const awaitsRecoveryCode = (step: Step): boolean =>
  step.state === 'rescuing' && step.challenge?.method === 'recovery_code'

export const recovery: Endpoint = {
  GET: reading({
    summary: 'Whether a recovery code can be used here.',
    response: z.object({ recovery_options: recoveryOptionsField }),
    failures: [400, 404, 503],
    run: async (env, exchange) => {
      const step = await find(env, exchange)
      return isFailure(step) ? step : succeed({ recovery_options: recoveryOptionsOf(env, step) })
    },
  }),
  POST: taking({
    summary: 'Logs in by a recovery code, which is then used up. Remembers no browser.',
    body: z.object({ code: codeField }),
    response: z.object({ user: userField, recovery_codes_left: z.int() }),
    failures: [400, 404, 429, 503],
    subject: find,
    run: async (env, exchange, { code }, pending) => {
      let step: Step = pending
      if (!awaitsRecoveryCode(step)) {
        step = await env.twoFactor.send(pending.flow, { type: 'rescue_requested', option: 'recovery_code' })
        // A user without recovery codes has the same field at fault as one whose code is wrong; the reason tells them apart.
        const failure = refusalOf(step, { option: 'code', rescue_unavailable: 'code' })
        if (failure !== null) return failure
      }
      if (step.state === 'unavailable') return noPendingFlow()
      const answer = await submitProof(env, exchange, step, { code })
      if (answer.kind === 'failure' || !answer.session) return answer
      const left = await env.twoFactor.recoveryCodes.count(answer.session.userId)
      return { ...answer, response: { ...answer.response, recovery_codes_left: left } }
    },
  }),
}
