import { html } from 'hono/html'
import type { ErrorView, Html } from '../view.ts'

export function error({ exit, status, text }: ErrorView): Html {
  return html`<p class="hint">${text('error.status', { status })}</p>
<p><a class="button primary" href="${exit.href}">${exit.text}</a></p>`
}
