import { DeliveryRefused, type SmsSender } from '@sallyport/core'
import { attemptSend } from './twilio-attempt.ts'
import { parseTwilioOptions, type TwilioSmsOptions } from './twilio-options.ts'

/** ITU-T E.164: a plus, the country's code, and 15 digits in all at most. */
const E164 = /^\+[1-9]\d{6,14}$/

/**
 * Sends text messages over Twilio's REST API.
 *
 * It throws `DeliveryRefused` when the text surely was not sent: Twilio refused it (any 4xx; the message names
 * Twilio's own error code), there was no connection, or the recipient is no number in E.164. A time-out, a broken
 * connection, a 5xx and an answer that is not Twilio's are any other error: nobody knows.
 *
 * One second try is made, and only after an answer 429, which Twilio documents as never processed, or when no
 * connection was made. Twilio's API knows no idempotency key: what keeps a text from being sent twice is that it is
 * never tried again unless the first try surely sent nothing.
 *
 * No error holds a number, a text or the secret.
 *
 * @throws {ConfigError} `config_invalid`, naming all fields that are wrong, and never their values.
 *
 * @example
 * const sms = twilioSms({ accountSid: env.TWILIO_ACCOUNT, authToken: env.TWILIO_TOKEN, from: '+15005550006' })
 */
export function twilioSms(options: TwilioSmsOptions): SmsSender {
  const twilio = parseTwilioOptions(options)
  return {
    async send(message) {
      if (!E164.test(message.to)) throw new DeliveryRefused('the recipient is not a number in E.164')
      const giveUpAt = performance.now() + twilio.timeoutMs
      const signal = AbortSignal.timeout(twilio.timeoutMs)
      let result = await attemptSend(twilio, message, signal)
      if (result.kind === 'not_sent' && result.retryAfterMs !== null) {
        const { retryAfterMs } = result
        if (performance.now() + retryAfterMs < giveUpAt) {
          await pause(retryAfterMs)
          result = await attemptSend(twilio, message, signal)
        }
      }
      if (result.kind === 'not_sent') throw new DeliveryRefused(`the text was not sent: ${result.why}`)
      if (result.kind === 'unknown')
        throw new Error(`it is not known whether the text was sent: ${result.why}`)
    },
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
