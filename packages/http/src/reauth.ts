import type { Step } from '@sallyport/core'
import { type Failure, fail } from './answer.ts'
import type { Exchange, SignedIn } from './exchange.ts'
import { callerOf, noPendingFlow } from './flows.ts'
import type { Environment } from './options.ts'
import { refusalOf } from './refusals.ts'
import type { Session } from './sessions/session.ts'
import type { SetupShown } from './shown-step.ts'

/** A setup that core has just opened for the session. */
type SetupOpened = Extract<Step, { readonly state: 'managing' }>

/** A user who is logged in, and the setup that tells what the session may do. */
export interface Managing<Setup = SetupShown> {
  readonly signedIn: SignedIn
  readonly step: Setup
}

/** Looks at the setup of whoever is logged in; opens none. */
export async function viewSetup(env: Environment, { signedIn }: Exchange): Promise<Managing | Failure> {
  if (signedIn === null) return fail('not_signed_in')
  const step = await env.twoFactor.viewSetup({ caller: callerOf(signedIn) })
  return step.state === 'managing' ? { signedIn, step } : noPendingFlow()
}

/** The same, where only a fresh session will do. */
export async function viewFreshSetup(env: Environment, exchange: Exchange): Promise<Managing | Failure> {
  const viewed = await viewSetup(env, exchange)
  return 'step' in viewed && !viewed.step.isFresh ? reauthRequired(viewed) : viewed
}

/**
 * Opens a setup to send an event to. That writes a flow and an audit record, so it is for a session that was looked at and
 * found fresh, and for a change that is about to be made: a stale session could else write without end. Whether the session
 * is fresh is asked again: it may have been until now.
 */
export async function openFreshSetup(
  env: Environment,
  { signedIn }: Managing,
): Promise<Managing<SetupOpened> | Failure> {
  const step = await env.twoFactor.setup({ caller: callerOf(signedIn) })
  if (step.state !== 'managing') return refusalOf(step) ?? noPendingFlow()
  return step.isFresh ? { signedIn, step } : reauthRequired({ signedIn, step })
}

/**
 * What a session can prove again. A password makes it fresh for a user who has nothing else to prove. For others it
 * does where the session is fresh already; and where the first factor came over a channel, it takes its place, so that
 * codes over that channel can be asked for.
 */
export function reauthMethodsOf(
  { firstFactorChannel }: Pick<Session, 'firstFactorChannel'>,
  { enrollments, isFresh, recoveryCodesLeft }: SetupShown,
): readonly string[] {
  if (enrollments.length === 0) return ['password']
  const usable = enrollments.filter(({ isUsable }) => isUsable)
  const methods = new Set(usable.map(({ method }) => method))
  if ((recoveryCodesLeft ?? 0) > 0) methods.add('recovery_code')
  const opensMore = firstFactorChannel !== null && usable.length < enrollments.length
  if (isFresh || opensMore) methods.add('password')
  return [...methods]
}

/** The session has to prove a factor again first. */
export function reauthRequired({ signedIn, step }: Managing): Failure {
  return fail('reauth_required', {
    response: { reauth_required: true, reauth_methods: reauthMethodsOf(signedIn.session, step) },
  })
}
