import type { User } from '@sallyport/core'
import type { FirstFactorVerdict } from '@sallyport/http'
import { dummyHash, hashPassword, isPassword, type PasswordHash } from './passwords.ts'

/** A row of the user table. */
interface Account {
  readonly user: User
  readonly password: PasswordHash
}

const accounts = new Map<string, Account>([
  await account('1', 'ada@acme.test', 'analytical-engine'),
  await account('2', 'grace@acme.test', 'compiler-of-1952'),
])

async function account(id: string, email: string, password: string): Promise<[string, Account]> {
  // The stamp is drawn anew with each new password: that ends every session and every remembered browser.
  const user = { id, label: email, email, securityStamp: crypto.randomUUID(), active: true }
  return [id, { user, password: await hashPassword(password) }]
}

export const findUser = (id: string): User | undefined => accounts.get(id)?.user

export async function verifyPassword(email: string, password: string): Promise<FirstFactorVerdict> {
  const found = [...accounts.values()].find(({ user }) => user.email === email.toLowerCase())
  if (found === undefined) return { kind: 'unknown_user' }
  const isRight = await isPassword(password, found.password)
  return isRight ? { kind: 'verified', userId: found.user.id } : { kind: 'rejected' }
}

/** Costs what a real check costs, so that the time of an answer does not tell who has an account. */
export const dummyVerify = (password: string): Promise<boolean> => isPassword(password, dummyHash)
