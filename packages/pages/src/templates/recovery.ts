import { html } from 'hono/html'
import type { Html, RecoveryView } from '../view.ts'
import { attempts, form, link, recoveryCodeField, submit } from './parts.ts'

export function recovery(view: RecoveryView): Html {
  const { attemptsLeft, paths, text } = view
  return html`<p>${text('recovery.lead')}</p>
${form(
  view,
  paths.recovery,
  html`${recoveryCodeField(view, 'code')}
${attemptsLeft === null ? '' : attempts(view, attemptsLeft)}
${submit(text('challenge.submit'))}`,
)}
${view.hasOthers ? html`<ul class="ways"><li>${link(view, paths.select, 'challenge.other')}</li></ul>` : ''}`
}
