import type { ConfigFault } from '../errors.ts'
import type { NoticeKind } from '../flow/effects.ts'
import { type RefusalReason, refusalReasons } from '../flow/refusal.ts'

/** The key of a text that a user may see. */
export type MessageKey =
  | 'code.email.subject'
  | 'code.email.text'
  | 'code.sms.text'
  | 'help.subject'
  | 'help.text'
  | `notice.${NoticeKind}.subject`
  | `notice.${NoticeKind}.text`
  | `reason.${RefusalReason}`

/** Every text that a user may see. `{name}` stands for a value; what a text may name depends on its key. */
export type Catalog = Readonly<Record<MessageKey, string>>

type NoticeMessages = { readonly [Key in `notice.${NoticeKind}.${'subject' | 'text'}`]: string }

const notices: NoticeMessages = {
  'notice.second_factor_failed.subject': 'A failed login at {issuer}',
  'notice.second_factor_failed.text':
    'Someone gave the right password for your {issuer} account, {label}, but failed the second step. If it was not you, change your password.',
  'notice.locked.subject': 'Your {issuer} account is locked',
  'notice.locked.text':
    'There were too many failed attempts at the second step of your {issuer} account, {label}. It is locked for a while. A recovery code lets you in at once. If it was not you, change your password.',
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
    'Someone logged in to your {issuer} account, {label}, with a recovery code. If it was not you, contact us at once.',
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

const reasons = Object.fromEntries(
  Object.entries(refusalReasons).map(([reason, text]) => [`reason.${reason}`, text]),
) as { readonly [Key in `reason.${RefusalReason}`]: string } // fromEntries loses the keys

/** The English texts. */
export const defaultCatalog: Catalog = Object.freeze({
  'code.email.subject': 'Your {issuer} login code',
  'code.email.text':
    'Your {issuer} login code is {code}. It is valid for {minutes} minutes, once. If you are not logging in, someone knows your password: change it.',
  'code.sms.text': '{code} is your {issuer} login code. Never give it to anyone.',
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
