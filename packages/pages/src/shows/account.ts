import { toChallenge } from '../challenge.ts'
import { withQuery } from '../next.ts'
import { recoveryCodesFilePath } from '../recovery-codes-file.ts'
import { formPage, page, redirect, type Shown, type Turn } from '../turn.ts'
import { showError } from './error.ts'

/** A second factor is proven again; or the password, where there is nothing else. */
export async function showVerify(turn: Turn): Promise<Shown> {
  const { input, isGet, isGranted, next, paths, said } = turn
  if (!isGet && isGranted) {
    return redirect('user' in said ? (next ?? paths.setup) : withQuery(paths.verify, { next }))
  }
  const setup = await input.viewSetup()
  if (setup?.state !== 'managing') return showError(turn)
  const step = await input.viewFlow()
  const isOpen = step?.kind === 'step_up' && step.accepts.length > 0 && 'challenge' in step
  const asked = isOpen ? step.challenge : null
  const challenge =
    isOpen && asked !== null
      ? toChallenge(step, asked, { action: paths.verify, fields: { resend: 'true' } })
      : null
  return page(turn, 'verify', { methods: input.reauthMethodsOf(setup), challenge })
}

/** Recovery codes: how many are left, or new ones, which are shown once. */
export async function showRecoveryCodes(turn: Turn): Promise<Shown> {
  const { input, isGet, isGranted, next, paths, reason, said, settings } = turn
  if (!isGranted)
    return reason === 'not_enrolled' ? redirect(withQuery(paths.setup, { next })) : showError(turn)
  const codes = listOf(said['recovery_codes'])
  if (isGet) {
    const left = Number(said['recovery_codes_left'])
    return page(turn, 'recoveryCodes', { left, codes })
  }
  const download = `${input.site.prefix}${recoveryCodesFilePath}`
  return page(turn, 'newRecoveryCodes', {
    codes: codes ?? [],
    download,
    continue: next ?? settings.home ?? paths.setup,
  })
}

const listOf = (value: unknown): readonly string[] | null => (Array.isArray(value) ? value.map(String) : null)

/** The browsers that are remembered; also where one of them could not be forgotten. */
export async function showDevices(turn: Turn): Promise<Shown> {
  const { input, isGet, isGranted, paths } = turn
  if (!isGet && isGranted) return redirect(withQuery(paths.devices, { saved: '' }))
  const setup = await input.viewSetup()
  return setup?.state === 'managing' ? page(turn, 'devices', { devices: setup.devices }) : showError(turn)
}

/** JSON has no GET here: a page asks first, since a link must not log anyone out. */
export async function showLogout(turn: Turn): Promise<Shown> {
  const { isGet, isGranted, paths, view } = turn
  if (isGet) return view.user === null ? redirect(paths.login) : formPage(turn, 'logout', {})
  return isGranted ? redirect(paths.login) : showError(turn)
}
