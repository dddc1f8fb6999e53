import type { ShownStep } from '@sallyport/http'
import { toChallenge } from '../challenge.ts'
import { withQuery } from '../next.ts'
import { homeOf, page, redirect, type Shown, type Turn } from '../turn.ts'
import type { AppKey, Choosing } from '../view.ts'
import { showError, showFailure } from './error.ts'
import { findPending, goOnWith, showEnrolling } from './pending.ts'

type Enrolling = Extract<ShownStep, { readonly state: 'enrolling' }>

/** Whether the new method goes beside the others or in the place of one; it is kept in the address of what follows. */
function modeOf({ input }: Turn): 'add' | 'replace' | null {
  const mode = input.fields['mode'] ?? input.url.searchParams.get('mode')
  return mode === 'add' || mode === 'replace' ? mode : null
}

/** The setup: of a login that has to enroll, or of a user who is logged in. */
export async function showSetup(turn: Turn): Promise<Shown> {
  if (turn.view.user === null) return showSetupAtLogin(turn)
  const { isGet, isGranted, said } = turn
  const token = said['tf_state_token']
  if (typeof token === 'string') return showBegun(turn, token)
  return !isGet && isGranted ? goOnSaved(turn) : showOverview(turn)
}

/** Goes on after a change: to the setup, or home where nothing is left in it. */
function goOnSaved(turn: Turn): Shown {
  return redirect(turn.said['tf_method'] === null ? homeOf(turn) : withQuery(turn.paths.setup, { saved: '' }))
}

async function showSetupAtLogin(turn: Turn): Promise<Shown> {
  const { isGet, isGranted, next, paths, reason } = turn
  const step = await findPending(turn)
  if (step === null) {
    return isGet ? redirect(withQuery(paths.login, { next: next ?? paths.setup })) : showError(turn)
  }
  if (step.state !== 'enrolling') return goOnWith(turn, step)
  const isBegun = !isGet && step.challenge !== null && (isGranted || reason === 'delivery_failed')
  if (!isBegun)
    return page(turn, 'choose', { choosing: 'required', enrollable: step.enrollable, replaced: null })
  return isGranted && !isGivenOnce(turn)
    ? goOnWith(turn, step)
    : withProvisioning(turn, showEnrolling(turn, step))
}

/** A change has been begun: what is given once is shown at once, the rest has an address of its own. */
async function showBegun(turn: Turn, token: string): Promise<Shown> {
  const { isGranted, next } = turn
  const step = await turn.input.viewFlow(token)
  if (step?.state !== 'enrolling') return showFailure(turn, 'reason.setup_token_invalid', 400)
  if (isGranted && !isGivenOnce(turn)) return redirect(withQuery(confirmPath(turn, token), { next }))
  return withProvisioning(turn, showConfirm(turn, token, step))
}

function confirmPath(turn: Turn, token: string): string {
  return withQuery(`${turn.paths.setup}/${encodeURIComponent(token)}`, { mode: modeOf(turn) })
}

/** Shows the proof of a change that has been begun. */
function showConfirm(turn: Turn, token: string, step: Enrolling): Shown {
  const { challenge } = step
  if (challenge === null) return showFailure(turn, 'reason.setup_token_invalid', 400)
  const action = confirmPath(turn, token)
  return page(
    turn,
    'confirm',
    {
      challenge: toChallenge(step, challenge, { action, fields: { resend: 'true' } }),
      action,
      app: null,
      provisioning: null,
      rememberDays: null,
    },
    turn.isGet ? { status: 200, problem: null } : {},
  )
}

const isGivenOnce = ({ said }: Turn): boolean => 'tf_authr_uri' in said || 'tf_provisioning' in said

/** Puts what is given once on the page that asks for its proof. */
function withProvisioning({ said }: Turn, shown: Shown): Shown {
  if (shown.kind !== 'page' || shown.name !== 'confirm') return shown
  const app: AppKey | null =
    typeof said['tf_authr_uri'] === 'string'
      ? {
          uri: said['tf_authr_uri'],
          groupedSecret: String(said['tf_authr_key']),
          issuer: String(said['tf_authr_issuer']),
          label: String(said['tf_authr_username']),
        }
      : null
  return { ...shown, view: { ...shown.view, app, provisioning: said['tf_provisioning'] ?? null } }
}

/** Shows what is enrolled, or what can be: to a fresh session, also where a form has not come as far as being asked for it. */
async function showOverview(turn: Turn): Promise<Shown> {
  const { input, isGet } = turn
  const setup = await input.viewSetup()
  if (setup?.state !== 'managing' || !setup.isFresh) return showError(turn)
  const { enrollable, enrollments, isRequired, recoveryCodesLeft, devices } = setup
  const mode = modeOf(turn)
  const asksForMethod = isGet
    ? mode !== null
    : input.endpoint === 'setup' && input.fields['setup'] !== 'disable'
  if (enrollments.length === 0 || asksForMethod) {
    const choosing: Choosing = enrollments.length === 0 ? 'first' : (mode ?? 'replace')
    const replaced = choosing === 'replace' ? (enrollments[0] ?? null) : null
    return page(turn, 'choose', { choosing, enrollable, replaced })
  }
  return page(turn, 'setup', {
    enrollments,
    canAdd: enrollable.length > 0,
    isRequired,
    recoveryCodesLeft,
    devices: devices.length,
    failed: input.endpoint === 'enrollment' ? (input.params['id'] ?? null) : null,
  })
}

/** The proof of a change. A GET comes here from {@link showBegun}; JSON has none. */
export async function showSetupConfirm(turn: Turn): Promise<Shown> {
  const { input, isGet, isGranted, next, paths, said, view } = turn
  if (view.user === null) return redirect(withQuery(paths.login, { next: paths.setup }))
  const token = input.params['token'] ?? ''
  if (!isGet && isGranted) {
    if ('tf_state_token' in said) return redirect(withQuery(confirmPath(turn, token), { next })) // a code was sent
    const setup = await input.viewSetup()
    const hasNone = setup?.state === 'managing' && setup.recoveryCodesLeft === 0
    if (hasNone) return redirect(withQuery(paths.recoveryCodes, { next }))
    return redirect(next === null ? withQuery(paths.setup, { saved: '' }) : homeOf(turn))
  }
  const step = await input.viewFlow(token)
  if (step?.state === 'enrolling') return showConfirm(turn, token, step)
  return isGet ? showFailure(turn, 'reason.setup_token_invalid', 400) : showError(turn)
}

/** A change of one enrollment. */
export async function showEnrollment(turn: Turn): Promise<Shown> {
  return turn.isGranted ? goOnSaved(turn) : showOverview(turn)
}
