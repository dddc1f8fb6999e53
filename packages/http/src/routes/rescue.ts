import type { RescueOption } from '@sallyport/core'
import { z } from 'zod'
import { fail, succeed } from '../answer.ts'
import { lineField } from '../body.ts'
import { type Endpoint, reading, taking } from '../endpoint.ts'
import { findPendingLogin, noPendingFlow, requirePendingLogin } from '../flows.ts'
import { answerLogin, pendingFields, recoveryOptionsOf } from '../login-answers.ts'
import { loginResponse, recoveryOptionsField } from '../responses.ts'

export const rescue: Endpoint = {
  GET: reading({
    summary: 'The ways in for a user who has lost a factor.',
    response: z.object({ recovery_options: recoveryOptionsField }),
    failures: [400, 503],
    run: async (env, exchange) => {
      const step = await findPendingLogin(env, exchange)
      if (step === null) return noPendingFlow()
      return succeed({ recovery_options: recoveryOptionsOf(env, step) })
    },
  }),
  POST: taking({
    summary: 'Takes one of the ways: a mailed code, a call for help, or a recovery code.',
    body: z.object({ help_setup: lineField.describe('`email`, `help` or `recovery_code`.') }),
    response: loginResponse.extend({ tf_required: z.boolean().optional() }),
    failures: [400, 429, 500, 503],
    subject: requirePendingLogin,
    run: async (env, exchange, { help_setup: asked }, step) => {
      const offered: readonly string[] = 'rescueOptions' in step ? step.rescueOptions : []
      if (!offered.includes(asked)) return fail('rescue_unavailable', { field: 'help_setup' })
      if (asked === 'recovery_code') return succeed({ recovery_options: recoveryOptionsOf(env, step) })
      const option = asked as RescueOption // it is one of those that were offered
      const next = await env.twoFactor.send(step.flow, { type: 'rescue_requested', option })
      const answer = await answerLogin(env, exchange, next)
      if (answer.kind === 'failure') return answer
      return {
        ...answer,
        response: { ...pendingFields(env, next), recovery_options: recoveryOptionsOf(env, next) },
      }
    },
  }),
}
