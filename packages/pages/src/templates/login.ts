import { html } from 'hono/html'
import type { Html, LoginView } from '../view.ts'
import { field, form, passwordField, submit } from './parts.ts'

export function login(view: LoginView): Html {
  const { action, identities, secret, text, typed } = view
  const known = typed['identity']
  const [only, ...others] = identities
  const isMail = only === 'email' && others.length === 0
  const isName = only === 'username' && others.length === 0
  return form(
    view,
    action,
    html`${field(view, {
      name: 'identity',
      label: text(isMail ? 'field.email' : isName ? 'field.username' : 'field.identity'),
      attributes: html`autocomplete="username" autocapitalize="none" spellcheck="false" ${isMail ? html`inputmode="email"` : ''}`,
      value: known ?? '',
      isFirst: known === undefined,
    })}
${passwordField(view, secret, known !== undefined)}
${submit(text('login.submit'))}`,
  )
}
