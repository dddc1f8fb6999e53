import { createHmac, hkdfSync, randomUUID } from 'node:crypto'
import type { Keys, User } from '@sallyport/core'
import type { FindUser, FirstFactor } from '@sallyport/http'
import type { ConfiguredUser } from './config/schema.ts'
import { dummyHash, hashPassword, isPassword, type PasswordHash } from './passwords.ts'

/** The users, as any application has them: in memory here, made anew from the configuration at each start. */
export interface People extends Pick<FirstFactor, 'verifyPassword' | 'dummyVerify'> {
  readonly findUser: FindUser
  /** Gives the user a new security stamp. */
  restamp(id: string): void
  deactivate(id: string): void
  setPassword(id: string, password: string): Promise<void>
  has(id: string): boolean
}

interface Person {
  readonly user: User
  readonly username: string | undefined
  readonly password: PasswordHash
}

export async function createPeople(configured: readonly ConfiguredUser[], keys: Keys): Promise<People> {
  const stampOf = createStamps(keys)
  const entries = configured.map(async (given): Promise<[string, Person]> => {
    const { id, email, username, phone = null, password, required } = given
    const user: User = {
      id,
      label: username ?? email,
      email,
      phone,
      securityStamp: stampOf(given),
      active: true,
      ...(required === undefined ? {} : { required }),
    }
    return [id, { user, username, password: await hashPassword(password) }]
  })
  const people = new Map(await Promise.all(entries))
  const identified = (identity: string): Person | undefined =>
    [...people.values()].find(
      ({ user, username }) => identity === username || identity.toLowerCase() === user.email?.toLowerCase(),
    )
  const change = (id: string, user: Partial<User>, password?: PasswordHash): void => {
    const person = people.get(id)
    if (person === undefined) return
    const changed = { ...person.user, ...user, securityStamp: randomUUID() }
    people.set(id, { ...person, user: changed, password: password ?? person.password })
  }
  return {
    findUser: (id) => people.get(id)?.user,
    async verifyPassword(identity, password) {
      const person = identified(identity)
      if (person === undefined) return { kind: 'unknown_user' }
      const isRight = await isPassword(password, person.password)
      return isRight ? { kind: 'verified', userId: person.user.id } : { kind: 'rejected' }
    },
    dummyVerify: (password) => isPassword(password, dummyHash),
    restamp: (id) => change(id, {}),
    deactivate: (id) => change(id, { active: false }),
    async setPassword(id, password) {
      change(id, {}, await hashPassword(password))
    },
    has: (id) => people.has(id),
  }
}

/** A stamp that a restart leaves as it is, and a password or an address that is configured anew does not. */
function createStamps({ ring: [{ secret }] }: Keys): (user: ConfiguredUser) => string {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'sallyport-demo/v1/stamp', 32))
  return ({ id, email, password }) =>
    createHmac('sha256', key)
      .update(JSON.stringify([id, email, password]))
      .digest('base64url')
}
