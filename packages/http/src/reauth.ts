import type { Step } from '@sallyport/core'
import { type Failure, fail } from './answer.ts'
import type { Exchange, SignedIn } from './exchange.ts'
import { callerOf, noPendingFlow } from './flows.ts'
import type { Environment } from './options.ts'
import { refusalOf } from './refusals.ts'

/** A setup that core has just opened for the session: what is enrolled, and whether the session is fresh. */
export type ManagingStep = Extract<Step, { readonly state: 'managing' }>

/** A user who is logged in, and the setup that tells what the session may do. */
export interface Managing {
  readonly signedIn: SignedIn
  readonly step: ManagingStep
}

/** Opens the setup of whoever is logged in. */
export async function openSetup(env: Environment, { signedIn }: Exchange): Promise<Managing | Failure> {
  if (signedIn === null) return fail('not_signed_in')
  const step = await env.twoFactor.setup({ caller: callerOf(signedIn) })
  if (step.state === 'managing') return { signedIn, step }
  return refusalOf(step) ?? noPendingFlow()
}

/** The same, where only a fresh session will do. */
export async function openFreshSetup(env: Environment, exchange: Exchange): Promise<Managing | Failure> {
  const opened = await openSetup(env, exchange)
  return 'step' in opened && !opened.step.isFresh ? reauthRequired(opened.step) : opened
}

/** What can make the session fresh. A password does for a user who has nothing else to prove. */
export function reauthMethodsOf({ enrollments, recoveryCodesLeft }: ManagingStep): readonly string[] {
  if (enrollments.length === 0) return ['password']
  const methods = enrollments.filter(({ isUsable }) => isUsable).map(({ method }) => method)
  return [...new Set([...methods, ...((recoveryCodesLeft ?? 0) > 0 ? ['recovery_code'] : [])])]
}

/** The session has to prove a factor again first. */
export function reauthRequired(step: ManagingStep): Failure {
  return fail('reauth_required', {
    response: { reauth_required: true, reauth_methods: reauthMethodsOf(step) },
  })
}
