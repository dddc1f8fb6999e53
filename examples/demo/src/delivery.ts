import { consoleDelivery, renderHtml } from '@sallyport/adapters-delivery'
import type { Mailer, SmsSender } from '@sallyport/core'
import type { Senders } from './config/senders.ts'

/** A message, as `GET /dev/outbox` shows it. */
export interface OutboxMessage {
  readonly channel: 'email' | 'sms'
  readonly to: string
  readonly subject: string | null
  readonly text: string
  readonly html: string | null
}

export interface Delivery {
  readonly mailer: Mailer
  readonly sms: SmsSender
  /** Everything since the start, oldest first. Empty unless the outbox is kept. */
  readonly outbox: readonly OutboxMessage[]
}

/** Sends by the configured senders, and in the terminal where there is none. */
export function createDelivery(senders: Senders, options: { readonly keepsOutbox: boolean }): Delivery {
  const terminal = consoleDelivery()
  const mailer = senders.mailer ?? terminal.mailer
  const sms = senders.sms ?? terminal.sms
  const outbox: OutboxMessage[] = []
  const keep = (message: OutboxMessage): void => {
    if (options.keepsOutbox) outbox.push(message)
  }
  return {
    outbox,
    mailer: {
      async send(message) {
        const { to, subject, text } = message
        keep({ channel: 'email', to, subject, text, html: renderHtml(message) })
        await mailer.send(message)
      },
    },
    sms: {
      async send(message) {
        const { to, text } = message
        keep({ channel: 'sms', to, subject: null, text, html: null })
        await sms.send(message)
      },
    },
  }
}
