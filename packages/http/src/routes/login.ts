import { z } from 'zod'
import { fail, succeed } from '../answer.ts'
import { codeField, flagField, lineField, textField } from '../body.ts'
import { type Endpoint, reading, taking } from '../endpoint.ts'
import type { Exchange } from '../exchange.ts'
import { checkFirstFactor, isOutdated } from '../first-factor.ts'
import { answerLogin } from '../login-answers.ts'
import type { Environment } from '../options.ts'
import { loginResponse, userField } from '../responses.ts'

const identity = {
  email: lineField.optional(),
  username: lineField.optional(),
  identity: lineField.optional(),
}

interface Claim {
  readonly names: Readonly<Partial<Record<'email' | 'username' | 'identity', string | undefined>>>
  readonly secret: string
  readonly remember: boolean
}

/** A login is for whom is not logged in: it would change the session under the user's hands. */
const requireNobody = async (_env: Environment, { signedIn }: Exchange) =>
  signedIn === null ? {} : fail('already_signed_in')

async function logIn(
  env: Environment,
  exchange: Exchange,
  kind: 'password' | 'passcode',
  { names, secret, remember }: Claim,
) {
  const named = names.identity ?? names.email ?? names.username
  if (named === undefined) {
    const [first = 'identity'] = kind === 'password' ? env.identityAttributes : ['identity']
    return fail('field_required', { faults: { [first]: 'required' } })
  }
  const verified = await checkFirstFactor(env, kind, named, secret)
  // Wrong, unknown and gone are one failure, made in one place, after one verification (ASVS 5.0 6.3.8).
  const user = verified === null ? null : await env.findUser(verified.userId)
  if (verified === null || user === null || user === undefined) return fail('credentials_invalid')
  if (isOutdated(verified, user)) return fail('credentials_invalid')
  const { userId, amr = kind === 'password' ? ['pwd'] : ['otp'], channel = null } = verified
  const step = await env.twoFactor.login({
    userId,
    firstFactor: { amr, at: exchange.at, channel },
    remembered: exchange.cookies[env.cookieNames.validity] ?? null,
    remember,
  })
  return answerLogin(env, exchange, step)
}

export const login: Endpoint = {
  GET: reading({
    summary: 'How users may name themselves, and who is logged in.',
    response: z.object({ identity_attributes: z.array(z.string()), user: userField.optional() }),
    failures: [],
    run: async (env, { signedIn }) =>
      succeed({
        identity_attributes: env.identityAttributes,
        ...(signedIn === null ? {} : { user: env.toUserView(signedIn.user) }),
      }),
  }),
  POST: taking({
    summary: 'Proves the first factor: logs in, or begins the second factor.',
    body: z.object({ ...identity, password: textField, remember: flagField.optional() }),
    response: loginResponse,
    failures: [400, 429, 500, 503],
    subject: requireNobody,
    run: (env, exchange, { password, remember = false, ...names }) =>
      logIn(env, exchange, 'password', { names, secret: password, remember }),
  }),
}

export const usSignin: Endpoint = {
  POST: taking({
    summary: 'Unified sign-in: the same for a first factor that is a passcode.',
    body: z.object({ ...identity, passcode: codeField, remember: flagField.optional() }),
    response: loginResponse,
    failures: [400, 429, 500, 503],
    subject: requireNobody,
    run: (env, exchange, { passcode, remember = false, ...names }) =>
      logIn(env, exchange, 'passcode', { names, secret: passcode, remember }),
  }),
}
