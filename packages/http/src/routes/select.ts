import { z } from 'zod'
import { type Failure, fail, isFailure, succeed } from '../answer.ts'
import { lineField } from '../body.ts'
import { type Endpoint, reading, taking } from '../endpoint.ts'
import type { Exchange } from '../exchange.ts'
import { noPendingFlow, requirePendingLogin } from '../flows.ts'
import { answerLogin } from '../login-answers.ts'
import type { Environment } from '../options.ts'
import { loginResponse } from '../responses.ts'
import type { ShownStep } from '../shown-step.ts'

/** A pending login with something to choose from. */
type Choosing = Extract<ShownStep, { readonly state: 'selecting' | 'challenging' | 'rescuing' }>

async function find(env: Environment, exchange: Exchange): Promise<Choosing | Failure> {
  const step = await requirePendingLogin(env, exchange)
  if (isFailure(step)) return step
  if (step.state === 'selecting' || step.state === 'challenging' || step.state === 'rescuing') return step
  return step.accepts.length > 0 ? fail('no_pending_flow') : noPendingFlow()
}

export const select: Endpoint = {
  GET: reading({
    summary: 'The methods to choose from.',
    response: loginResponse,
    failures: [400, 503],
    run: async (env, exchange) => {
      const step = await find(env, exchange)
      if (isFailure(step)) return step
      return succeed({
        tf_required: true,
        tf_select: true,
        tf_setup_methods: [...new Set(step.enrollments.map(({ method }) => method))],
        tf_enrollments: step.enrollments.map(({ id, method, name, address }) => ({
          id,
          method,
          name,
          address,
        })),
      })
    },
  }),
  POST: taking({
    summary:
      'Chooses the method to be challenged by; again to switch, to resend, or to come back from a rescue.',
    body: z.object({ which: lineField.describe('A method, or the id of an enrollment.') }),
    response: loginResponse,
    failures: [400, 429, 500, 503],
    subject: find,
    run: async (env, exchange, { which }, { flow }) =>
      answerLogin(env, exchange, await env.twoFactor.send(flow, { type: 'method_selected', method: which })),
  }),
}
