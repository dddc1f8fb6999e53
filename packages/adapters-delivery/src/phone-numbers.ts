import { ConfigError, type PhoneNumbers } from '@sallyport/core'
import {
  type CountryCode,
  isSupportedCountry,
  type NumberType,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/mobile'

export interface PhoneNumbersOptions {
  /**
   * The country of a number that is written without one, such as `0151 23456789`: ISO 3166-1 alpha-2, in
   * capitals. Default none: every number must begin with `+` and its country's code.
   */
  readonly defaultRegion?: CountryCode
}

/** Our choice: E.164's 15 digits, each with a separator and the prefixes of a careful writer, come to less. */
const MAX_LENGTH = 64

/**
 * What a number may be written with: one plus, the digits of the scripts that phones offer, and what people
 * put between them. A letter, a line break or any other control character is none of it, nor is what comes
 * before an extension.
 */
const WRITTEN_NUMBER =
  /^[ \u00A0]*[+\uFF0B]?[0-9\uFF10-\uFF19\u0660-\u0669\u06F0-\u06F9 \u00A0()./\-\u2010-\u2015]+$/

/** Direction marks come along when a number is copied from a contact; they are invisible and mean nothing. */
const DIRECTION_MARKS = /[\u200E\u200F\u202A-\u202E\u2066-\u2069]/g

/**
 * The number types that can take a text message on a device of the user's own. Some plans, such as that of
 * North America, do not tell mobile from fixed: their numbers get the benefit of the doubt, since none is
 * stored before a code has arrived there. Voice over IP proves no device (NIST SP 800-63B-4 §3.1.3.1), and
 * premium, shared-cost and personal numbers are how texts are turned into money (ASVS 5.0 6.6.1).
 */
const canTakeTexts: Readonly<Record<Exclude<NumberType, undefined>, boolean>> = {
  MOBILE: true,
  FIXED_LINE_OR_MOBILE: true,
  FIXED_LINE: false,
  PAGER: false,
  PERSONAL_NUMBER: false,
  PREMIUM_RATE: false,
  SHARED_COST: false,
  TOLL_FREE: false,
  UAN: false,
  VOICEMAIL: false,
  VOIP: false,
}

/**
 * Creates the numbering plans that core asks when a user gives a phone number. It reads a number as people
 * write it and gives E.164, or `undefined` where the text is no number, or one that surely takes no text
 * message: a fixed line, a premium service, an extension. Whether the number exists, and whose it is, only
 * the code that is sent there can prove.
 *
 * @throws {ConfigError} `config_invalid` when `defaultRegion` is not the code of a known country.
 *
 * @example
 * const phones = phoneNumbers({ defaultRegion: 'DE' })
 * phones.toE164('0151 23456789') // '+4915123456789'
 * phones.toE164('+1 (201) 555-0123') // '+12015550123'
 * phones.toE164('030 123456') // undefined: a fixed line
 */
export function phoneNumbers(options: PhoneNumbersOptions = {}): PhoneNumbers {
  const { defaultRegion } = options
  if (defaultRegion !== undefined && !isSupportedCountry(defaultRegion)) {
    const message = 'must be the ISO 3166-1 alpha-2 code of a country, in capitals'
    throw new ConfigError([{ field: 'defaultRegion', message }])
  }
  const inRegion = defaultRegion === undefined ? {} : { defaultCountry: defaultRegion }

  return {
    toE164(text) {
      if (text.length > MAX_LENGTH) return undefined
      const written = text.replace(DIRECTION_MARKS, '')
      if (!WRITTEN_NUMBER.test(written)) return undefined
      // The parser takes a wide plus for a digit's neighbor, and so the country's code for part of the number.
      const number = parsePhoneNumberFromString(written.trim().replace('\uFF0B', '+'), {
        ...inRegion,
        extract: false, // all of the text is the number, or it is none
      })
      if (number === undefined || number.ext !== undefined || !number.isValid()) return undefined
      const type = number.getType()
      return type !== undefined && canTakeTexts[type] ? number.number : undefined
    },
  }
}
