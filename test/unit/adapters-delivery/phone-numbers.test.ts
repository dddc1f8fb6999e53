import { type CountryCode, phoneNumbers } from '@sallyport/adapters-delivery'
import { ConfigError } from '@sallyport/core'
import fc from 'fast-check'
import { getCountries, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples' with { type: 'json' }
import { describe, expect, test } from 'vitest'

/** As people of several countries write their numbers at home and abroad, and what E.164 makes of it. */
const written: readonly (readonly [region: CountryCode | undefined, text: string, e164: string])[] = [
  [undefined, '+4915123456789', '+4915123456789'],
  [undefined, '+49 151 23456789', '+4915123456789'],
  [undefined, '+49 (0)151 23456789', '+4915123456789'],
  [undefined, '+49 (151) 234-567-89', '+4915123456789'],
  ['DE', '0151 23456789', '+4915123456789'],
  ['DE', '0151/23456789', '+4915123456789'],
  ['DE', '0049 151 23456789', '+4915123456789'],
  ['DE', '+44 7400 123456', '+447400123456'],
  ['GB', '07400 123456', '+447400123456'],
  ['GB', '00 49 151 23456789', '+4915123456789'],
  ['US', '(201) 555-0123', '+12015550123'],
  ['US', '201.555.0123', '+12015550123'],
  ['US', '1-201-555-0123', '+12015550123'],
  ['US', '011 44 7400 123456', '+447400123456'],
  ['CA', '506-234-5678', '+15062345678'],
  ['FR', '06 12 34 56 78', '+33612345678'],
  ['FR', '06.12.34.56.78', '+33612345678'],
  ['IT', '312 345 6789', '+393123456789'],
  ['NL', '06-12345678', '+31612345678'],
  ['CH', '079 123 45 67', '+41791234567'],
  ['AR', '011 15-2345-6789', '+5491123456789'],
  ['BR', '(11) 96123-4567', '+5511961234567'],
  ['RU', '8 (912) 345-67-89', '+79123456789'],
  ['JP', '090-1234-5678', '+819012345678'],
  ['IN', '098765 43210', '+919876543210'],
  ['AU', '0412 345 678', '+61412345678'],
  ['CN', '138 0013 8000', '+8613800138000'],
  [undefined, '+971 50 123 4567', '+971501234567'],
  [undefined, '+881612345678', '+881612345678'], // a satellite phone, of no country
]

/** The digits that keyboards of other scripts give, and what a copied number drags along. */
const unusual: readonly (readonly [what: string, text: string])[] = [
  ['Arabic-Indic digits', '٠١٥١٢٣٤٥٦٧٨٩'],
  ['Persian digits', '۰۱۵۱ ۲۳۴۵۶۷۸۹'],
  ['full-width digits', '０１５１２３４５６７８９'],
  ['a full-width plus', '＋４９１５１２３４５６７８９'],
  ['spaces around', '  +49 151 23456789 '],
  ['no-break spaces', '+49\u00A0151\u00A023456789'],
  ['typographic dashes', '+49–151–23456789'],
  ['direction marks of a contact', '\u202A+49 151 23456789\u202C'],
]

/** Numbers that exist, and that take no text message or none that proves anything. */
const barred: readonly (readonly [what: string, text: string])[] = [
  ['a German fixed line', '+49 30 123456'],
  ['a British fixed line', '+44 20 7946 0958'],
  ['a French fixed line', '+33 1 23 45 67 89'],
  ['a Bahamian fixed line', '+1 242 365 1234'],
  ['a German premium service', '+49 900 1 123456'],
  ['an American premium service', '+1 900 234 5678'],
  ['an American toll-free number', '+1 800 234 5678'],
  ['a British personal number', '+44 70 1234 5678'],
  ['British voice over IP', '+44 56 1234 5678'],
  ['a global voice-over-IP number', '+883 510 012345678'],
  ['a global toll-free number', '+800 1234 5678'],
  ['an Austrian shared-cost number', '+43 821 233 525'],
  ['an American personal number', '+1 500 234 5678'],
]

const garbage: readonly (readonly [what: string, text: string])[] = [
  ['nothing', ''],
  ['spaces', '   '],
  ['a plus', '+'],
  ['dashes', '---'],
  ['one digit', '1'],
  ['an emergency number', '110'],
  ['a country that is none', '+999 151 23456789'],
  ['a digit too few', '+49 151 2345'],
  ['a digit too many', '+49 151 234567890123'],
  ['two pluses', '++49 151 23456789'],
  ['a plus inside', '+49 151 2345+6789'],
  ['two numbers', '+49 151 23456789 / +49 151 23456780'],
  ['letters', 'call me'],
  ['letters around a number', 'call +49 151 23456789 now'],
  ['a vanity number', '+1 800 FLOWERS'],
  ['a mail address', 'ana@acme.test'],
  ['a tel URI', 'tel:+49-151-23456789'],
  ['a tel URI with a context', 'tel:0151-23456789;phone-context=+49'],
  ['an extension', '+49 151 23456789 x5'],
  ['an extension in words', '+49 151 23456789 ext. 5'],
  ['an extension as a URI has it', '+49 151 23456789;ext=5'],
  ['an extension by a hash', '+1 (201) 555-0123 #5'],
  ['an extension by a tilde', '+49 151 23456789~5'],
  ['a pause and tones', '+49 151 23456789,,123'],
  ['a service code', '*31#015123456789'],
  ['Bengali digits', '০১৫১২৩৪৫৬৭৮৯'],
  ['circled digits', '+④⑨①⑤①②③④⑤⑥⑦⑧⑨'],
  ['superscript digits', '+49 151 2345678⁹'],
  ['a minus for a plus', '-49 151 23456789'],
]

/** What would end a header or a command, were it passed on. */
const injections: readonly string[] = [
  '+4915123456789\r\nBcc: eve@acme.test',
  '+4915123456789\n',
  '\n+4915123456789',
  '+49\r15123456789',
  '+4915123456789\u0000',
  '+4915123456789\u0085',
  '+4915123456789\u2028',
  '+4915123456789\u000B',
  '+4915123456789\t',
  '+4915123456789%0d%0a',
  '+4915123456789;rm',
  '+4915123456789"',
  '<+4915123456789>',
]

/** A mobile number of each country but Tristan da Cunha, which has no mobile network. */
const mobileExamples = (Object.entries(examples) as [CountryCode, string][]) // the library's own table
  .filter(([country]) => country !== 'TA')

describe('reads numbers as people write them', () => {
  test.each(written)('%s: %s', (region, text, e164) => {
    const phones = phoneNumbers(region === undefined ? {} : { defaultRegion: region })
    expect(phones.toE164(text)).toBe(e164)
  })

  test.each(unusual)('%s', (_what, text) => {
    expect(phoneNumbers({ defaultRegion: 'DE' }).toE164(text)).toBe('+4915123456789')
  })

  test.each(mobileExamples)('a mobile number of %s, written at home and abroad', (country, national) => {
    const e164 = `+${getCountryCallingCode(country)}${national}`
    expect(phoneNumbers().toE164(e164)).toBe(e164)
    expect(phoneNumbers({ defaultRegion: country }).toE164(national)).toBe(e164)
  })
})

describe('refuses what can take no text message', () => {
  test.each(barred)('%s', (_what, text) => {
    expect(phoneNumbers().toE164(text)).toBeUndefined()
  })

  test.each(garbage)('%s', (_what, text) => {
    expect(phoneNumbers({ defaultRegion: 'DE' }).toE164(text)).toBeUndefined()
    expect(phoneNumbers({ defaultRegion: 'US' }).toE164(text)).toBeUndefined()
  })

  test('a number without its country where no region is the default', () => {
    expect(phoneNumbers().toE164('0151 23456789')).toBeUndefined()
    expect(phoneNumbers().toE164('0049 151 23456789')).toBeUndefined()
  })

  test.each(injections)('CWE-93: header injection by %j', (text) => {
    expect(phoneNumbers({ defaultRegion: 'DE' }).toE164(text)).toBeUndefined()
  })

  test('CWE-400: very long input, at once', () => {
    const phones = phoneNumbers({ defaultRegion: 'DE' })
    const startedAt = performance.now()
    for (const text of ['1'.repeat(1e6), `+${' '.repeat(1e6)}1`, '('.repeat(1e6), '+49-'.repeat(1e6)]) {
      expect(phones.toE164(text)).toBeUndefined()
    }
    expect(phones.toE164(`+49${' '.repeat(60)}15123456789`)).toBeUndefined()
    expect(performance.now() - startedAt).toBeLessThan(500)
  })
})

describe('for any text', () => {
  const noise = [...'+0123456789 ()-./٠۹０＋x;#\n\u202A']
  /** A real number into which something was typed here and there. */
  const nearlyReal = fc
    .tuple(
      fc.constantFrom(...mobileExamples),
      fc.boolean(),
      fc.array(fc.tuple(fc.nat({ max: 20 }), fc.constantFrom(...noise)), { maxLength: 3 }),
    )
    .map(([[country, national], isAbroad, typed]) => {
      const number = [...(isAbroad ? `+${getCountryCallingCode(country)}${national}` : national)]
      for (const [at, character] of typed) number.splice(at, 0, character)
      return { country, text: number.join('') }
    })
  const anything = fc.record({
    country: fc.constantFrom(...getCountries()),
    text: fc.string({ unit: 'binary' }),
  })

  test('gives E.164 or nothing, and reads its own answer as the same number in every region', () => {
    let accepted = 0
    fc.assert(
      fc.property(fc.oneof(nearlyReal, anything), ({ country, text }) => {
        const e164 = phoneNumbers({ defaultRegion: country }).toE164(text)
        if (e164 === undefined) return
        accepted++
        expect(e164).toMatch(/^\+[1-9]\d{6,14}$/)
        expect(phoneNumbers().toE164(e164)).toBe(e164)
        expect(phoneNumbers({ defaultRegion: 'US' }).toE164(e164)).toBe(e164)
      }),
      { numRuns: 3_000 },
    )
    expect(accepted).toBeGreaterThan(300)
  })

  test('the small metadata decide as the full ones do', () => {
    const national = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 5, maxLength: 12 })
    fc.assert(
      fc.property(fc.constantFrom(...getCountries()), national, (country, digits) => {
        const text = `+${getCountryCallingCode(country)}${digits}`
        const full = parsePhoneNumberFromString(text, { extract: false })
        const type = full?.isValid() ? full.getType() : undefined
        const takesTexts = type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE'
        expect(phoneNumbers().toE164(text)).toBe(takesTexts ? full?.number : undefined)
      }),
      { numRuns: 5_000 },
    )
  })
})

test.each(['XX', 'de', '', 'DEU', 'toString', '__proto__', null, 49])(
  'an unknown region, %j, is a fault of the configuration',
  (region) => {
    const configured = () => phoneNumbers({ defaultRegion: region as CountryCode }) // as plain JavaScript would
    expect(configured).toThrow(ConfigError)
    expect(configured).toThrow(/^defaultRegion: must be the ISO 3166-1 alpha-2 code/)
  },
)
