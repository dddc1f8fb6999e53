import type { Proof } from './account.ts'
import type { Client } from './client.ts'
import { emailOf, phoneOf } from './deployment.ts'

/** How many codes a user had in each place at a moment: what comes later is newer. */
export interface Seen {
  readonly email: number
  readonly sms: number
}

/** Where the codes of a method go. */
const destinationOf = (userId: string, method: keyof Seen): string =>
  method === 'sms' ? phoneOf(userId) : emailOf(userId)

export const isSent = (method: string): method is keyof Seen => method === 'email' || method === 'sms'

export function seenNow({ account, inbox }: Client): Seen {
  const count = (method: keyof Seen): number => inbox.codesOf(destinationOf(account.id, method)).length
  return { email: count('email'), sms: count('sms') }
}

/** The newest code of a method, once one has come that was not there before; null: none came. */
export function sentProof({ account, inbox }: Client, method: keyof Seen, seen: Seen): Promise<Proof | null> {
  return inbox.next(destinationOf(account.id, method), seen[method])
}
