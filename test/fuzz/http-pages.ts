import { defaultPageCatalog } from '@sallyport/pages'
import fc from 'fast-check'
import { PASSWORD } from '../http/deployment.ts'
import { type Actor, GUESS, type Move } from './actor.ts'
import { mutation, who } from './http-requests.ts'

/** A form of a page. */
interface Form {
  readonly action: string
  /** What it sends beside what is typed: its hidden fields, and what its button stands for. */
  readonly given: Readonly<Record<string, string>>
  /** The names of the fields to fill in. */
  readonly typed: readonly string[]
}

/** What can be done on a page. */
export interface Page {
  readonly heading: string
  readonly forms: readonly Form[]
  readonly links: readonly string[]
  /** The key of an app that is being set up; null: the page shows none. */
  readonly appKey: string | null
  readonly recoveryCodes: readonly string[]
  /** What its code is one of; null: it asks for none. */
  readonly asksFor: 'app' | 'message' | null
}

const FORM = /<form[^>]* method="post" action="([^"]*)">(.*?)<\/form>/gs
const FIELD = /<(?:input|button)\b([^>]*)>/g
const LINK = /<a [^>]*href="(\/[^"]*)"/g
const HEADING = /<h1>([^<]*)<\/h1>/
const APP_KEY = /<code class="key">([^<]*)<\/code>/
const RECOVERY_CODE = /<li><code>([^<]*)<\/code><\/li>/g
const APP_TEXTS = [
  defaultPageCatalog['challenge.app'],
  defaultPageCatalog['confirm.then'],
  defaultPageCatalog['confirm.shownOnce'],
]

const unescaped = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

const attribute = (tag: string, name: string): string =>
  unescaped(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '')

/** Reads a page as a browser would; a form with several buttons is as many forms. */
export function readPage(html: string): Page {
  const forms = [...html.matchAll(FORM)].flatMap(([, action = '', content = '']) => readForm(action, content))
  const hasCode = forms.some(({ typed }) => typed.includes('code'))
  return {
    heading: HEADING.exec(html)?.[1] ?? '',
    forms,
    links: [...html.matchAll(LINK)].map(([, href = '']) => unescaped(href)),
    appKey: APP_KEY.exec(html)?.[1]?.replaceAll(' ', '') ?? null,
    recoveryCodes: [...html.matchAll(RECOVERY_CODE)].map(([, code = '']) => code),
    asksFor: !hasCode ? null : APP_TEXTS.some((text) => html.includes(text)) ? 'app' : 'message',
  }
}

function readForm(action: string, content: string): readonly Form[] {
  const named = [...content.matchAll(FIELD)].filter(([, tag = '']) => attribute(tag, 'name') !== '')
  const withType = (...types: readonly string[]) =>
    named.flatMap(([, tag = '']) => (types.includes(attribute(tag, 'type')) ? [tag] : []))
  const pair = (tag: string) => [attribute(tag, 'name'), attribute(tag, 'value')] as const
  const form = {
    action: unescaped(action),
    given: Object.fromEntries(withType('hidden', 'checkbox').map(pair)),
    typed: withType('text', 'password', 'tel').map((tag) => attribute(tag, 'name')),
  }
  const buttons = withType('submit').map((tag) => ({
    ...form,
    given: { ...form.given, ...Object.fromEntries([pair(tag)]) },
  }))
  return buttons.length === 0 ? [form] : buttons
}

/** Where a user begins who has no page before them, or no way on. */
const entries = [
  '/login',
  '/login?next=%2Fhome',
  '/tf-setup',
  '/tf-setup?mode=add',
  '/tf-setup?mode=replace',
  '/verify',
  '/us-signin',
  '/mf-recovery',
  '/mf-recovery-codes',
  '/tf-validate',
  '/tf-rescue',
  '/tf-devices',
  '/logout',
]

/** What a user does on a page: fills in one of its forms, follows a link, or types an address. */
export const pageAct = fc.record({
  does: fc.constant('page' as const),
  who,
  way: fc.constantFrom(...(['form', 'form', 'form', 'form', 'form', 'form', 'link', 'address'] as const)),
  pick: fc.nat(400),
  mutation,
})

type PageAct = typeof pageAct extends fc.Arbitrary<infer Value> ? Value : never

/** Text that would be markup if a page did not escape it. */
export const MARKUP = '"\'><script>alert(1)</script>'

/** The request of what a user does on the page before them. */
export function requestOnPage({ forms, links }: Page, { way, pick }: PageAct, actor: Actor): Move {
  const form = forms[pick % (forms.length || 1)]
  if (way === 'form' && form !== undefined) {
    const typed = form.typed.map((name) => [name, typedInto(name, form.action, actor, pick)])
    return { method: 'POST', path: form.action, body: { ...form.given, ...Object.fromEntries(typed) } }
  }
  const link = way === 'link' ? links[pick % (links.length || 1)] : undefined
  return { method: 'GET', path: link ?? actor.pick(entries), body: {} }
}

/** Mostly what is asked for. */
function typedInto(name: string, action: string, actor: Actor, pick: number): string {
  if (pick % 23 === 0) return MARKUP
  switch (name) {
    case 'identity':
      return actor.id
    case 'password':
    case 'passcode':
      return pick % 11 === 0 ? `not ${PASSWORD}` : PASSWORD
    case 'recovery_code':
      return actor.recoveryCode()
    case 'code':
      if (action === '/mf-recovery') return actor.recoveryCode()
      return pick % 7 === 0 ? GUESS : actor.code()
    case 'phone':
      return actor.pick(['+15550100', '+15550101', '1'])
    default:
      return 'mine'
  }
}
