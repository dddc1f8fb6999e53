import { html } from 'hono/html'
import type { PageMessageKey } from '../catalog.ts'
import { withQuery } from '../next.ts'
import type { Challenge, Html, View } from '../view.ts'

/** Fields that a form sends and does not show. */
export function hidden(fields: Readonly<Record<string, string>>): Html {
  return html`${Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}`
}

/** A form. It carries the CSRF token, and where to go when all is done. */
export function form(
  view: View,
  action: string,
  content: Html,
  fields: Readonly<Record<string, string>> = {},
): Html {
  const kept = view.next === null ? {} : { next: view.next }
  return html`<form method="post" action="${action}">
${hidden({ csrf_token: view.csrfToken, ...kept, ...fields })}
${content}
</form>`
}

interface Field {
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly type?: 'text' | 'password' | 'tel'
  /** Further attributes, escaped. */
  readonly attributes?: Html
  /** Another id than the one made of the name, where a page has the field twice. */
  readonly id?: string
  readonly value?: string
  /** Whether the page begins here, when nothing is wrong elsewhere. */
  readonly isFirst?: boolean
}

/** A labeled input. What is wrong with it is said beside it, and it then has the focus. */
export function field(view: View, given: Field): Html {
  const { name, label, hint, type = 'text', attributes = html``, id = `field-${name}`, value } = given
  const fields = view.problem?.fields ?? {}
  const fault = fields[name]
  const described = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(fault === undefined ? [] : [`${id}-fault`]),
  ]
  const hasFocus = fault !== undefined || (given.isFirst === true && !hasFault(view))
  return html`<div class="field">
<label for="${id}">${label}</label>
${hint === undefined ? '' : html`<p class="hint" id="${id}-hint">${hint}</p>`}
${fault === undefined ? '' : html`<p class="fault" id="${id}-fault">${fault}</p>`}
<input id="${id}" name="${name}" type="${type}" value="${type === 'password' ? '' : (value ?? '')}" ${attributes}
${described.length === 0 ? '' : html`aria-describedby="${described.join(' ')}"`}
${fault === undefined ? '' : html`aria-invalid="true"`} ${hasFocus ? html`autofocus` : ''} required>
</div>`
}

/** Whether a single field is at fault. */
const hasFault = ({ problem }: View): boolean =>
  Object.keys(problem?.fields ?? {}).some((name) => name !== '' && name !== 'csrf_token')

const NUMERIC: readonly string[] = ['authenticator', 'email', 'sms']

/** The one input for a one-time code, which browsers fill in from a message. */
export function codeField(view: View, { method }: Pick<Challenge, 'method'>): Html {
  const inputMode = NUMERIC.includes(method) ? html`inputmode="numeric"` : html`inputmode="text"`
  return field(view, {
    name: 'code',
    label: view.text('field.code'),
    attributes: html`class="code" autocomplete="one-time-code" ${inputMode} autocapitalize="none" spellcheck="false"`,
    isFirst: true,
  })
}

/** The input for a recovery code: text, which no browser is to fill in or to keep. */
export function recoveryCodeField(view: View, name: 'code' | 'recovery_code'): Html {
  return field(view, {
    name,
    label: view.text('field.recoveryCode'),
    hint: view.text('field.recoveryCode.hint'),
    attributes: html`class="code" autocomplete="off" autocapitalize="characters" spellcheck="false"`,
    isFirst: true,
  })
}

/** The input for the password of a user who is known. */
export function passwordField(view: View, name: 'password' | 'passcode', isFirst: boolean): Html {
  const autocomplete =
    name === 'password' ? html`autocomplete="current-password"` : html`autocomplete="one-time-code"`
  return field(view, {
    name,
    label: view.text(`field.${name}`),
    type: 'password',
    attributes: autocomplete,
    isFirst,
  })
}

/** The offer to remember this browser; nothing where the policy makes none. */
export function rememberField(view: View, days: number | null): Html {
  if (days === null) return html``
  return html`<div class="check">
<input id="field-remember" name="remember" type="checkbox" value="true" aria-describedby="field-remember-hint">
<label for="field-remember">${view.text('field.remember', { duration: view.duration(days * 86_400) })}</label>
<p class="hint" id="field-remember-hint">${view.text('field.remember.hint')}</p>
</div>`
}

export function submit(label: string, kind: 'primary' | 'secondary' | 'danger' | 'quiet' = 'primary'): Html {
  return html`<button type="submit" class="button ${kind}">${label}</button>`
}

/** Where the code went, or where to look for it. */
export function challengeLead(view: View, { method, address }: Challenge): Html {
  if (address !== null) return html`<p>${view.text('challenge.sent', { address })}</p>`
  return method === 'authenticator'
    ? html`<p>${view.text('challenge.app')}</p>`
    : html`<p>${view.text('challenge.own', { method: view.nameOf(method) })}</p>`
}

/** How many tries are left. */
export function attempts(view: View, count: number): Html {
  return html`<p class="hint">${view.text('challenge.attempts', { count })}</p>`
}

/** The way to a new code: a button, or how long to wait for it. */
export function resend(view: View, { resend: offer }: Challenge): Html {
  if (offer === null) return html``
  const { action, fields, waitSeconds } = offer
  if (waitSeconds > 0) {
    return html`<p class="hint">${view.text('challenge.resendIn', { duration: view.duration(waitSeconds) })}</p>`
  }
  return form(view, action, submit(view.text('challenge.resend'), 'secondary'), fields)
}

/** A way to somewhere else, `next` carried along. */
export function link(view: View, path: string, key: PageMessageKey): Html {
  return html`<a href="${hrefOf(view, path)}">${view.text(key)}</a>`
}

/** A path with `next` carried along. */
export const hrefOf = ({ next }: View, path: string): string => withQuery(path, { next })

/** A method as a card: its name, what it is, and a form below. */
export function card(title: string, about: string | null, content: Html): Html {
  return html`<section class="card">
<h2>${title}</h2>
${about === null ? '' : html`<p class="hint">${about}</p>`}
${content}
</section>`
}
