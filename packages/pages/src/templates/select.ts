import { html } from 'hono/html'
import type { Html, SelectView } from '../view.ts'
import { enrollmentName } from './enrollment.ts'
import { hidden, link } from './parts.ts'

export function select(view: SelectView): Html {
  const { enrollments, csrfToken, next, paths, text } = view
  return html`<p>${text('select.lead')}</p>
<form method="post" action="${paths.select}">
${hidden({ csrf_token: csrfToken, ...(next === null ? {} : { next }) })}
<ul class="choices">
${enrollments.map(
  (enrollment) => html`<li><button type="submit" class="choice" name="which" value="${enrollment.id}">
<strong>${enrollmentName(view, enrollment)}</strong>
${enrollment.isPreferred ? html`<span class="badge">${text('select.preferred')}</span>` : ''}
${enrollment.address === null ? '' : html`<span class="hint">${enrollment.address}</span>`}
</button></li>`,
)}
</ul>
</form>
${view.hasRescue ? html`<ul class="ways"><li>${link(view, paths.rescue, 'select.lost')}</li></ul>` : ''}`
}
