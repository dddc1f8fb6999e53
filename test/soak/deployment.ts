import type { Keys, PolicyInput, User } from '@sallyport/core'
import type { Place } from '../processes/place.ts'
import type { Flaw } from './flaws.ts'
import type { Pace } from './paced-clock.ts'

// What every server of a run and its clients agree on.

/** What a server is started with. */
export interface ServerOrder {
  readonly place: Place
  readonly pace: Pace
  /** 0 takes a free one. */
  readonly port: number
  /** Decides which messages the server's senders refuse. */
  readonly seed: string
  /** Of how many messages one is refused; 0: none. */
  readonly refusesOneIn: number
  /** Whether it removes flows that have ended, again and again. */
  readonly purges: boolean
  /** What is wrong with its store, on purpose; null: nothing. */
  readonly flaw: Flaw | null
}

/** From a run to a server. */
export interface Question {
  readonly does: 'measure'
}

/** From a server to the run. A message is what a user's mailbox or phone would show. */
export type ServerReport =
  | { readonly says: 'listening'; readonly url: string }
  | { readonly says: 'message'; readonly to: string; readonly text: string; readonly kind: string }
  | {
      readonly says: 'measured'
      /** What JavaScript holds after a collection of garbage, buffers included. */
      readonly heapBytes: number
      readonly rssBytes: number
    }

export const soakKeys: Keys = { ring: [{ id: 'soak', secret: new Uint8Array(32).fill(11) }] }

/** The defaults, with as many messages a day as a user of a run may want, and every way in. */
export const soakPolicy: PolicyInput = {
  issuer: 'Acme',
  methods: ['authenticator', 'email', 'sms'],
  remember: { days: 30 },
  rescue: { email: { mayChangeFactors: true }, help: 'help@acme.test' },
  delivery: { perTenMinutes: 20, perDay: 100 },
}

/** The proofs that a flow bears; the default, which the laws are checked against. */
export const ATTEMPTS_PER_FLOW = 5

/** The host's users: all that is known of one follows from the number in the id. */
export const userIdOf = (number: number): string => `user-${number}`

const USER_ID = /^user-(\d{1,6})$/

/** Every other user must have a second factor. */
export function findUser(id: string): User | null {
  const [, number] = USER_ID.exec(id) ?? []
  if (number === undefined) return null
  return {
    id,
    label: id,
    email: emailOf(id),
    securityStamp: '1',
    active: true,
    required: Number(number) % 2 === 0,
  }
}

export const emailOf = (userId: string): string => `${userId}@acme.test`

/** A mobile number in Germany, one for each user. */
export const phoneOf = (userId: string): string => `+4915123${userId.replace(/\D/g, '').padStart(6, '0')}`

export const passwordOf = (userId: string): string => `the-password-of-${userId}`
