import type { SetupView, Step } from '@sallyport/core'
import { type Failure, fail } from './answer.ts'
import type { Exchange, SignedIn } from './exchange.ts'
import { callerOf, noPendingFlow } from './flows.ts'
import type { Environment } from './options.ts'
import { refusalOf } from './refusals.ts'

/** A setup as it stands: what is enrolled, and whether the session is fresh. Nothing can be sent to it. */
export type SetupShown = Extract<SetupView, { readonly state: 'managing' }>

/** A setup that core has just opened for the session. */
export type SetupOpened = Extract<Step, { readonly state: 'managing' }>

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
  return 'step' in viewed && !viewed.step.isFresh ? reauthRequired(viewed.step) : viewed
}

/** Opens a setup for whoever is logged in, to send events to; only a fresh session will do. */
export async function openFreshSetup(
  env: Environment,
  { signedIn }: Exchange,
): Promise<Managing<SetupOpened> | Failure> {
  if (signedIn === null) return fail('not_signed_in')
  const step = await env.twoFactor.setup({ caller: callerOf(signedIn) })
  if (step.state !== 'managing') return refusalOf(step) ?? noPendingFlow()
  return step.isFresh ? { signedIn, step } : reauthRequired(step)
}

/** What can make the session fresh. A password does for a user who has nothing else to prove. */
export function reauthMethodsOf({ enrollments, recoveryCodesLeft }: SetupShown): readonly string[] {
  if (enrollments.length === 0) return ['password']
  const methods = enrollments.filter(({ isUsable }) => isUsable).map(({ method }) => method)
  return [...new Set([...methods, ...((recoveryCodesLeft ?? 0) > 0 ? ['recovery_code'] : [])])]
}

/** The session has to prove a factor again first. */
export function reauthRequired(step: SetupShown): Failure {
  return fail('reauth_required', {
    response: { reauth_required: true, reauth_methods: reauthMethodsOf(step) },
  })
}
