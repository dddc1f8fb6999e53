import type { PolicyInput } from '../../packages/core/src/policy/policy.ts'
import {
  type Beginning,
  type Bounds,
  defaultBounds,
  enrollmentOf as enrollment,
  factsOf,
  login,
  loginOver,
  named,
  profileWith,
  START_MS as START,
  withRecoveryCodes as withCodes,
} from '../../packages/testkit/src/explore/world.ts'

/** Narrow ones, since the search runs with every check. */
export const bounds: Bounds = { ...defaultBounds, codesPerDay: 2 }

function factsFor(
  policy: Partial<PolicyInput> = {},
  user: Partial<Beginning['facts']['user']> = {},
): Beginning['facts'] {
  return factsOf({ policy: { issuer: 'Acme', methods: ['authenticator', 'sms'], ...policy }, user }, bounds)
}

const setup = { kind: 'setup' } as const
const stepUp = { kind: 'step_up' } as const
const app = enrollment('e1', 'authenticator')
const mail = enrollment('e1', 'email')
const text = enrollment('e2', 'sms', '+15559999')
const gone = enrollment('e1', 'discontinued')

const none = profileWith()
const both = withCodes(profileWith(app, text), 'r1')
const guessed = { ...both, failures: 2 }
const locked = { ...profileWith(app), failures: 3, lock: { until: START + 60_000 } }
const device = {
  id: named<Beginning['profile']['devices'][number]['id']>('old'),
  createdAt: START - 1000,
  lastUsedAt: null,
  expiresAt: START + 1e9,
}

const plain = factsFor()
const required = factsFor({ required: true, remember: { days: 7 } })
const inactive = factsFor({}, { active: false })
const rescues = factsFor({ rescue: { email: {}, help: 'help@acme.test' }, remember: { days: 7 } })
const bare = factsFor({ rescue: { recoveryCodes: false } }, { email: null })
const stale = { ...plain, caller: { firstFactorAt: START, firstFactorChannel: null, secondFactorAt: null } }
const noTexts = factsFor({ methods: ['authenticator', 'email'] })
const magicLink = loginOver('email')

/**
 * Where the search for the reference begins: enough users and policies that every transition of the machine is
 * taken, which `explored.ts` checks, and no more, since it runs with every check.
 */
export const beginnings: readonly Beginning[] = (
  [
    { run: login, facts: plain, profile: none },
    { run: login, facts: required, profile: none },
    { run: login, facts: factsFor({ required: true }, { mayEnrollAtLogin: false }), profile: none },
    { run: login, facts: plain, profile: guessed },
    { run: login, facts: plain, profile: locked },
    { run: login, facts: plain, profile: withCodes(locked, 'r1') },
    { run: login, facts: plain, profile: profileWith(gone) },
    { run: login, facts: plain, profile: withCodes(profileWith(gone), 'r1') },
    { run: login, facts: plain, profile: { ...profileWith(mail), deliveries: [START - 2, START - 1] } },
    { run: login, facts: inactive, profile: both },
    { run: login, facts: rescues, profile: { ...profileWith(app), failures: 2 } },
    { run: login, facts: rescues, profile: { ...withCodes(profileWith(app), 'r1'), failures: 2 } },
    { run: magicLink, facts: rescues, profile: profileWith(mail, text) },
    {
      run: login,
      facts: rescues,
      profile: { ...profileWith(app), devices: [device] },
      remembered: { device: device.id, epoch: 1 },
    },
    { run: stepUp, facts: rescues, profile: none },
    { run: stepUp, facts: rescues, profile: guessed },
    { run: stepUp, facts: plain, profile: profileWith(app) },
    { run: stepUp, facts: plain, profile: locked },
    { run: stepUp, facts: plain, profile: withCodes(locked, 'r1') },
    { run: stepUp, facts: plain, profile: withCodes(profileWith(gone), 'r1') },
    { run: stepUp, facts: inactive, profile: both },
    { run: setup, facts: plain, profile: none },
    { run: setup, facts: plain, profile: { ...profileWith(app), failures: 2 } },
    { run: setup, facts: required, profile: profileWith(app) },
    { run: setup, facts: bare, profile: profileWith(app) },
    { run: setup, facts: noTexts, profile: profileWith(app, enrollment('e2', 'email')) },
    { run: setup, facts: stale, profile: profileWith(app) },
    { run: setup, facts: inactive, profile: both },
  ] satisfies readonly Partial<Beginning>[]
).map((one) => ({ name: one.run.kind, remembered: null, ...one }))
