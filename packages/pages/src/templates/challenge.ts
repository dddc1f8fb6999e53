import { html } from 'hono/html'
import type { ChallengeView, Html } from '../view.ts'
import { attempts, challengeLead, codeField, form, link, rememberField, resend, submit } from './parts.ts'

export function challenge(view: ChallengeView): Html {
  const { challenge: asked, paths, text } = view
  return html`${challengeLead(view, asked)}
${form(
  view,
  paths.validate,
  html`${codeField(view, asked)}
${attempts(view, asked.attemptsLeft)}
${rememberField(view, view.rememberDays)}
${submit(text('challenge.submit'))}`,
)}
${resend(view, asked)}
${
  view.hasOthers || view.hasRescue
    ? html`<ul class="ways">
${view.hasOthers ? html`<li>${link(view, paths.select, 'challenge.other')}</li>` : ''}
${view.hasRescue ? html`<li>${link(view, paths.rescue, 'challenge.lost')}</li>` : ''}
</ul>`
    : ''
}`
}
