import type { EnrollmentView } from '@sallyport/core'
import { html } from 'hono/html'
import type { Html, SetupView } from '../view.ts'
import { enrollmentName } from './enrollment.ts'
import { card, field, form, hrefOf, submit } from './parts.ts'

export function setup(view: SetupView): Html {
  const { canAdd, enrollments, paths, recoveryCodesLeft: left, text } = view
  return html`<p>${text('setup.lead')}</p>
<section aria-labelledby="methods">
<h2 id="methods">${text('setup.methods')}</h2>
<ul class="list">
${enrollments.map((enrollment) => html`<li class="card">${describe(view, enrollment)}</li>`)}
</ul>
${
  canAdd
    ? html`<p class="actions">
<a class="button primary" href="${hrefOf(view, `${paths.setup}?mode=add`)}">${text('setup.add')}</a>
<a class="button secondary" href="${hrefOf(view, `${paths.setup}?mode=replace`)}">${text('setup.replace')}</a>
</p>`
    : ''
}
</section>
${
  left === null
    ? ''
    : card(
        text('setup.recoveryCodes'),
        text('setup.codesLeft', { count: left }),
        html`<a class="button secondary" href="${hrefOf(view, paths.recoveryCodes)}">${text('setup.manageCodes')}</a>`,
      )
}
${card(
  text('setup.devices'),
  text('setup.devicesCount', { count: view.devices }),
  html`<a class="button secondary" href="${hrefOf(view, paths.devices)}">${text('setup.manageDevices')}</a>`,
)}
${view.isRequired ? '' : disable(view)}`
}

function describe(view: SetupView, enrollment: EnrollmentView): Html {
  const { day, text, nameOf } = view
  const { method, address, createdAt, isPreferred, isUsable, lastUsedAt } = enrollment
  const name = enrollmentName(view, enrollment)
  const facts = [
    ...(name === nameOf(method) ? [] : [nameOf(method)]),
    ...(address === null ? [] : [address]),
    text('setup.since', { day: day(createdAt) }),
    ...(lastUsedAt === null ? [] : [text('setup.lastUsed', { day: day(lastUsedAt) })]),
  ]
  return html`<h3>${name}
${isPreferred ? html`<span class="badge">${text('setup.preferred')}</span>` : ''}
${isUsable ? '' : html`<span class="badge">${text('setup.unusable')}</span>`}</h3>
<p class="hint">${facts.join(' · ')}</p>
<details ${view.failed === enrollment.id ? html`open` : ''}>
<summary>${text('setup.change', { name })}</summary>
${change(view, enrollment, name)}
</details>`
}

function change(view: SetupView, { id, isPreferred }: EnrollmentView, name: string): Html {
  const { enrollments, failed, isRequired, paths, text } = view
  const own = failed === id ? view : { ...view, problem: null }
  const action = `${paths.enrollments}/${encodeURIComponent(id)}`
  const mayGo = enrollments.length > (isRequired ? 1 : 0)
  return html`${form(
    view,
    action,
    html`${field(own, { id: `name-${id}`, name: 'name', label: text('field.name'), value: name, attributes: html`maxlength="64" autocomplete="off"` })}
${submit(text('setup.rename'), 'secondary')}`,
    { _method: 'PATCH' },
  )}
${
  isPreferred
    ? ''
    : form(view, action, submit(text('setup.prefer'), 'secondary'), { _method: 'PATCH', preferred: 'true' })
}
${
  mayGo
    ? form(
        view,
        action,
        html`<p class="hint">${text('setup.removeHint')}</p>${submit(text('setup.remove'), 'danger')}`,
        {
          _method: 'DELETE',
        },
      )
    : ''
}`
}

function disable(view: SetupView): Html {
  const { paths, text } = view
  return html`<details class="card">
<summary>${text('setup.disable')}</summary>
<p>${text('setup.disableAbout')}</p>
${form(view, paths.setup, submit(text('setup.disable'), 'danger'), { setup: 'disable' })}
</details>`
}
