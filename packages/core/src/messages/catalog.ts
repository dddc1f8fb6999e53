import type { ConfigFault } from '../errors.ts'
import type { NoticeKind } from '../flow/effects.ts'
import type { DeniedReason, EndReason } from '../flow/outcome.ts'
import type { RefusalReason } from '../flow/refusal.ts'

/** The key of a text that a user may see. */
export type MessageKey =
  | 'code.email.subject'
  | 'code.email.text'
  | 'code.sms.text'
  | 'help.subject'
  | 'help.text'
  | `notice.${NoticeKind}.subject`
  | `notice.${NoticeKind}.text`
  | `reason.${RefusalReason | DeniedReason | EndReason}`

/** Every text that a user may see. `{name}` stands for a value; what a text may name depends on its key. */
export type Catalog = Readonly<Record<MessageKey, string>>

type NoticeMessages = { readonly [Key in `notice.${NoticeKind}.${'subject' | 'text'}`]: string }

const notices: NoticeMessages = {
  'notice.second_factor_failed.subject': 'A failed attempt at {issuer}',
  'notice.second_factor_failed.text':
    'Someone passed the first step at your {issuer} account, {label}, and failed the second. If it was not you, change your password.',
  'notice.locked.subject': 'Your {issuer} account is locked',
  'notice.locked.text':
    'There were too many failed attempts at the second step of your {issuer} account, {label}, and it is locked. A recovery code, if you have one, lets you in at once. If it was not you, change your password.',
  'notice.factor_added.subject': 'A login method was added at {issuer}',
  'notice.factor_added.text':
    'A login method ({method}) was added to your {issuer} account, {label}. If it was not you, contact us at once.',
  'notice.factor_replaced.subject': 'A login method was replaced at {issuer}',
  'notice.factor_replaced.text':
    'A login method of your {issuer} account, {label}, was replaced by another ({method}). If it was not you, contact us at once.',
  'notice.factor_removed.subject': 'A login method was removed at {issuer}',
  'notice.factor_removed.text':
    'A login method ({method}) was removed from your {issuer} account, {label}. If it was not you, contact us at once.',
  'notice.two_factor_disabled.subject': 'Two-factor login was switched off at {issuer}',
  'notice.two_factor_disabled.text':
    'Your {issuer} account, {label}, no longer asks for a second step. If it was not you, contact us at once.',
  'notice.recovery_code_used.subject': 'A recovery code was used at {issuer}',
  'notice.recovery_code_used.text':
    'A recovery code of your {issuer} account, {label}, was used. If it was not you, contact us at once.',
  'notice.recovery_codes_low.subject': 'Few recovery codes are left at {issuer}',
  'notice.recovery_codes_low.text':
    'Only a few recovery codes are left for your {issuer} account, {label}. Make new ones in your security settings.',
  'notice.recovery_codes_generated.subject': 'New recovery codes at {issuer}',
  'notice.recovery_codes_generated.text':
    'New recovery codes were made for your {issuer} account, {label}; older ones no longer work. If it was not you, contact us at once.',
  'notice.profile_reset.subject': 'Two-factor login was reset at {issuer}',
  'notice.profile_reset.text':
    'An administrator has reset the second step of your {issuer} account, {label}. If you did not ask for it, contact us at once.',
}

type ReasonMessages = { readonly [Key in `reason.${RefusalReason | DeniedReason | EndReason}`]: string }

