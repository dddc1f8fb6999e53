import type { PageInput, Paths } from '@sallyport/http'
import { createView } from './create-view.ts'
import { parseNext } from './next.ts'
import type { Settings } from './options.ts'
import type { PageName, PageViews, Problem, View } from './view.ts'

/** What a request is answered with: another path, or a page. */
export type Shown =
  | { readonly kind: 'redirect'; readonly to: string }
  | {
      readonly kind: 'page'
      readonly name: PageName
      /** That of the page of this name. */
      readonly view: PageViews[PageName]
      readonly status: number
    }

/** One request with its answer, as the pages see it. */
export interface Turn {
  readonly input: PageInput
  readonly settings: Settings
  readonly paths: Paths
  readonly isGet: boolean
  readonly isGranted: boolean
  /** Why it was not granted. */
  readonly reason: string | null
  readonly next: string | null
  /** The fields of the answer. */
  readonly said: Readonly<Record<string, unknown>>
  /** What every page has. */
  readonly view: View
}

/** The names that a login may come under; its form has one field. */
const IDENTITIES: readonly string[] = ['identity', 'email', 'username']

/** Reads a request and its answer once, for all that may be made of them. */
export function readTurn(input: PageInput, settings: Settings): Turn {
  const { envelope, fields, method, site, status, url } = input
  const { response: said } = envelope
  const isGet = method === 'GET'
  const isGranted = status < 400
  const next = parseNext(fields['next'] ?? url.searchParams.get('next'))
  const plain = createView(site, settings, {
    csrfToken: String(said['csrf_token']),
    next,
    user: input.userLabel,
  })
  const view: View = {
    ...plain,
    typed: typedOf(fields),
    problem: isGranted ? null : problemOf(said, plain),
    notice: isGet && url.searchParams.has('saved') ? plain.text('layout.saved') : null,
  }
  const reason = typeof said['reason'] === 'string' ? said['reason'] : null
  return { input, settings, paths: site.paths, isGet, isGranted, reason, next, said, view }
}

/** What a form shows again after a failure: never a password or a code. */
function typedOf(fields: PageInput['fields']): Readonly<Record<string, string>> {
  const identity = IDENTITIES.map((name) => fields[name]).find((value) => typeof value === 'string')
  const { phone } = fields
  return Object.fromEntries(
    Object.entries({ identity, phone }).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  )
}

/** What the envelope of a failure holds. */
interface Said {
  readonly errors?: readonly string[]
  readonly field_errors?: Readonly<Record<string, readonly string[]>>
  readonly retry_after?: number | null
}

/** The texts of a failure are the contract's own, and so is the wait. */
function problemOf(said: Said, { text, duration }: View): Problem {
  const { errors = [], field_errors: faults = {}, retry_after: seconds = null } = said
  const named = Object.entries(faults).map(([name, texts]) => [
    IDENTITIES.includes(name) ? 'identity' : name,
    texts.join(' '),
  ])
  const wait = seconds === null || seconds === 0 ? [] : [text('layout.wait', { duration: duration(seconds) })]
  return { texts: [...errors, ...wait], fields: Object.fromEntries(named) }
}

/** Leads on to another path. */
export const redirect = (to: string): Shown => ({ kind: 'redirect', to })

/** Where a user who is logged in goes on. */
export const homeOf = ({ next, settings, paths }: Turn): string => next ?? settings.home ?? paths.setup

interface Overrides extends Partial<Pick<View, 'notice' | 'problem'>> {
  readonly status?: number
}

/** Shows a page with what it needs beside what every page has. Its status is the answer's. */
export function page<Name extends PageName>(
  { input, view: common }: Turn,
  name: Name,
  own: Omit<PageViews[Name], keyof View>,
  { status = input.status, ...overrides }: Overrides = {},
): Shown {
  const view = { ...common, ...overrides, ...own } as unknown as PageViews[Name] // its two halves
  return { kind: 'page', name, view, status }
}

/** Shows a page that JSON has nothing to match: to its client it is an endpoint without a GET. */
export function formPage<Name extends PageName>(
  turn: Turn,
  name: Name,
  own: Omit<PageViews[Name], keyof View>,
): Shown {
  return page(turn, name, own, { status: 200, problem: null })
}
