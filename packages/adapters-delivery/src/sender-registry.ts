import { ConfigError, type Mailer, type SmsSender } from '@sallyport/core'
import { type ConsoleDeliveryOptions, consoleDelivery } from './console-delivery.ts'
import { type SmtpMailerOptions, smtpMailer } from './mail/smtp-mailer.ts'
import type { TwilioSmsOptions } from './sms/twilio-options.ts'
import { twilioSms } from './sms/twilio-sms.ts'

export interface SenderRegistryOptions {
  /** What `smtp` is made of. */
  readonly smtp?: SmtpMailerOptions & { readonly url: string | undefined }
  /** What `twilio` is made of. */
  readonly twilio?: TwilioSmsOptions
  /** What `console` is made of, which needs nothing. */
  readonly console?: ConsoleDeliveryOptions
  /** The host's own mailers by name. */
  readonly mailers?: Readonly<Record<string, () => Mailer>>
  /** The host's own senders of text messages by name. */
  readonly smsSenders?: Readonly<Record<string, () => SmsSender>>
}

/** Senders by name. A sender is made, and its options looked at, when it is asked for: only the chosen one need be complete. */
export interface SenderRegistry {
  /** @throws {ConfigError} When there is no such mailer, listing those there are, or its options are wrong. */
  mailer(name: string | undefined): Mailer
  /** @throws {ConfigError} When there is no such sender, listing those there are, or its options are wrong. */
  sms(name: string | undefined): SmsSender
}

/**
 * Collects the senders that a deployment may choose by a word in its configuration. `smtp` and `console` are there
 * for mail, `twilio` and `console` for text messages, and the host adds its own.
 *
 * @throws {ConfigError} `config_invalid` when a name of the host's own is taken already.
 *
 * @example
 * const senders = senderRegistry({
 *   smtp: { url: env.SMTP_URL, from: 'Acme <login@acme.test>' },
 *   mailers: { ses: () => sesMailer() },
 * })
 * const mailer = senders.mailer(env.MAIL_SENDER) // 'smtp', 'console' or 'ses'
 */
export function senderRegistry(options: SenderRegistryOptions = {}): SenderRegistry {
  const { smtp, twilio, mailers = {}, smsSenders = {} } = options
  const chooseMailer = chooser<Mailer>('mailer', 'mailers', mailers, {
    smtp: () => smtpMailer(configured(smtp, 'smtp').url, configured(smtp, 'smtp')),
    console: () => consoleDelivery(options.console).mailer,
  })
  const chooseSms = chooser<SmsSender>('sms', 'smsSenders', smsSenders, {
    twilio: () => twilioSms(configured(twilio, 'twilio')),
    console: () => consoleDelivery(options.console).sms,
  })
  return { mailer: chooseMailer, sms: chooseSms }
}

type Makers<Sender> = Readonly<Record<string, () => Sender>>

function chooser<Sender>(
  field: string,
  ownField: string,
  own: Makers<Sender>,
  builtIn: Makers<Sender>,
): (name: string | undefined) => Sender {
  const taken = Object.keys(own).filter((name) => Object.hasOwn(builtIn, name))
  if (taken.length > 0)
    throw new ConfigError(
      taken.map((name) => ({
        field: `${ownField}.${name}`,
        message: 'must be another name: this one is built in',
      })),
    )
  const makers = new Map([...Object.entries(builtIn), ...Object.entries(own)])
  return (name) => {
    const make = name === undefined ? undefined : makers.get(name)
    if (make !== undefined) return make()
    throw new ConfigError([{ field, message: `must be one of ${[...makers.keys()].sort().join(', ')}` }])
  }
}

function configured<Options>(options: Options | undefined, field: string): Options {
  if (options !== undefined) return options
  throw new ConfigError([{ field, message: 'must be given, since it was chosen' }])
}
