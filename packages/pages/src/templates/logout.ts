import { html } from 'hono/html'
import type { Html, LogoutView } from '../view.ts'
import { form, submit } from './parts.ts'

export function logout(view: LogoutView): Html {
  const { paths, text } = view
  return html`<p>${text('logout.lead')}</p>
${form(view, paths.logout, submit(text('layout.logout')))}`
}
