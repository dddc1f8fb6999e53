import process from 'node:process'
import type { Mailer, SmsSender } from '@sallyport/core'

export interface ConsoleDeliveryOptions {
  /** Takes one message, in several lines. Default: to the standard output. */
  readonly print?: (text: string) => void
}

/** Control characters that are not a line break: in a terminal they move the cursor, hide text and worse (CWE-150). */
const CONTROL = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

const rule = '-'.repeat(60)

/**
 * Prints every message instead of sending it. FOR DEVELOPMENT ONLY: it prints whole messages, with their codes and
 * recipients, to where logs are kept. Whoever reads the output of a server that uses it can pass the second factor
 * of all its users, and nobody else can, since nothing is sent.
 *
 * @example
 * const { mailer, sms } = consoleDelivery()
 */
export function consoleDelivery(options: ConsoleDeliveryOptions = {}): {
  readonly mailer: Mailer
  readonly sms: SmsSender
} {
  const { print = (text) => void process.stdout.write(`${text}\n`) } = options
  const show = (lines: readonly string[]): void => {
    print([rule, ...lines, rule].join('\n').replaceAll('\r\n', '\n').replace(CONTROL, '\uFFFD'))
  }
  return {
    mailer: {
      async send({ kind, to, subject, text }) {
        show([`Mail (${kind}) to ${to}`, `Subject: ${subject}`, '', text])
      },
    },
    sms: {
      async send({ kind, to, text }) {
        show([`Text message (${kind}) to ${to}`, '', text])
      },
    },
  }
}
