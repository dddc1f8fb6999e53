import type { EnrollableView } from '@sallyport/core'
import { html } from 'hono/html'
import type { PageMessageKey } from '../catalog.ts'
import type { ChooseView, Html } from '../view.ts'
import { enrollmentName } from './enrollment.ts'
import { card, field, form, link, submit } from './parts.ts'

const known: Readonly<Record<string, { readonly about: PageMessageKey; readonly submit: PageMessageKey }>> = {
  authenticator: { about: 'method.authenticator.about', submit: 'choose.authenticator' },
  email: { about: 'method.email.about', submit: 'choose.email' },
  sms: { about: 'method.sms.about', submit: 'choose.sms' },
}

export function choose(view: ChooseView): Html {
  const { choosing, enrollable, paths, replaced, text } = view
  const name = replaced === null ? '' : enrollmentName(view, replaced)
  const back = choosing === 'add' || choosing === 'replace'
  return html`<p>${text(`choose.${choosing}`, { name })}</p>
${enrollable.length === 0 ? html`<p>${text('choose.none')}</p>` : enrollable.map((offer) => describe(view, offer))}
${back ? html`<ul class="ways"><li>${link(view, paths.setup, 'layout.back')}</li></ul>` : ''}`
}

function describe(view: ChooseView, { method, needsAddress }: EnrollableView): Html {
  const { choosing, nameOf, paths, text } = view
  const texts = known[method]
  const isPhone = method === 'sms'
  const address = needsAddress
    ? field(view, {
        name: 'phone',
        id: `phone-${method}`,
        label: text(isPhone ? 'field.phone' : 'field.address'),
        ...(isPhone ? { type: 'tel', hint: text('field.phone.hint') } : {}),
        attributes: isPhone ? html`autocomplete="tel"` : html`autocomplete="off"`,
        value: view.typed['phone'] ?? '',
      })
    : ''
  const label = texts === undefined ? text('choose.other', { method: nameOf(method) }) : text(texts.submit)
  return card(
    nameOf(method),
    texts === undefined ? null : text(texts.about),
    form(view, paths.setup, html`${address}${submit(label, 'secondary')}`, {
      setup: method,
      ...(choosing === 'add' || choosing === 'replace' ? { mode: choosing } : {}),
    }),
  )
}
