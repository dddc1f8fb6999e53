import { html } from 'hono/html'
import type { Challenge, Html, VerifyView } from '../view.ts'
import {
  attempts,
  challengeLead,
  codeField,
  form,
  passwordField,
  recoveryCodeField,
  resend,
  submit,
} from './parts.ts'

export function verify(view: VerifyView): Html {
  const { challenge, methods, nameOf, paths, text } = view
  const others = methods.filter((method) => method !== 'password' && method !== challenge?.method)
  const asksForPassword = challenge === null && methods.includes('password')
  const isAlone = challenge === null && !asksForPassword
  return html`<p>${text(methods.length === 0 ? 'verify.none' : 'verify.lead')}</p>
${challenge === null ? '' : proof(view, challenge)}
${
  asksForPassword
    ? form(
        view,
        paths.verify,
        html`${passwordField(view, 'password', true)}${submit(text('challenge.submit'))}`,
      )
    : ''
}
${
  others.length === 0
    ? ''
    : html`${isAlone ? '' : html`<h2>${text('challenge.other')}</h2>`}
<ul class="choices">
${others.map(
  (method) =>
    html`<li>${form(
      view,
      paths.verify,
      html`<button type="submit" class="choice"><strong>${nameOf(method)}</strong></button>`,
      { method },
    )}</li>`,
)}
</ul>`
}`
}

function proof(view: VerifyView, challenge: Challenge): Html {
  const isRecovery = challenge.method === 'recovery_code'
  return html`${isRecovery ? '' : challengeLead(view, challenge)}
${form(
  view,
  view.paths.verify,
  html`${isRecovery ? recoveryCodeField(view, 'recovery_code') : codeField(view, challenge)}
${attempts(view, challenge.attemptsLeft)}
${submit(view.text('challenge.submit'))}`,
)}
${resend(view, challenge)}`
}
