import type { Paths, ShownStep } from '@sallyport/http'
import { toChallenge } from '../challenge.ts'
import { withQuery } from '../next.ts'
import { homeOf, page, redirect, type Shown, type Turn } from '../turn.ts'
import { showError } from './error.ts'

/** Where a login that is pending goes on. */
function pathOfStep(paths: Paths, step: ShownStep): string {
  switch (step.state) {
    case 'selecting':
      return paths.select
    case 'challenging':
      return paths.validate
    case 'rescuing':
      if (step.challenge === null) return paths.rescue
      return step.challenge.method === 'recovery_code' ? paths.recovery : paths.validate
    case 'enrolling':
      return step.challenge === null ? paths.setup : paths.validate
    default:
      return paths.login
  }
}

/** The login that is pending after the answer; null: there is none to go on with. */
export async function findPending({ input }: Turn): Promise<ShownStep | null> {
  const step = await input.viewFlow()
  return step?.kind === 'login' && step.accepts.length > 0 ? step : null
}

export const goOnWith = ({ next, paths }: Turn, step: ShownStep): Shown =>
  redirect(withQuery(pathOfStep(paths, step), { next }))

const resendOf = ({ paths }: Turn) => ({ action: paths.validate, fields: { resend: 'true' } })

/** Shows where a pending login stands, with what has just gone wrong. */
export function showStep(turn: Turn, step: ShownStep): Shown {
  switch (step.state) {
    case 'selecting':
      return showSelect(turn, step)
    case 'challenging':
      return page(turn, 'challenge', {
        challenge: toChallenge(step, step.challenge, resendOf(turn)),
        rememberDays: step.rememberDays,
        hasOthers: hasOthers(step),
        hasRescue: step.rescueOptions.length > 0,
      })
    case 'rescuing':
      if (step.challenge === null) return showRescue(turn, step)
      if (step.challenge.method === 'recovery_code') return showRecovery(turn, step)
      return page(turn, 'challenge', {
        challenge: toChallenge(step, step.challenge, resendOf(turn)),
        rememberDays: null,
        hasOthers: hasOthers(step),
        hasRescue: step.rescueOptions.length > 0,
      })
    case 'enrolling':
      return showEnrolling(turn, step)
    default:
      return showError(turn)
  }
}

type Choosing = Extract<ShownStep, { readonly state: 'selecting' | 'challenging' | 'rescuing' }>

const hasOthers = ({ accepts }: ShownStep): boolean => accepts.includes('method_selected')

export function showSelect(turn: Turn, { enrollments, rescueOptions }: Choosing): Shown {
  return page(turn, 'select', { enrollments, hasRescue: rescueOptions.length > 0 })
}

export function showRescue(turn: Turn, step: Choosing, notice: string | null = null): Shown {
  return page(
    turn,
    'rescue',
    { options: step.rescueOptions, canGoBack: hasOthers(step) || step.state === 'challenging' },
    { notice },
  )
}

export function showRecovery(turn: Turn, step: ShownStep): Shown {
  const challenge = 'challenge' in step ? step.challenge : null
  const attemptsLeft = challenge?.method === 'recovery_code' ? challenge.attemptsLeft : null
  return page(turn, 'recovery', { attemptsLeft, hasOthers: hasOthers(step) })
}

/** Shows the first enrollment of a login: its choice, or its proof. */
export function showEnrolling(turn: Turn, step: Extract<ShownStep, { readonly state: 'enrolling' }>): Shown {
  const { challenge, enrollable, rememberDays } = step
  if (challenge === null) return page(turn, 'choose', { choosing: 'required', enrollable, replaced: null })
  return page(turn, 'confirm', {
    challenge: toChallenge(step, challenge, resendOf(turn)),
    action: turn.paths.validate,
    app: null,
    provisioning: null,
    rememberDays,
  })
}

/** Goes on after a login. Who has just set up the first method is led to recovery codes, where there are none yet. */
export async function goOnLoggedIn(turn: Turn): Promise<Shown> {
  const home = homeOf(turn)
  const ended = await turn.input.viewFlow()
  if (ended === null || !('path' in ended) || ended.path !== 'enrollment') return redirect(home)
  const setup = await turn.input.viewSetup()
  const hasNone = setup?.state === 'managing' && setup.recoveryCodesLeft === 0
  return redirect(hasNone ? withQuery(turn.paths.recoveryCodes, { next: home }) : home)
}