const reasons: ReasonMessages = {
  'reason.event_malformed': 'Something in what was sent is missing or not as it should be.',
  'reason.event_not_accepted': 'That is not possible at this point.',
  'reason.flow_ended': 'This has already been finished. Start again.',
  'reason.flow_gone': 'This was finished long ago. Start again.',
  'reason.wrong_caller': 'This belongs to another session. Start again.',
  'reason.reauth_required': 'Confirm first that it is you.',
  'reason.busy': 'Too much happened at once. Try again.',
  'reason.locked': 'There were too many failed attempts. Wait, or use a recovery code if you have one.',
  'reason.proof_rejected': 'That code is not right.',
  'reason.proof_malformed': 'That does not look like a code.',
  'reason.challenge_expired': 'That code has expired. Ask for a new one.',
  'reason.enrollment_unknown': 'There is no such login method.',
  'reason.method_unavailable': 'That login method cannot be used here.',
  'reason.address_required': 'A phone number or address is needed.',
  'reason.address_invalid': 'That is not a valid phone number or address.',
  'reason.already_enrolled': 'You have set that up already.',
  'reason.not_enrolled': 'You have not set up a second step.',
  'reason.too_many_enrollments': 'You have as many login methods as there can be. Remove one first.',
  'reason.resend_unavailable': 'There is nothing to send again.',
  'reason.cooling_down': 'A code was sent a moment ago. Wait a little before you ask for another.',
  'reason.delivery_limited': 'As many codes have been sent as can be for now. Try again later.',
  'reason.delivery_failed': 'The message may not have been sent. Try again.',
  'reason.rescue_unavailable': 'That is not possible for your account.',
  'reason.help_requested_before': 'You have asked for help already. Someone will be in touch.',
  'reason.two_factor_required': 'Your account must keep a second step.',
  'reason.attempts_exhausted': 'There were too many wrong codes. Log in again.',
  'reason.inactive': 'This account cannot log in at the moment.',
  'reason.no_usable_method': 'None of your login methods can be used here.',
  'reason.enrollment_not_allowed': 'Your account needs a second step, which has to be set up for you.',
  'reason.flow_expired': 'This took too long. Start again.',
  'reason.cancelled_by_user': 'Cancelled.',
  'reason.superseded': 'Your login methods or password have changed meanwhile. Start again.',
}

/** The English texts. */
export const defaultCatalog: Catalog = Object.freeze({
  'code.email.subject': 'Your {issuer} code',
  'code.email.text':
    'Your {issuer} code is {code}. It is valid for {minutes} minutes, once. If you did not ask for it, someone may know your password: change it.',
  'code.sms.text': '{code} is your {issuer} code. Never give it to anyone.',
  'help.subject': 'Someone at {issuer} asks for help with the second login step',
  'help.text':
    'The user {label} (id {userId}) has lost the second login step of {issuer} and asks for help. Whoever sent this knows the password, and perhaps nothing else: identify the person by other means before you reset anything.',
  ...notices,
  ...reasons,
})

const placeholdersOf = (template: string): readonly string[] =>
  [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)

/** What a text may name besides what its default names. */
const commonPlaceholders: readonly string[] = ['issuer', 'label', 'method']

const isMessageKey = (key: string): key is MessageKey => Object.hasOwn(defaultCatalog, key)

function allowedIn(key: MessageKey): readonly string[] {
  if (key.startsWith('reason.')) return []
  const common = key.startsWith('notice.') ? commonPlaceholders : ['issuer']
  return [...common, ...placeholdersOf(defaultCatalog[key])]
}

/** Puts a host's own texts over the defaults, or says what is wrong with them. */
export function parseCatalog(
  overrides: Partial<Catalog> = {},
): { readonly catalog: Catalog } | { readonly faults: readonly ConfigFault[] } {
  // A host in plain JavaScript has no compiler to say so.
  if (typeof overrides !== 'object' || overrides === null)
    return { faults: [{ field: 'messages', message: 'must be an object' }] }
  const faults = Object.entries(overrides).flatMap(([key, template]): readonly ConfigFault[] => {
    const field = `messages.${key}`
    if (!isMessageKey(key)) return [{ field, message: 'is not the key of a message' }]
    if (typeof template !== 'string') return [{ field, message: 'must be a string' }]
    const allowed = allowedIn(key)
    return placeholdersOf(template)
      .filter((name) => !allowed.includes(name))
      .map((name) => ({ field, message: `has no value for {${name}}` }))
  })
  return faults.length > 0 ? { faults } : { catalog: Object.freeze({ ...defaultCatalog, ...overrides }) }
}

/** Fills a text in. Values are put in as they are: a text that becomes HTML is escaped by what renders it. */
export function render(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder)
}
