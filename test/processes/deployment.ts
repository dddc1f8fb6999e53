import {
  type Clock,
  createTwoFactor,
  type ObservedEvent,
  type Store,
  type TwoFactor,
  type TwoFactorConfig,
} from '@sallyport/core'
import { type Outbox, outbox } from '@sallyport/testkit'

/** One node of a deployment: every process that makes one over the same store is another node of it. */
export interface Node {
  readonly twoFactor: TwoFactor
  readonly outbox: Outbox
}

export interface NodeOptions {
  readonly store: Store
  readonly policy?: Partial<TwoFactorConfig['policy']>
  readonly clock?: Clock
  readonly observe?: (event: ObservedEvent) => void
}

/** Where the mail of a user goes. */
export const addressOf = (userId: string): string => `${userId}@acme.test`

/** Makes a node. Keys, policy and users are the same in all; chance is the platform's. */
export function deployNode({ store, policy, clock, observe }: NodeOptions): Node {
  const box = outbox()
  const twoFactor = createTwoFactor({
    store,
    keys: { ring: [{ id: 'shared', secret: new Uint8Array(32).fill(7) }] },
    policy: { issuer: 'Acme', methods: ['authenticator', 'email'], ...policy },
    mailer: box.mailer,
    findUser: (id) => ({ id, label: id, email: addressOf(id), securityStamp: '1', active: true }),
    ...(clock === undefined ? {} : { clock }),
    ...(observe === undefined ? {} : { observer: { observe } }),
  })
  return { twoFactor, outbox: box }
}
