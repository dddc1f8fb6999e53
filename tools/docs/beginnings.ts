import { MAX_ENROLLMENTS } from '../../packages/core/src/policy/defaults.ts'
import type { Beginning } from '../../test/model/explore.ts'
import {
  deviceId,
  enrollment,
  factsFor,
  login,
  profileWith,
  START,
  setup,
  stepUp,
  withCodes,
} from '../../test/model/world.ts'

const app = enrollment('e1', 'authenticator')
const mail = enrollment('e1', 'email')
const text = enrollment('e2', 'sms', '+15559999')
const gone = enrollment('e1', 'discontinued')

const none = profileWith()
const both = withCodes(profileWith(app, text), 'r1')
const guessed = { ...both, failures: 2 }
const locked = { ...profileWith(app), failures: 3, lock: { until: START + 60_000 } }
const device = { id: deviceId('old'), createdAt: START - 1000, lastUsedAt: null, expiresAt: START + 1e9 }
const full = profileWith(
  ...Array.from({ length: MAX_ENROLLMENTS }, (_, index) => enrollment(`e${index + 1}`, 'authenticator')),
)

const plain = factsFor()
const required = factsFor({ required: true, remember: { days: 7 } })
const inactive = factsFor({}, { active: false })
const rescues = factsFor({ rescue: { email: {}, help: 'help@acme.test' }, remember: { days: 7 } })
const bare = factsFor({ rescue: { recoveryCodes: false } }, { email: null })
const stale = { ...plain, caller: { firstFactorAt: START, secondFactorAt: null } }
/** Fewer methods make a search of many enrollments a short one. */
const appsOnly = factsFor({ methods: ['authenticator'] })
const noTexts = factsFor({ methods: ['authenticator', 'email'] })
const magicLink = { ...login, firstFactor: { amr: ['email'], at: START, channel: 'email' } } as const

/**
 * Where the search for the reference begins: enough users and policies that every transition of the machine is
 * taken, which `explored.ts` checks, and no more, since it runs with every check.
 */
export const beginnings: readonly Beginning[] = [
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
  { run: setup, facts: appsOnly, profile: full },
  { run: setup, facts: stale, profile: profileWith(app) },
  { run: setup, facts: inactive, profile: both },
]
