import type { PolicyInput } from '@sallyport/core'
import { FAKE_START_MS } from '@sallyport/testkit'

/** Ana, whose logins the tour follows. */
export const EMAIL = 'ana@acme.test'
export const PHONE = '+4915123456789'
/** The number that Ana has next. */
export const NEW_PHONE = '+447400123456'
/** Where a call for help goes. */
export const HELP_DESK = 'help@acme.test'

/** Every scene begins at nine in the morning. */
export const START_MS = FAKE_START_MS + 9 * 3_600_000
export const DAY_MS = 86_400_000
/** How long a code of an authenticator app is shown (RFC 6238). */
export const TIME_STEP_MS = 30_000

/** The policy that a scene starts from. */
export const POLICY: PolicyInput = {
  issuer: 'Acme',
  host: 'acme.test',
  methods: ['authenticator', 'email', 'sms'],
}
