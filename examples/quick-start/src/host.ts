import type { AuthenticatedOutcome, User } from '@sallyport/core'

/** What every host has already: users, passwords and sessions. Yours replaces this file. */
export const users = new Map<string, User>([
  ['42', { id: '42', label: 'ada@acme.test', email: 'ada@acme.test', securityStamp: '1', active: true }],
])

/** Sessions by user id; `secondFactorAt` is what a setup later asks for. */
export const sessions = new Map<string, Pick<AuthenticatedOutcome, 'amr' | 'secondFactorAt'>>()
