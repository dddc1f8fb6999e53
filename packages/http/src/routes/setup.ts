import type { ClientEvent, EnrollableView, EnrollmentView, Step } from '@sallyport/core'
import { z } from 'zod'
import { type Answer, type Failure, fail, isFailure, succeed } from '../answer.ts'
import { lineField } from '../body.ts'
import { type Endpoint, reading, taking } from '../endpoint.ts'
import type { Exchange } from '../exchange.ts'
import { callerOf, findPendingLogin, noPendingFlow } from '../flows.ts'
import type { Environment } from '../options.ts'
import { provisioningFields } from '../provisioning.ts'
import { type Managing, openFreshSetup, viewFreshSetup } from '../reauth.ts'
import { refusalOf } from '../refusals.ts'
import { setupShownResponse } from '../responses.ts'
import type { SetupShown, ShownStep } from '../shown-step.ts'

/** A login that enrolls for the first time. */
type Enrolling = Extract<ShownStep, { readonly state: 'enrolling' }>

/** What a setup is shown of, or made on: a login that enrolls, or the setup of a fresh session. Writes nothing. */
async function find(
  env: Environment,
  exchange: Exchange,
): Promise<{ readonly signedIn: null; readonly step: Enrolling } | Managing | Failure> {
  if (exchange.signedIn !== null) return viewFreshSetup(env, exchange)
  const step = await findPendingLogin(env, exchange)
  if (step?.state === 'enrolling') return { signedIn: null, step }
  // A pending login of a user who is enrolled already is no setup: it goes on where it was.
  return step === null ? noPendingFlow() : fail('no_pending_flow')
}

/** What core calls a method is the setup that was asked for, and so is what speaks against it as a whole. */
const names = {
  method: 'setup',
  two_factor_required: 'setup',
  not_enrolled: 'setup',
  event_not_accepted: 'setup',
  too_many_enrollments: 'setup',
}

/** What is enrolled, and what can be. */
export function describeSetup(step: Enrolling | SetupShown): Readonly<Record<string, unknown>> {
  const enrollments: readonly EnrollmentView[] = step.state === 'managing' ? step.enrollments : []
  const isRequired = step.state === 'enrolling' || step.isRequired
  const available = step.enrollable.map(({ method }: EnrollableView) => method)
  const primary = enrollments[0]?.method ?? null
  return {
    tf_required: isRequired,
    tf_method: primary,
    tf_primary_method: primary,
    tf_phone_number: enrollments.find(({ method }) => method === 'sms')?.address ?? null,
    tf_available_methods: enrollments.length > 0 && !isRequired ? ['disable', ...available] : available,
    tf_enrollments: enrollments.map(({ id, method, name, address, isPreferred, createdAt, lastUsedAt }) => ({
      id,
      method,
      name,
      address,
      preferred: isPreferred,
      created_at: new Date(createdAt).toISOString(),
      last_used_at: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
    })),
  }
}

/** What was asked for has been begun, and awaits its proof. */
export function answerBegun(exchange: Exchange, step: Step): Answer {
  const failure = refusalOf(step, names)
  if (step.state !== 'enrolling' || step.challenge === null) return failure ?? noPendingFlow()
  const { challenge, provisioning } = step
  // A login goes on at /tf-validate by its cookie; a setup by its token alone, which needs none.
  const kept = step.kind === 'login' ? { flow: step.flow } : {}
  const response = {
    tf_state: 'validating_profile',
    tf_method: challenge.method,
    tf_primary_method: challenge.method,
    tf_state_token: step.flow,
    ...(step.kind === 'login' ? { tf_flow_token: step.flow } : {}),
    ...(challenge.method === 'sms' ? { tf_phone_number: challenge.address } : {}),
    ...provisioningFields(provisioning),
  }
  if (failure === null) return succeed(response, kept)
  const isBegun = failure.reason === 'delivery_failed' // the code may still come, and is then good
  return { ...failure, ...kept, ...(isBegun && exchange.signedIn !== null ? { response } : {}) }
}

const setupResponse = z.object({
  tf_required: z.boolean().optional(),
  tf_state: z.literal('validating_profile').optional(),
  tf_method: z.string().nullable(),
  tf_primary_method: z.string().nullable(),
  tf_state_token: z.string().optional().describe('Confirm a change at `POST /tf-setup/<tf_state_token>`.'),
  tf_flow_token: z.string().optional(),
  tf_phone_number: z.string().nullable().optional().describe('Masked.'),
  tf_authr_key: z.string().optional().describe('Grouped for typing.'),
  tf_authr_b32key: z.string().optional(),
  tf_authr_username: z.string().optional(),
  tf_authr_issuer: z.string().optional(),
  tf_authr_uri: z.string().optional(),
  tf_authr_image: z.string().optional().describe('A QR code: an SVG data URI.'),
  tf_provisioning: z.unknown().optional().describe('The data of a method of the host’s.'),
})

export const setup: Endpoint = {
  GET: reading({
    summary: 'What is enrolled, and what can be.',
    response: setupShownResponse,
    failures: [400, 401, 503],
    run: async (env, exchange) => {
      const found = await find(env, exchange)
      return isFailure(found) ? found : succeed(describeSetup(found.step))
    },
  }),
  POST: taking({
    summary: 'Begins to set up a method, or disables two-factor authentication.',
    body: z.object({
      setup: lineField.describe('A method, or `disable`.'),
      phone: lineField.optional(),
      name: lineField.optional(),
      mode: z.enum(['add', 'replace']).optional(),
    }),
    response: setupResponse,
    failures: [400, 401, 429, 500, 503],
    subject: find,
    run: async (env, exchange, fields, found) => {
      const opened = found.signedIn === null ? found : await openFreshSetup(env, found)
      if (isFailure(opened)) return opened
      const { signedIn, step } = opened
      const options = signedIn === null ? {} : { caller: callerOf(signedIn) }
      const next = await env.twoFactor.send(step.flow, eventOf(fields), options)
      if (next.state !== 'disabled') return answerBegun(exchange, next)
      return answerDisabled()
    },
  }),
}

/** Nothing is enrolled any more, and no browser is remembered. */
export function answerDisabled(): Answer {
  const response = { tf_required: false, tf_method: null, tf_primary_method: null }
  return succeed(response, { remembered: null })
}

function eventOf(fields: {
  readonly setup: string
  readonly phone?: string | undefined
  readonly name?: string | undefined
  readonly mode?: 'add' | 'replace' | undefined
}): ClientEvent {
  const { setup: method, phone, name, mode } = fields
  if (method === 'disable') return { type: 'disable_requested' }
  return { type: 'enrollment_requested', method, address: phone, name, mode }
}
