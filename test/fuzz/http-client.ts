import type { SimulatedAuthenticator } from '@sallyport/testkit'
import type { Situation } from './actor.ts'
import type { Page } from './http-pages.ts'

/** A browser and its owner: what it holds, and what it has been told. */
export interface Client {
  readonly id: string
  readonly cookies: Map<string, string>
  csrf: string
  readonly apps: SimulatedAuthenticator[]
  readonly recoveryCodes: string[]
  setupToken: string
  lastCode: string
  situation: Situation
  /** The method that a code was last asked for. */
  method: string
  devices: string[]
  enrollments: string[]
  /** The page before it. */
  page: Page
}

/** A client that knows nothing but who it is. */
export const newClient = (id: string): Client => ({
  id,
  cookies: new Map(),
  csrf: '',
  apps: [],
  recoveryCodes: [],
  setupToken: 'none',
  lastCode: '000000',
  situation: 'out',
  method: 'authenticator',
  devices: [],
  enrollments: [],
  page: { heading: '', forms: [], links: [], appKey: null, recoveryCodes: [], asksFor: null },
})

/** A request as it goes out. */
export interface Outgoing {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: string | Uint8Array<ArrayBuffer> | undefined
}

/** Where a client is after an answer. */
export function situationAfter(
  before: Situation,
  pathname: string,
  status: number,
  response: Readonly<Record<string, unknown>>,
): Situation {
  const { reason, tf_select, tf_state, user, tf_state_token } = response
  if (reason === 'not_signed_in' || reason === 'no_pending_flow') return before === 'in' ? 'in' : 'out'
  if (reason === 'csrf') return 'forged'
  if (reason === 'reauth_required') return 'stale'
  if (reason === 'attempts_exhausted' || reason === 'setup_expired')
    return before === 'confirming' ? 'in' : 'out'
  if (status !== 200) return before
  if (pathname === '/logout') return 'out'
  if (tf_select === true) return 'selecting'
  if (tf_state === 'setup_from_login') return 'enrolling'
  if (tf_state === 'ready') return pathname === '/verify' ? 'stepping_up' : 'challenged'
  if (tf_state_token !== undefined) return before === 'enrolling' ? 'challenged' : 'confirming'
  if (pathname.startsWith('/tf-setup/')) return 'in'
  if (user !== undefined) return 'in'
  return before === 'forged' ? 'out' : before
}

/** Where a client is that has a page before it. */
export function situationOn({ forms, links }: Page, before: Situation): Situation {
  const actions = new Set(forms.map(({ action }) => action.replace(/^(\/tf-setup\/).*/, '$1')))
  if (actions.has('/login') || actions.has('/us-signin')) return 'out'
  if (actions.has('/tf-select')) return 'selecting'
  if (actions.has('/tf-validate')) return 'challenged'
  if (actions.has('/tf-setup/')) return 'confirming'
  if (actions.has('/verify')) return 'stepping_up'
  return links.includes('/logout') ? 'in' : before
}

/** The headers that every request of a client has. */
export function headersOf({ cookies }: Client): Headers {
  const headers = new Headers()
  if (cookies.size > 0)
    headers.set('cookie', [...cookies].map(([name, text]) => `${name}=${text}`).join('; '))
  return headers
}
