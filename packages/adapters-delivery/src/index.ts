export type { CountryCode } from 'libphonenumber-js/mobile'
export { type PhoneNumbersOptions, phoneNumbers } from './phone-numbers.ts'
