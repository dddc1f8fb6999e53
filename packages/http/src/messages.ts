import {
  ConfigError,
  type DeniedReason,
  defaultCatalog,
  type RefusalReason,
  refusalReasons,
} from '@sallyport/core'
import type { HttpReason, Reason } from './reasons.ts'

/** The key of a text in an answer. */
export type HttpMessageKey = `reason.${Reason}` | 'field.required' | 'field.invalid'

/** Every text that an answer may hold. No text names a value that a client has sent. */
export type HttpCatalog = Readonly<Record<HttpMessageKey, string>>

type CoreTexts = { readonly [Key in `reason.${RefusalReason}`]: string }
type OwnTexts = { readonly [Key in `reason.${Exclude<DeniedReason | HttpReason, RefusalReason>}`]: string }

const coreTexts = Object.fromEntries(
  Object.keys(refusalReasons).map((reason) => {
    const key = `reason.${reason as RefusalReason}` as const // the keys of core's own table
    return [key, defaultCatalog[key]]
  }),
) as CoreTexts // fromEntries loses the keys

const ownTexts: OwnTexts = {
  'reason.attempts_exhausted': 'Too many wrong codes. Log in again.',
  'reason.inactive': 'This account may not log in.',
  'reason.no_usable_method': 'None of your login methods can be used here.',
  'reason.enrollment_not_allowed': 'A second factor is required, and has to be set up by an administrator.',
  'reason.no_pending_flow': 'There is no login or setup to go on with. Start again.',
  'reason.setup_expired': 'This setup has expired. Start it again.',
  'reason.setup_token_invalid': 'This is not a setup that you can go on with. Start it again.',
  'reason.credentials_invalid': 'The user or the password is wrong.',
  'reason.already_signed_in': 'You are logged in already.',
  'reason.not_signed_in': 'You are not logged in.',
  'reason.device_unknown': 'There is no such remembered browser.',
  'reason.csrf': 'The request could not be told from a forged one. Load the page again.',
  'reason.field_required': 'Something is missing.',
  'reason.field_invalid': 'Something is not as expected.',
  'reason.body_malformed': 'The request could not be read.',
  'reason.body_too_large': 'The request is too large.',
  'reason.media_type_unsupported': 'Send JSON or a form.',
  'reason.not_acceptable': 'Only JSON is served here.',
  'reason.not_found': 'There is nothing here.',
  'reason.method_not_allowed': 'This cannot be done here.',
  'reason.internal_error': 'Something went wrong. Try again later.',
}

/** The English texts: core's for its own reasons, and those of this package. */
export const defaultHttpCatalog: HttpCatalog = Object.freeze({
  ...coreTexts,
  ...ownTexts,
  'field.required': 'This is required.',
  'field.invalid': 'This is not as expected.',
})

/**
 * Puts a host's own texts over the English ones.
 *
 * @throws {ConfigError} For a key that is none, or a text that is no string.
 */
export function parseHttpCatalog(overrides: Partial<HttpCatalog> = {}): HttpCatalog {
  const faults = Object.entries(overrides).flatMap(([key, text]) => {
    const field = `messages.${key}`
    if (!Object.hasOwn(defaultHttpCatalog, key)) return [{ field, message: 'is not the key of a message' }]
    return typeof text === 'string' ? [] : [{ field, message: 'must be a string' }]
  })
  if (faults.length > 0) throw new ConfigError(faults)
  return Object.freeze({ ...defaultHttpCatalog, ...overrides })
}
