import type { RescueOption } from '@sallyport/core'
import { html } from 'hono/html'
import type { Html, RescueView } from '../view.ts'
import { form, hrefOf, link } from './parts.ts'

export function rescue(view: RescueView): Html {
  const { canGoBack, options, paths, text } = view
  const back = canGoBack
    ? html`<ul class="ways"><li>${link(view, paths.select, 'layout.back')}</li></ul>`
    : ''
  if (options.length === 0) return html`<p>${text('rescue.none')}</p>${back}`
  return html`<p>${text('rescue.lead')}</p>
<ul class="choices">
${options.map((option) => html`<li>${choice(view, option)}</li>`)}
</ul>
${back}`
}

/** A recovery code is typed on a page of its own; the other ways begin with something being sent. */
function choice(view: RescueView, option: RescueOption): Html {
  const { paths, text } = view
  const named = html`<strong>${text(`rescue.${option}`)}</strong>
<span class="hint">${text(`rescue.${option}.about`)}</span>`
  if (option === 'recovery_code') {
    return html`<a class="choice" href="${hrefOf(view, paths.recovery)}">${named}</a>`
  }
  const button = html`<button type="submit" class="choice">${named}</button>`
  return form(view, paths.rescue, button, { help_setup: option })
}
