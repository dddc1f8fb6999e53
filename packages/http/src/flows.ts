import { type Caller, TokenError, type TwoFactor } from '@sallyport/core'
import { type Failure, fail } from './answer.ts'
import type { Exchange } from './exchange.ts'
import type { Environment } from './options.ts'
import type { Session } from './sessions/session.ts'
import type { ShownStep } from './shown-step.ts'

/** The session that asks, as core wants it. */
export function callerOf({ session }: { readonly session: Session }): Required<Caller> {
  const { userId, firstFactorAt, firstFactorChannel, secondFactorAt } = session
  return { userId, firstFactorAt, firstFactorChannel, secondFactorAt }
}

/** There is nothing to go on with: the flow's cookie goes. */
export const noPendingFlow = (): Failure => fail('no_pending_flow', { flow: null })

/**
 * Looks at a flow before anything is sent to it, so that no event reaches a flow of another kind. Null: it is
 * gone, of another user or no flow at all.
 */
export async function viewFlow(
  twoFactor: TwoFactor,
  flow: string | null,
  caller?: Caller,
): Promise<ShownStep | null> {
  if (flow === null) return null
  try {
    const step = await twoFactor.view(flow, caller === undefined ? {} : { caller })
    return step.state === 'unavailable' ? null : step
  } catch (error) {
    if (error instanceof TokenError) return null
    throw error
  }
}

/** The login that is pending here: of the flow that the request names, and only where nobody is logged in. */
export async function findPendingLogin(env: Environment, exchange: Exchange): Promise<ShownStep | null> {
  if (exchange.signedIn !== null) return null
  const step = await viewFlow(env.twoFactor, exchange.flow)
  return step?.kind === 'login' && step.accepts.length > 0 ? step : null
}

/** As {@link findPendingLogin}, where nothing but a pending login will do. */
export async function requirePendingLogin(
  env: Environment,
  exchange: Exchange,
): Promise<ShownStep | Failure> {
  return (await findPendingLogin(env, exchange)) ?? noPendingFlow()
}
