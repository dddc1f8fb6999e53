import { formPage, homeOf, page, redirect, type Shown, type Turn } from '../turn.ts'
import { findPending, goOnWith, showStep } from './pending.ts'

/** The first factor: by a password, or at the other entrance by a passcode. */
export async function showLogin(turn: Turn): Promise<Shown> {
  const { input, isGet, isGranted, paths, reason, said, view } = turn
  if (view.user !== null || reason === 'already_signed_in') return redirect(homeOf(turn))
  const isPasscode = input.endpoint === 'usSignin'
  const own = {
    action: isPasscode ? paths.usSignin : paths.login,
    identities: isPasscode ? [] : input.site.identityAttributes,
    secret: isPasscode ? 'passcode' : 'password',
  } as const
  if (isGet) return formPage(turn, 'login', own)
  if (isGranted && said['tf_required'] === false) return redirect(homeOf(turn))
  // With a flow in the answer the first factor was right, and what failed is what comes next.
  const step = isGranted || 'tf_flow_token' in said ? await findPending(turn) : null
  if (step === null) return page(turn, 'login', own)
  return isGranted ? goOnWith(turn, step) : showStep(turn, step)
}
