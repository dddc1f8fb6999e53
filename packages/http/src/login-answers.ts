import type { AuthenticatedOutcome, Caller, Step, User } from '@sallyport/core'
import { type Answer, type Fields, fail, type Success, succeed } from './answer.ts'
import type { Exchange, SignedIn } from './exchange.ts'
import { callerOf, noPendingFlow } from './flows.ts'
import type { Environment } from './options.ts'
import { numberOf, refusalOf } from './refusals.ts'
import type { NewSession } from './sessions/session.ts'

/** Where each way of rescue goes on, of those that the step offers. */
export function recoveryOptionsOf({ paths }: Environment, step: Step): Fields {
  const options = 'rescueOptions' in step ? step.rescueOptions : []
  return Object.fromEntries(
    options.map((option) => [option, option === 'recovery_code' ? paths.recovery : paths.rescue]),
  )
}

/** What a client is shown of a pending login. */
export function pendingFields(env: Environment, step: Step): Fields {
  switch (step.state) {
    case 'selecting':
      return {
        tf_required: true,
        tf_select: true,
        tf_setup_methods: [...new Set(step.enrollments.map(({ method }) => method))],
        tf_enrollments: step.enrollments.map(({ id, method, name, address }) => ({
          id,
          method,
          name,
          address,
        })),
        tf_flow_token: step.flow,
      }
    case 'challenging':
    case 'rescuing':
      return {
        tf_required: true,
        tf_state: 'ready',
        tf_method: step.challenge?.method ?? null,
        tf_primary_method: step.challenge?.method ?? null,
        ...(step.challenge === null ? { recovery_options: recoveryOptionsOf(env, step) } : {}),
        tf_flow_token: step.flow,
      }
    case 'enrolling':
      return step.challenge === null
        ? {
            tf_required: true,
            tf_state: 'setup_from_login',
            tf_available_methods: step.enrollable.map(({ method }) => method),
            tf_flow_token: step.flow,
          }
        : {
            tf_required: true,
            tf_state: 'validating_profile',
            tf_method: step.challenge.method,
            tf_primary_method: step.challenge.method,
            tf_flow_token: step.flow,
          }
    default:
      return {}
  }
}

/** Answers a step of a login that is not a check of a proof: where it stands now. */
export async function answerLogin(env: Environment, exchange: Exchange, step: Step): Promise<Answer> {
  if (step.outcome?.kind === 'authenticated') {
    return answerAuthenticated(env, exchange, step.outcome, { tf_required: false })
  }
  const failure = refusalOf(step, { method: 'which', option: 'help_setup' })
  const fields = pendingFields(env, step)
  const isOpen = step.accepts.length > 0
  if (failure !== null) {
    return isOpen ? { ...failure, flow: step.flow, response: { ...fields, ...failure.response } } : failure
  }
  if (!isOpen) return noPendingFlow()
  if ('lockedUntil' in step && step.lockedUntil !== null) {
    return fail('locked', {
      flow: step.flow,
      retryAt: numberOf(step.lockedUntil),
      response: { recovery_options: recoveryOptionsOf(env, step), tf_flow_token: step.flow },
    })
  }
  return succeed(fields, { flow: step.flow })
}

/** Logs the user in: the one place where a session begins. */
export async function answerAuthenticated(
  env: Environment,
  exchange: Exchange,
  outcome: AuthenticatedOutcome,
  fields: Fields = {},
): Promise<Answer> {
  const user = await env.findUser(outcome.userId)
  if (user === null || user === undefined) return noPendingFlow() // gone since the step
  const session: NewSession = {
    userId: outcome.userId,
    firstFactorAt: outcome.firstFactorAt,
    firstFactorChannel: outcome.firstFactorChannel,
    secondFactorAt: outcome.secondFactorAt,
    csrf: exchange.csrf.anchor,
    amr: outcome.amr,
    renews: null,
  }
  return grantSession(env, exchange, user, session, {
    response: fields,
    flow: null,
    ...(outcome.remembered === null ? {} : { remembered: outcome.remembered }),
  })
}

/** Answers with the user of a session that begins, and its token where the client asks for one. */
async function grantSession(
  env: Environment,
  exchange: Exchange,
  user: User,
  session: NewSession,
  { response, ...effects }: Pick<Success, 'response' | 'flow' | 'remembered'>,
): Promise<Answer> {
  const wantsToken = exchange.isBearer || exchange.url.searchParams.has('include_auth_token')
  const token = wantsToken && env.bearer !== null ? await env.bearer.issue(session, exchange.request) : null
  const view = { ...env.toUserView(user), ...(token === null ? {} : { authentication_token: token }) }
  return succeed({ ...response, user: view }, { ...effects, session })
}

/** Gives a session whose user has proven a factor again: a new identifier, the same end, and what was proven. */
export function renewSession(
  env: Environment,
  exchange: Exchange,
  signedIn: SignedIn,
  proven: Pick<NewSession, 'amr'> & Partial<Required<Omit<Caller, 'userId'>>>,
  answer: Pick<Success, 'response' | 'flow'>,
): Promise<Answer> {
  const { session: renews } = signedIn
  const session = { ...callerOf(signedIn), ...proven, csrf: exchange.csrf.anchor, renews }
  return grantSession(env, exchange, signedIn.user, session, answer)
}
