import { phoneNumbers } from '@sallyport/adapters-delivery'
import { memoryStore } from '@sallyport/adapters-memory'
import { createTwoFactor, keyRing, systemRandom, type TwoFactor } from '@sallyport/core'
import type { Sent } from '@sallyport/testkit'

/** The person who plays. */
export const USER_ID = 'you'
export const LABEL = 'you@acme.test'

/** An application as the person meets it: on the real clock, with keys that die with it. */
export interface Acme {
  readonly twoFactor: TwoFactor
  /** Takes the messages that have come since the last time. */
  takeMessages(): readonly Sent[]
}

export function createAcme(): Acme {
  let messages: readonly Sent[] = []
  const receive = async (sent: Sent): Promise<void> => {
    messages = [...messages, sent]
  }
  const user = { id: USER_ID, label: LABEL, email: LABEL, securityStamp: 'unchanged', active: true }
  return {
    twoFactor: createTwoFactor({
      policy: {
        issuer: 'Acme',
        methods: ['authenticator', 'email', 'sms'],
        required: true,
        host: 'acme.test',
        remember: { days: 30 },
        rescue: { recoveryCodes: true, email: {}, help: 'help@acme.test' },
      },
      store: memoryStore(),
      keys: keyRing([{ id: 'tour', secret: systemRandom.bytes(32) }]),
      findUser: (id) => (id === USER_ID ? user : null),
      mailer: { send: (message) => receive({ channel: 'email', message }) },
      sms: { send: (message) => receive({ channel: 'sms', message }) },
      phoneNumbers: phoneNumbers(),
    }),
    takeMessages() {
      const taken = messages
      messages = []
      return taken
    },
  }
}
