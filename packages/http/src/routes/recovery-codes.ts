import { z } from 'zod'
import { fail, isFailure, succeed } from '../answer.ts'
import { type Endpoint, reading } from '../endpoint.ts'
import { callerOf } from '../flows.ts'
import type { Environment } from '../options.ts'
import { openFreshSetup, viewFreshSetup } from '../reauth.ts'
import { refusalOf } from '../refusals.ts'

/** Where the policy has no recovery codes, there is nothing here. */
function areOff({ twoFactor }: Environment): boolean {
  return !twoFactor.policy.rescue.recoveryCodes
}

export const recoveryCodes: Endpoint = {
  GET: reading({
    summary: 'How many recovery codes are left, and the codes where the policy shows them again.',
    response: z.object({ recovery_codes_left: z.int(), recovery_codes: z.array(z.string()).optional() }),
    failures: [401, 404, 503],
    run: async (env, exchange) => {
      if (areOff(env)) return fail('not_found')
      const viewed = await viewFreshSetup(env, exchange)
      if (isFailure(viewed)) return viewed
      const { recoveryCodesLeft, recoveryCodes: codes } = viewed.step
      const shown = codes === null ? {} : { recovery_codes: codes }
      return succeed({ recovery_codes_left: recoveryCodesLeft ?? 0, ...shown })
    },
  }),
  POST: reading({
    summary: 'New recovery codes, shown once. The old ones are void.',
    response: z.object({ recovery_codes: z.array(z.string()) }),
    failures: [400, 401, 404, 503],
    run: async (env, exchange) => {
      if (areOff(env)) return fail('not_found')
      const viewed = await viewFreshSetup(env, exchange)
      if (isFailure(viewed)) return viewed
      const opened = await openFreshSetup(env, viewed)
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
