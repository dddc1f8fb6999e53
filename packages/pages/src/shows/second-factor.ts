import type { ShownStep } from '@sallyport/http'
import { withQuery } from '../next.ts'
import { homeOf, redirect, type Shown, type Turn } from '../turn.ts'
import { showError } from './error.ts'
import {
  findPending,
  goOnLoggedIn,
  goOnWith,
  showRecovery,
  showRescue,
  showSelect,
  showStep,
} from './pending.ts'

/** Shows an endpoint of a pending login, of which there is one. */
type ShowPending = (turn: Turn, step: ShownStep) => Shown

/** What all endpoints of a pending login have in common: it may be over, or there may be none. */
const ofPending =
  (show: ShowPending) =>
  async (turn: Turn): Promise<Shown> => {
    const { isGet, isGranted, said, view } = turn
    if (view.user !== null) return redirect(homeOf(turn))
    if (!isGet && isGranted && 'user' in said) return goOnLoggedIn(turn)
    const step = await findPending(turn)
    return step === null ? showError(turn) : show(turn, step)
  }

const hasChoice = (step: ShownStep) =>
  step.state === 'selecting' || step.state === 'challenging' || step.state === 'rescuing'

export const showValidate: (turn: Turn) => Promise<Shown> = ofPending((turn, step) => {
  const { isGet, isGranted, reason } = turn
  const isResent = !isGet && isGranted
  // The login may be pending elsewhere: then no code is asked for here.
  return isResent || reason === 'no_pending_flow' ? goOnWith(turn, step) : showStep(turn, step)
})

export const showSelection: (turn: Turn) => Promise<Shown> = ofPending((turn, step) => {
  const { isGet, isGranted, view } = turn
  if (!hasChoice(step)) return goOnWith(turn, step)
  if (isGranted) return isGet ? showSelect(turn, step) : goOnWith(turn, step)
  // A code that could not be sent is told where it is asked for.
  return 'which' in (view.problem?.fields ?? {}) ? showSelect(turn, step) : showStep(turn, step)
})

export const showRescues: (turn: Turn) => Promise<Shown> = ofPending((turn, step) => {
  const { input, isGet, isGranted, next, paths, view } = turn
  if (!hasChoice(step)) return goOnWith(turn, step)
  if (isGet) return showRescue(turn, step)
  const { help_setup: asked } = input.fields
  if (isGranted && asked === 'recovery_code') return redirect(withQuery(paths.recovery, { next }))
  if (isGranted && asked === 'help') return showRescue(turn, step, view.text('rescue.helpSent'))
  if (isGranted) return goOnWith(turn, step)
  return step.state === 'rescuing' ? showStep(turn, step) : showRescue(turn, step)
})

export const showRecoveries: (turn: Turn) => Promise<Shown> = ofPending((turn, step) =>
  !hasChoice(step) ? showError(turn) : showRecovery(turn, step),
)
