/** Knows number plans; core carries none. `@sallyport/adapters-delivery` has one on libphonenumber-js. */
export interface PhoneNumbers {
  /**
   * Gives the number in E.164 (`+` and at most 15 digits), or `undefined` where the text is not a number
   * that can take a text message (ASVS 5.0 6.6.1: numbers are validated before use).
   */
  toE164(text: string): string | undefined
}
