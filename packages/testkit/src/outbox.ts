import {
  DeliveryRefused,
  type Mailer,
  type MailMessage,
  type SmsMessage,
  type SmsSender,
} from '@sallyport/core'

/** A message that arrived. */
export type Sent =
  | { readonly channel: 'email'; readonly message: MailMessage }
  | { readonly channel: 'sms'; readonly message: SmsMessage }

/**
 * What a sender does with the next message: `refuse` it (it did not go out, and the sender knows), `lose` it
 * (an error, it did not arrive), `fail_after_sending` (an error, yet it arrives), or `hang` (no answer until
 * `release`; it arrives only then).
 */
export type Misbehavior = 'refuse' | 'lose' | 'fail_after_sending' | 'hang'

/** Senders that keep what they are given, for tests. */
export interface Outbox {
  readonly mailer: Mailer
  readonly smsSender: SmsSender
  /** Everything that arrived, oldest first. */
  readonly sent: readonly Sent[]
  /** Messages that hang. */
  readonly hanging: number
  /** Makes the next messages misbehave, one for each item; those after them arrive. */
  next(...misbehaviors: readonly Misbehavior[]): void
  /** Delivers what hangs, late, and answers its senders. */
  release(): void
  /** What arrived at an address or number, oldest first. */
  to(address: string): readonly Sent[]
  /**
   * The code in the last message to an address or number.
   *
   * @throws {Error} When nothing arrived there or the last message holds no code.
   */
  lastCode(address: string): string
  /** Forgets what arrived. */
  clear(): void
}

/** Six to eight digits that stand alone: not part of a longer number, a word, a date or a phone number. */
const CODE = /(?<![\w+.-])\d{6,8}(?![\w-]|\.\d)/u

/** Creates an outbox. Messages arrive unless `next` says otherwise. */
export function outbox(): Outbox {
  let sent: readonly Sent[] = []
  let planned: readonly Misbehavior[] = []
  let hanging: readonly (() => void)[] = []

  const arrive = (item: Sent): void => {
    sent = [...sent, item]
  }

  async function take(item: Sent): Promise<void> {
    const [misbehavior, ...later] = planned
    planned = later
    switch (misbehavior) {
      case undefined:
        return arrive(item)
      case 'refuse':
        throw new DeliveryRefused('refused by the outbox')
      case 'lose':
        throw new Error('lost by the outbox')
      case 'fail_after_sending':
        arrive(item)
        throw new Error('the answer was lost by the outbox')
      case 'hang':
        return new Promise((resolve) => {
          hanging = [
            ...hanging,
            () => {
              arrive(item)
              resolve()
            },
          ]
        })
    }
  }

  const to = (address: string): readonly Sent[] => sent.filter(({ message }) => message.to === address)

  return {
    mailer: { send: (message) => take({ channel: 'email', message }) },
    smsSender: { send: (message) => take({ channel: 'sms', message }) },
    get sent() {
      return sent
    },
    get hanging() {
      return hanging.length
    },
    next(...misbehaviors) {
      planned = [...planned, ...misbehaviors]
    },
    release() {
      const released = hanging
      hanging = []
      for (const deliver of released) deliver()
    },
    to,
    lastCode(address) {
      const last = to(address).at(-1)
      if (!last) throw new Error(`nothing arrived at ${address}`)
      const code = CODE.exec(last.message.text)?.[0]
      if (code === undefined)
        throw new Error(`the last message to ${address} (${last.message.kind}) holds no code`)
      return code
    },
    clear() {
      sent = []
    },
  }
}
