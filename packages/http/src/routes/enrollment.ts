import type { ClientEvent } from '@sallyport/core'
import { z } from 'zod'
import { type Answer, fail, isFailure, succeed } from '../answer.ts'
import { flagField, lineField } from '../body.ts'
import { type Endpoint, reading, taking } from '../endpoint.ts'
import type { Exchange } from '../exchange.ts'
import { callerOf, noPendingFlow } from '../flows.ts'
import type { Environment } from '../options.ts'
import { type Managing, openFreshSetup, type SetupOpened } from '../reauth.ts'
import { refusalOf } from '../refusals.ts'
import { setupShownResponse } from '../responses.ts'
import { answerDisabled, describeSetup } from './setup.ts'

/** Core's names for what the path names, and what speaks against a change as a whole. */
const names = { enrollment: '', two_factor_required: '' }

/** Makes one change to an enrollment and answers with the setup as it stands then. */
async function change(
  env: Environment,
  { signedIn, step }: Managing<SetupOpened>,
  event: ClientEvent,
): Promise<Answer> {
  const next = await env.twoFactor.send(step.flow, event, { caller: callerOf(signedIn) })
  const failure = refusalOf(next, names)
  if (failure !== null) return failure
  if (next.state === 'disabled') return answerDisabled()
  return next.state === 'managing' ? succeed(describeSetup(next)) : noPendingFlow()
}

const idOf = ({ params }: Exchange): string => params['id'] ?? ''

export const enrollment: Endpoint = {
  PATCH: taking({
    summary: 'Renames an enrollment, or makes it the preferred one: one of the two at a time.',
    body: z.object({ name: lineField.optional(), preferred: flagField.optional() }),
    response: setupShownResponse,
    failures: [400, 401, 503],
    subject: openFreshSetup,
    run: async (env, exchange, { name, preferred }, opened) => {
      const id = idOf(exchange)
      if (name !== undefined && preferred === undefined) {
        return change(env, opened, { type: 'rename_requested', enrollment: id, name })
      }
      if (name === undefined && preferred === true) {
        return change(env, opened, { type: 'preference_requested', enrollment: id })
      }
      return name === undefined && preferred === undefined
        ? fail('field_required', { faults: { name: 'required' } })
        : fail('field_invalid', { faults: { preferred: 'invalid' } })
    },
  }),
  DELETE: reading({
    summary: 'Removes an enrollment; with the last one, two-factor authentication is disabled.',
    response: setupShownResponse.partial(),
    failures: [400, 401, 503],
    run: async (env, exchange) => {
      const opened = await openFreshSetup(env, exchange)
      if (isFailure(opened)) return opened
      return change(env, opened, { type: 'removal_requested', enrollment: idOf(exchange) })
    },
  }),
}
