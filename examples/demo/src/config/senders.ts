import { smtpMailer, twilioSms } from '@sallyport/adapters-delivery'
import type { ConfigFault, Mailer, SmsSender } from '@sallyport/core'
import { collectFaults } from './collect-faults.ts'
import type { ConfigFile } from './schema.ts'

/** The senders that are configured; where one is not, the terminal shows the messages. */
export interface Senders {
  readonly mailer?: Mailer
  readonly sms?: SmsSender
  close(): void
}

export const noSenders: Senders = { close: () => undefined }

type SenderKeys = Pick<ConfigFile, 'smtp' | 'mailFrom' | 'twilio'>

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Makes the senders that a configuration names, and tells what is wrong with the others. */
export function makeSenders({ smtp, mailFrom, twilio }: SenderKeys, faults: ConfigFault[]): Senders {
  const mailer =
    smtp === undefined
      ? undefined
      : collectFaults(faults, smtpField, () =>
          smtpMailer(smtp, {
            from: mailFrom ?? 'Sallyport demo <demo@localhost>',
            // A mail catcher on this machine has no TLS, and nobody is in between.
            dangerouslyAllowPlaintext: URL.canParse(smtp) && LOOPBACK.test(new URL(smtp).hostname),
          }),
        )
  const sms =
    twilio === undefined
      ? undefined
      : collectFaults(
          faults,
          (field) => `twilio.${field}`,
          // Its own parser says what it must be: exactly one of two kinds of sender, among others.
          () => twilioSms(twilio as unknown as Parameters<typeof twilioSms>[0]),
        )
  return {
    ...(mailer === undefined ? {} : { mailer }),
    ...(sms === undefined ? {} : { sms }),
    close: () => mailer?.close(),
  }
}

const smtpField = (field: string): string => (field === 'from' ? 'mailFrom' : 'smtp')
