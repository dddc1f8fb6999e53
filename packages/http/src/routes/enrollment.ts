import type { ClientEvent } from '@sallyport/core'
import { z } from 'zod'
import { type Answer, type Failure, fail, isFailure, succeed } from '../answer.ts'
import { flagField, lineField } from '../body.ts'
import { type Endpoint, reading, taking } from '../endpoint.ts'
import type { Exchange } from '../exchange.ts'
import { callerOf, noPendingFlow } from '../flows.ts'
import type { Environment } from '../options.ts'
import { type Managing, openFreshSetup, viewFreshSetup } from '../reauth.ts'
import { refusalOf } from '../refusals.ts'
import { setupShownResponse } from '../responses.ts'
import { answerDisabled, describeSetup } from './setup.ts'

/** Core's names for what the path names, and what speaks against a change as a whole. */
const names = { enrollment: '', two_factor_required: '' }

/** Makes one change to an enrollment and answers with the setup as it stands then. */
async function change(env: Environment, viewed: Managing, event: ClientEvent): Promise<Answer> {
  const opened = await openFreshSetup(env, viewed)
  if (isFailure(opened)) return opened
  const { signedIn, step } = opened
  const next = await env.twoFactor.send(step.flow, event, { caller: callerOf(signedIn) })
  const failure = refusalOf(next, names)
  if (failure !== null) return failure
  if (next.state === 'disabled') return answerDisabled()
  return next.state === 'managing' ? succeed(describeSetup(next)) : noPendingFlow()
}

const idOf = ({ params }: Exchange): string => params['id'] ?? ''

/** The one change that was asked for. */
function eventOf(
  id: string,
  { name, preferred }: { readonly name?: string | undefined; readonly preferred?: boolean | undefined },
): ClientEvent | Failure {
  if (name !== undefined && preferred === undefined) return { type: 'rename_requested', enrollment: id, name }
  if (name === undefined && preferred === true) return { type: 'preference_requested', enrollment: id }
  return name === undefined && preferred === undefined
    ? fail('field_required', { faults: { name: 'required' } })
    : fail('field_invalid', { faults: { preferred: 'invalid' } })
}

export const enrollment: Endpoint = {
  PATCH: taking({
    summary: 'Renames an enrollment, or makes it the preferred one: one of the two at a time.',
    body: z.object({ name: lineField.optional(), preferred: flagField.optional() }),
    response: setupShownResponse,
    failures: [400, 401, 503],
    subject: viewFreshSetup,
    run: async (env, exchange, fields, viewed) => {
      const event = eventOf(idOf(exchange), fields)
      return isFailure(event) ? event : change(env, viewed, event)
    },
  }),
  DELETE: reading({
    summary: 'Removes an enrollment; with the last one, two-factor authentication is disabled.',
    response: setupShownResponse.partial(),
    failures: [400, 401, 503],
    run: async (env, exchange) => {
      const viewed = await viewFreshSetup(env, exchange)
      if (isFailure(viewed)) return viewed
      return change(env, viewed, { type: 'removal_requested', enrollment: idOf(exchange) })
    },
  }),
}
