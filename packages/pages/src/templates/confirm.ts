import { html } from 'hono/html'
import { drawQrCode } from '../qr-code.ts'
import type { AppKey, ConfirmView, Html } from '../view.ts'
import { attempts, challengeLead, codeField, form, link, rememberField, resend, submit } from './parts.ts'

export function confirm(view: ConfirmView): Html {
  const { app, challenge, paths, text } = view
  const isApp = challenge.method === 'authenticator'
  return html`${app === null ? '' : provision(view, app)}
${isApp ? html`<p>${text(app === null ? 'confirm.shownOnce' : 'confirm.then')}</p>` : challengeLead(view, challenge)}
${form(
  view,
  view.action,
  html`${codeField(view, challenge)}
${attempts(view, challenge.attemptsLeft)}
${rememberField(view, view.rememberDays)}
${submit(text('confirm.submit'))}`,
)}
${resend(view, challenge)}
<ul class="ways"><li>${link(view, paths.setup, 'confirm.restart')}</li></ul>`
}

function provision({ text }: ConfirmView, { uri, groupedSecret, issuer, label }: AppKey): Html {
  return html`<h2>${text('confirm.scan')}</h2>
${drawQrCode(uri, text('confirm.qr'))}
<h2>${text('confirm.manual')}</h2>
<dl class="facts">
<div><dt>${text('confirm.key')}</dt><dd><code class="key">${groupedSecret}</code></dd></div>
<div><dt>${text('confirm.account')}</dt><dd>${label}</dd></div>
<div><dt>${text('confirm.issuer')}</dt><dd>${issuer}</dd></div>
</dl>`
}
