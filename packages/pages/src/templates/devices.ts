import type { DeviceView } from '@sallyport/core'
import { html } from 'hono/html'
import type { DevicesView, Html } from '../view.ts'
import { form, link, submit } from './parts.ts'

export function devices(view: DevicesView): Html {
  const { devices: browsers, paths, text } = view
  return html`${
    browsers.length === 0
      ? html`<p>${text('devices.none')}</p>`
      : html`<p>${text('devices.lead')}</p>
<ul class="list">${browsers.map((browser) => html`<li class="card">${describe(view, browser)}</li>`)}</ul>`
  }
<ul class="ways"><li>${link(view, paths.setup, 'layout.back')}</li></ul>`
}

function describe(view: DevicesView, browser: DeviceView): Html {
  const { day, paths, text } = view
  const { id, createdAt, expiresAt, lastUsedAt } = browser
  const facts = [
    ...(lastUsedAt === null ? [] : [text('devices.lastUsed', { day: day(lastUsedAt) })]),
    text('devices.until', { day: day(expiresAt) }),
  ]
  return html`<h2>${text('devices.browser', { day: day(createdAt) })}</h2>
<p class="hint">${facts.join(' · ')}</p>
${form(view, `${paths.devices}/${encodeURIComponent(id)}`, submit(text('devices.revoke'), 'danger'), {
  _method: 'DELETE',
})}`
}
