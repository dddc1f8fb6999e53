export type { CountryCode } from 'libphonenumber-js/mobile'
export { renderHtml } from './mail/render-html.ts'
export { type SmtpMailer, type SmtpMailerOptions, smtpMailer } from './mail/smtp-mailer.ts'
export { type PhoneNumbersOptions, phoneNumbers } from './phone-numbers.ts'
