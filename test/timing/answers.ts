import { randomBytes, randomInt, scryptSync, timingSafeEqual } from 'node:crypto'
import type { FirstFactorVerdict } from '@sallyport/http'
import { deploy, ORIGIN } from '../http/deployment.ts'
import { type Subject, subject } from './measure.ts'

/** A fraction of what a host should spend on a password: the less it costs, the more shows of all the rest. */
const COST = { cost: 2 ** 9, blockSize: 8, parallelization: 1 } as const
const HASH_BYTES = 32
/** Users of each sort, so that none is known for being asked again and again. */
const USERS = 100

interface Password {
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

const derive = (password: string, salt: Uint8Array) => scryptSync(password, salt, HASH_BYTES, COST)
const isPassword = (password: string, { salt, hash }: Password) =>
  timingSafeEqual(derive(password, salt), hash)
const anyPassword = (): Password => ({ salt: randomBytes(16), hash: randomBytes(HASH_BYTES) })

/** The three who are refused alike. Their names have one length. */
const nameOf = {
  known: (index: number) => `known-${String(index).padStart(4, '0')}`,
  inactive: (index: number) => `gone--${String(index).padStart(4, '0')}`,
  unknown: (index: number) => `nobody${String(index).padStart(4, '0')}`,
}

/** A server, and what its login says to a wrong password. */
function loginServer(dummyVerify: (password: string) => unknown) {
  const passwords = new Map<string, Password>()
  const { http, user } = deploy({
    http: {
      verifyPassword(identity, password): FirstFactorVerdict {
        const found = passwords.get(identity)
        if (found === undefined) return { kind: 'unknown_user' }
        return isPassword(password, found) ? { kind: 'verified', userId: identity } : { kind: 'rejected' }
      },
      dummyVerify,
    },
  })
  for (let index = 0; index < USERS; index++) {
    for (const [id, active] of [
      [nameOf.known(index), true],
      [nameOf.inactive(index), false],
    ] as const) {
      user(id, { active })
      passwords.set(id, anyPassword())
    }
  }
  return async (username: string) => {
    const response = await http.fetch(
      new Request(`${ORIGIN}/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ username, password: 'a guess' }),
      }),
    )
    const text = await response.text()
    if (response.status !== 400) throw new Error(`a wrong password was answered ${response.status} ${text}`)
    return text
  }
}

/** Login's answer to a wrong password, for a user that there is and one that there is not. */
export function unknownUser(name: string, dummyVerify: (password: string) => unknown): Subject {
  const logIn = loginServer(dummyVerify)
  return subject({
    name,
    classes: ['there is no such user', 'the user is known'],
    prepare: (kind) => (kind === 0 ? nameOf.unknown : nameOf.known)(randomInt(USERS)),
    run: logIn,
    runs: 1,
    samples: 4_000,
  })
}

const dummy = anyPassword()
const dummyVerify = (password: string) => isPassword(password, dummy)
const logIn = loginServer(dummyVerify)

/** Answers that must not tell who has an account (ASVS 5.0 6.3.8). */
export const answers: readonly Subject[] = [
  unknownUser('http: login with a wrong password, unknown user', dummyVerify),
  subject({
    name: 'http: login with a wrong password, inactive user',
    classes: ['the user is inactive', 'the user is active'],
    prepare: (kind) => (kind === 0 ? nameOf.inactive : nameOf.known)(randomInt(USERS)),
    run: logIn,
    runs: 1,
    samples: 4_000,
  }),
]
