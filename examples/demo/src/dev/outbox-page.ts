import { type Html, html } from '@sallyport/pages'
import type { OutboxMessage } from '../delivery.ts'

/** Whether a browser asks, and not a test. */
export const wantsPage = (request: Request): boolean =>
  (request.headers.get('accept') ?? '').includes('text/html')

/** All messages for people: the last one first. */
export function outboxPage(messages: readonly OutboxMessage[]): Html {
  if (messages.length === 0)
    return html`<p>Nothing has been sent yet. <a href="/dev/outbox">Look again</a></p>`
  return html`<p>${messages.length} sent, the last one first. <a href="/dev/outbox">Look again</a></p>
${messages.toReversed().map(
  ({ channel, to, subject, text }) => html`<article class="card">
<h2>${subject ?? 'Text message'}</h2>
<p class="hint">${channel} to ${to}</p>
<p>${text}</p>
</article>`,
)}`
}
