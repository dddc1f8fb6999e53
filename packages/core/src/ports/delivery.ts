/** A mail. Plain text is always there; an adapter may render its own HTML from `kind` and `data`. */
export interface MailMessage {
  readonly to: string
  readonly subject: string
  readonly text: string
  /** Names the template, such as `code` or `factor_changed`; see the message catalog. */
  readonly kind: string
}

/** A text message. */
export interface SmsMessage {
  /** E.164. */
  readonly to: string
  readonly text: string
  readonly kind: string
}

/**
 * Why a message was not sent. Throw it from a sender when you *know* that nothing went out; the user may
 * then ask again at once. Any other error, and silence, count as unknown: the message may still arrive.
 */
export class DeliveryRefused extends Error {
  override readonly name = 'DeliveryRefused'
}

/** Sends mail. Resolves when the message was handed over. */
export interface Mailer {
  send(message: MailMessage): Promise<void>
}

/** Sends text messages. Resolves when the message was handed over. */
export interface SmsSender {
  send(message: SmsMessage): Promise<void>
}
