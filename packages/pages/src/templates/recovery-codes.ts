import { html } from 'hono/html'
import type { Html, NewRecoveryCodesView, RecoveryCodesView } from '../view.ts'
import { form, hidden, submit } from './parts.ts'

export function recoveryCodes(view: RecoveryCodesView): Html {
  const { codes, left, paths, text } = view
  const exit = view.next ?? paths.setup
  return html`<p>${text('recoveryCodes.lead')}</p>
<p><strong>${left === 0 ? text('recoveryCodes.none') : text('recoveryCodes.left', { count: left })}</strong></p>
${codes === null || codes.length === 0 ? '' : list(codes, text('newRecoveryCodes.list'))}
${form(
  view,
  paths.recoveryCodes,
  html`${left === 0 ? '' : html`<p class="hint">${text('recoveryCodes.renewHint')}</p>`}
${submit(text(left === 0 ? 'recoveryCodes.make' : 'recoveryCodes.renew'))}`,
)}
<ul class="ways"><li><a href="${exit}">${text(left === 0 ? 'recoveryCodes.later' : 'layout.back')}</a></li></ul>`
}

export function newRecoveryCodes(view: NewRecoveryCodesView): Html {
  const { codes, product, text, user } = view
  return html`<p class="no-print">${text('newRecoveryCodes.lead')}</p>
<p class="print-only">${text('newRecoveryCodes.for', { product: product.name, user: user ?? '' })}</p>
${list(codes, text('newRecoveryCodes.list'))}
<div class="actions no-print">
${form({ ...view, next: null }, view.download, submit(text('newRecoveryCodes.download'), 'secondary'), {
  codes: codes.join(' '),
})}
<button type="button" class="button secondary" data-print hidden>${text('newRecoveryCodes.print')}</button>
<button type="button" class="button secondary" data-copy="${codes.join('\n')}" data-copied="${text('newRecoveryCodes.copied')}" hidden>${text('newRecoveryCodes.copy')}</button>
</div>
${goOn(view)}`
}

const list = (codes: readonly string[], label: string): Html =>
  html`<ol class="codes" aria-label="${label}">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ol>`

/** A form that changes nothing: the browser asks for the tick, and goes on. A query would be lost without its fields. */
function goOn({ continue: href, text }: NewRecoveryCodesView): Html {
  const { pathname, search, hash } = new URL(href, 'https://here.invalid')
  return html`<form class="no-print" method="get" action="${pathname}${hash}">
${hidden(Object.fromEntries(new URLSearchParams(search)))}
<div class="check">
<input id="stored" type="checkbox" required>
<label for="stored">${text('newRecoveryCodes.stored')}</label>
</div>
${submit(text('newRecoveryCodes.continue'))}
</form>`
}
