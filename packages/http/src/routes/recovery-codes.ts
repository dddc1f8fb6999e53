import { z } from 'zod'
import { type Failure, fail, isFailure, succeed } from '../answer.ts'
import { type Endpoint, reading } from '../endpoint.ts'
import type { Exchange } from '../exchange.ts'
import { callerOf } from '../flows.ts'
import type { Environment } from '../options.ts'
import { type Managing, openFreshSetup } from '../reauth.ts'
import { refusalOf } from '../refusals.ts'

async function open(env: Environment, exchange: Exchange): Promise<Managing | Failure> {
  if (!env.twoFactor.policy.rescue.recoveryCodes) return fail('not_found')
  return openFreshSetup(env, exchange)
}

export const recoveryCodes: Endpoint = {
  GET: reading({
    summary: 'How many recovery codes are left, and the codes where the policy shows them again.',
    response: z.object({ recovery_codes_left: z.int(), recovery_codes: z.array(z.string()).optional() }),
    failures: [401, 404, 503],
    run: async (env, exchange) => {
      const opened = await open(env, exchange)
      if (isFailure(opened)) return opened
      const { recoveryCodesLeft, recoveryCodes: codes } = opened.step
      const shown = codes === null ? {} : { recovery_codes: codes }
      return succeed({ recovery_codes_left: recoveryCodesLeft ?? 0, ...shown })
    },
  }),
  POST: reading({
    summary: 'New recovery codes, shown once. The old ones are void.',
    response: z.object({ recovery_codes: z.array(z.string()) }),
    failures: [400, 401, 404, 503],
    run: async (env, exchange) => {
      const opened = await open(env, exchange)
      if (isFailure(opened)) return opened
      const { step, signedIn } = opened
      const event = { type: 'recovery_codes_requested' } as const
      const next = await env.twoFactor.send(step.flow, event, { caller: callerOf(signedIn) })
      const codes = next.state === 'managing' ? next.recoveryCodes : null
      return codes !== null && next.refusal === null
        ? succeed({ recovery_codes: codes })
        : (refusalOf(next) ?? fail('internal_error'))
    },
  }),
}
