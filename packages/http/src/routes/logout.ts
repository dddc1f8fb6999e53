import { succeed } from '../answer.ts'
import { type Endpoint, reading } from '../endpoint.ts'
import { callerOf, viewFlow } from '../flows.ts'
import { emptyResponse } from '../responses.ts'

export const logout: Endpoint = {
  POST: reading({
    summary: 'Ends the session and any pending flow. A remembered browser stays remembered.',
    response: emptyResponse,
    failures: [400, 503],
    run: async (env, { flow, signedIn }) => {
      const options = signedIn === null ? {} : { caller: callerOf(signedIn) }
      const step = await viewFlow(env.twoFactor, flow, options.caller)
      if (step !== null && step.accepts.length > 0) await env.twoFactor.cancel(step.flow, options)
      return succeed({}, { session: null, flow: null })
    },
  }),
}
