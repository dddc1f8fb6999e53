import type { HttpMessageKey } from '@sallyport/http'
import { withQuery } from '../next.ts'
import { homeOf, page, type Shown, type Turn } from '../turn.ts'

/** Shows that there is nothing to go on with here, and where there is. */
export function showError(turn: Turn): Shown {
  return page(turn, 'error', { status: turn.input.status, exit: exitOf(turn) })
}

/** Shows a failure that JSON has not spoken of. */
export function showFailure(turn: Turn, key: HttpMessageKey, status: number): Shown {
  const text = turn.input.site.catalog[key]
  const problem = { texts: [text], fields: { '': text } }
  return page(turn, 'error', { status, exit: exitOf(turn) }, { status, problem })
}

function exitOf(turn: Turn): { readonly href: string; readonly text: string } {
  const { input, next, paths, view } = turn
  if (view.user === null) return { href: withQuery(paths.login, { next }), text: view.text('error.login') }
  return input.endpoint === null
    ? { href: homeOf(turn), text: view.text('error.home') }
    : { href: withQuery(paths.setup, { next }), text: view.text('error.setup') }
}
