import { AssertionError } from 'node:assert'
import { type Document, type Element, type HTMLFormElement, type HTMLInputElement, Window } from 'happy-dom'
import { checkPage } from './check-page.ts'

type Fetch = (request: Request) => Promise<Response>

/** A browser that runs no script: it reads the page that is there, and fills in the forms that are there. */
export interface PageBrowser {
  /** Where it is, as path and query. */
  readonly at: () => string
  readonly status: () => number
  readonly headers: () => Headers
  readonly document: () => Document
  /** What can be read on the page, spaces collapsed. */
  readonly text: () => string
  readonly heading: () => string
  /** The texts of the summary of problems. */
  readonly problems: () => readonly string[]
  readonly cookies: Map<string, string>
  open(path: string): Promise<void>
  /** Follows the link with this text. */
  follow(text: string): Promise<void>
  /** Fills in the form with this button, by labels, and presses it. Of several such forms it is the one within `within`. */
  press(button: string, typed?: Readonly<Record<string, string | boolean>>, within?: string): Promise<void>
  /** Sends a request as it is, and shows what comes back. */
  send(path: string, init?: RequestInit): Promise<void>
  /** The last response as text, also where it is no page. */
  readonly body: () => string
}

const MAX_REDIRECTS = 5
const textOf = (element: Element): string => (element.textContent ?? '').replaceAll(/\s+/g, ' ').trim()

function fault(message: string): never {
  throw new AssertionError({ message })
}

/**
 * Opens a browser that keeps cookies and follows redirects. It says of no request where it comes from, so that what
 * it sends passes by the CSRF tokens in the forms alone.
 */
export function openPageBrowser(fetch: Fetch, origin: string): PageBrowser {
  const cookies = new Map<string, string>()
  const { DOMParser } = new Window()
  let [at, body, status, headers] = ['', '', 0, new Headers()]
  let document = new DOMParser().parseFromString('<p></p>', 'text/html') as unknown as Document

  async function request(path: string, init: RequestInit): Promise<Response> {
    const sent = new Headers({ accept: 'text/html,application/xhtml+xml,*/*;q=0.8' })
    for (const [name, value] of new Headers(init.headers)) sent.set(name, value)
    if (cookies.size > 0)
      sent.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(
      new Request(`${origin}${path}`, { ...init, headers: sent, redirect: 'manual' }),
    )
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/max-age=0(;|$)/i.test(cookie)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }

  async function send(path: string, init: RequestInit = {}): Promise<void> {
    let response = await request(path, init)
    at = path
    for (let count = 0; response.status === 303; count++) {
      if (count === MAX_REDIRECTS) fault(`${path} leads in circles`)
      const target = new URL(response.headers.get('location') ?? fault('a 303 to nowhere'), `${origin}${at}`)
      if (target.origin !== origin) fault(`led away to ${target.origin}`)
      at = `${target.pathname}${target.search}`
      response = await request(at, {})
    }
    status = response.status
    headers = response.headers
    body = await response.text()
    if (!headers.get('content-type')?.startsWith('text/html')) return
    document = new DOMParser().parseFromString(body, 'text/html') as unknown as Document
    checkPage(document, headers, at)
  }

  const browser: PageBrowser = {
    at: () => at,
    status: () => status,
    headers: () => headers,
    document: () => document,
    body: () => body,
    text: () => textOf(document.body),
    heading: () => textOf(document.querySelector('h1') ?? fault('no heading')),
    problems: () => [...document.querySelectorAll('[role=alert] li')].map(textOf),
    cookies,
    open: (path) => send(path),
    async follow(text) {
      const link = [...document.querySelectorAll('a')].find((found) => textOf(found) === text)
      await send(link?.getAttribute('href') ?? fault(`no link "${text}" on: ${browser.text()}`))
    },
    async press(name, typed = {}, within = 'body') {
      const scope = document.querySelector(within) ?? fault(`nothing at ${within}`)
      const button =
        [...scope.querySelectorAll('form button[type=submit]')].find((found) =>
          textOf(found).startsWith(name),
        ) ?? fault(`no button "${name}" on: ${browser.text()}`)
      const form = button.closest('form') as HTMLFormElement // it was found in one
      const fields = fill(document, form, typed)
      const own = button.getAttribute('name')
      if (own !== null) fields.append(own, button.getAttribute('value') ?? '')
      const action = form.getAttribute('action') ?? at
      if (form.getAttribute('method') === 'post') {
        return send(action, { method: 'POST', body: fields })
      }
      const query = fields.toString()
      await send(query === '' ? action : `${action}?${query}`)
    },
    send,
  }
  return browser
}

/** What a form sends: hidden fields as they are, the others as typed; what is required must be there. */
function fill(
  document: Document,
  form: HTMLFormElement,
  typed: Readonly<Record<string, string | boolean>>,
): URLSearchParams {
  const fields = new URLSearchParams()
  const left = new Set(Object.keys(typed))
  for (const input of [...form.querySelectorAll('input')] as HTMLInputElement[]) {
    const { name, type, id } = input
    const label = document.querySelector(`label[for="${id}"]`)
    const key = label === null ? '' : ([...left].find((text) => textOf(label).startsWith(text)) ?? '')
    const value = typed[key]
    left.delete(key)
    const given =
      type === 'checkbox'
        ? value === true
          ? input.getAttribute('value')
          : ''
        : (value ?? input.getAttribute('value'))
    if (input.hasAttribute('required') && (type === 'checkbox' ? value !== true : given === '')) {
      fault(`the browser asks to fill in ${name === '' ? id : name}`)
    }
    if (name !== '' && !(type === 'checkbox' && value !== true)) fields.append(name, String(given ?? ''))
  }
  if (left.size > 0) fault(`there is no field ${[...left].join(', ')}`)
  return fields
}
