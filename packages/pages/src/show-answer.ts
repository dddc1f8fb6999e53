import type { EndpointName } from '@sallyport/http'
import { withQuery } from './next.ts'
import { showDevices, showLogout, showRecoveryCodes, showVerify } from './shows/account.ts'
import { showError } from './shows/error.ts'
import { showLogin } from './shows/login.ts'
import { showRecoveries, showRescues, showSelection, showValidate } from './shows/second-factor.ts'
import { showEnrollment, showSetup, showSetupConfirm } from './shows/setup.ts'
import { homeOf, redirect, type Shown, type Turn } from './turn.ts'

/** What is shown for each endpoint, where its request could be read and answered at all. */
const shows: Readonly<Record<EndpointName, (turn: Turn) => Promise<Shown>>> = {
  login: showLogin,
  usSignin: showLogin,
  logout: showLogout,
  verify: showVerify,
  validate: showValidate,
  setup: showSetup,
  setupConfirm: showSetupConfirm,
  enrollment: showEnrollment,
  rescue: showRescues,
  recovery: showRecoveries,
  recoveryCodes: showRecoveryCodes,
  select: showSelection,
  devices: showDevices,
  device: showDevices,
  openApi: async (turn) => showError(turn),
}

/** Failures that are the same everywhere: the request reached no endpoint, or nothing there could help. */
const UNANSWERED: ReadonlySet<string | null> = new Set([
  'not_found',
  'not_acceptable',
  'body_malformed',
  'body_too_large',
  'media_type_unsupported',
  'busy',
  'internal_error',
])

/** Endpoints of JSON without a GET that have a page nonetheless: a form to send to them. */
const FORMS: ReadonlySet<EndpointName | null> = new Set<EndpointName>(['logout', 'usSignin', 'setupConfirm'])

/** Decides what to show for an answer: which page, or which path to go on at. */
export async function showAnswer(turn: Turn): Promise<Shown> {
  const { input, isGet, paths, reason } = turn
  const { endpoint } = input
  if (reason === 'not_signed_in') return redirect(withQuery(paths.login, { next: pageOf(turn) }))
  if (reason === 'reauth_required') {
    // A removal has made the session stale: what was saved is told where it is asked again.
    const saved = isGet && input.url.searchParams.has('saved') ? '' : null
    return redirect(withQuery(paths.verify, { saved, next: pageOf(turn) }))
  }
  const isForm = isGet && FORMS.has(endpoint)
  if (endpoint === null || UNANSWERED.has(reason) || (reason === 'method_not_allowed' && !isForm)) {
    return showError(turn)
  }
  return shows[endpoint](turn)
}

/** The page that a request belongs to, to come back to: what was sent is not sent again. */
function pageOf(turn: Turn): string {
  const { input, isGet, next, paths } = turn
  if (isGet) return `${input.url.pathname}${input.url.search}`
  switch (input.endpoint) {
    case 'setup':
    case 'setupConfirm':
    case 'enrollment':
      return withQuery(paths.setup, { next })
    case 'recoveryCodes':
      return withQuery(paths.recoveryCodes, { next })
    case 'device':
      return withQuery(paths.devices, { next })
    default:
      return homeOf(turn)
  }
}
