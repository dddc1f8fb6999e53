import type { RescueOption } from '@sallyport/core'
import { html } from 'hono/html'
import type { Html, RescueView } from '../view.ts'
import { card, form, hrefOf, link, submit } from './parts.ts'

export function rescue(view: RescueView): Html {
  const { options, paths, text } = view
  if (options.length === 0) return html`<p>${text('rescue.none')}</p>${back(view)}`
  const action = (option: RescueOption) =>
    option === 'recovery_code'
      ? html`<a class="button primary" href="${hrefOf(view, paths.recovery)}">${text('challenge.submit')}</a>`
      : form(view, paths.rescue, submit(text('challenge.submit'), 'secondary'), { help_setup: option })
  return html`<p>${text('rescue.lead')}</p>
${options.map((option) => card(text(`rescue.${option}`), text(`rescue.${option}.about`), html`${action(option)}`))}
${back(view)}`
}

const back = (view: RescueView): Html =>
  view.canGoBack
    ? html`<ul class="ways"><li>${link(view, view.paths.select, 'layout.back')}</li></ul>`
    : html``
