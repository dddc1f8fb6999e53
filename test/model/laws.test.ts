import { expect, test } from 'vitest'
import { flowStates } from '../../packages/core/src/flow/step.ts'
import { type Beginning, type Explored, explore } from './explore.ts'
import { checkLaws } from './laws.ts'
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
} from './world.ts'

const app = enrollment('e1', 'authenticator')
const mail = enrollment('e1', 'email')
const text = enrollment('e2', 'sms', '+15559999')
const gone = enrollment('e1', 'discontinued')

const profiles = {
  'nothing enrolled': profileWith(),
  'an authenticator': profileWith(app),
  'an authenticator and recovery codes': withCodes(profileWith(app), 'r1', 'r2'),
  'mail alone': withCodes(profileWith(mail), 'r1'),
  'an authenticator and a phone': withCodes(profileWith(app, text), 'r1'),
  'a method that is no longer registered': withCodes(profileWith(gone), 'r1'),
  'a user one failure before the lock': { ...withCodes(profileWith(app, text), 'r1'), failures: 2 },
  'a locked user without recovery codes': {
    ...profileWith(app),
    failures: 3,
    lock: { until: START + 60_000 },
  },
  'a locked user with recovery codes': {
    ...withCodes(profileWith(app), 'r1', 'r2'),
    failures: 3,
    lock: { until: 'rescued' as const },
  },
  'a remembered browser': {
    ...profileWith(app),
    devices: [{ id: deviceId('old'), createdAt: START - 1000, lastUsedAt: null, expiresAt: START + 1e9 }],
  },
}

const policies = {
  plain: factsFor(),
  required: factsFor({ required: true }),
  'required, enrolled elsewhere': factsFor({ required: true }, { mayEnrollAtLogin: false }),
  'everything on': factsFor({
    required: true,
    remember: { days: 7 },
    rescue: { recoveryCodes: true, email: { mayChangeFactors: false }, help: 'help@acme.test' },
  }),
  'mail rescue that may change factors': factsFor({ rescue: { email: { mayChangeFactors: true } } }),
  'no recovery codes, no mail address': factsFor({ rescue: { recoveryCodes: false } }, { email: null }),
  'a stale session': {
    ...factsFor({ remember: { days: 7 } }),
    caller: { firstFactorAt: START, secondFactorAt: null },
  },
}

const remembered = { device: deviceId('old'), epoch: 1 }
const magicLink = { ...login, firstFactor: { amr: ['email'], at: START, channel: 'email' } } as const

type PolicyName = keyof typeof policies
type ProfileName = keyof typeof profiles

/** A setup can do so much that it is searched for the pairs that differ in what it may do. */
const setups: readonly (readonly [PolicyName, ProfileName])[] = [
  ['plain', 'nothing enrolled'],
  ['plain', 'a remembered browser'],
  ['required', 'an authenticator and recovery codes'],
  ['a stale session', 'an authenticator and a phone'],
  ['a stale session', 'nothing enrolled'],
  ['no recovery codes, no mail address', 'a locked user with recovery codes'],
]

function beginningsOf(policyName: PolicyName, profileName: ProfileName): readonly Beginning[] {
  const facts = policies[policyName]
  const profile = profiles[profileName]
  const isSearched = setups.some(([policy, owner]) => policy === policyName && owner === profileName)
  return [
    { run: login, facts, profile },
    { run: login, facts, profile, remembered },
    { run: magicLink, facts, profile },
    { run: stepUp, facts, profile },
    { run: stepUp, facts, profile, remembered },
    ...(isSearched ? [{ run: setup, facts, profile }] : []),
  ]
}

const totals: Explored[] = []

// the keys of two literals
for (const policyName of Object.keys(policies) as PolicyName[]) {
  test(`every law holds on every edge under the policy "${policyName}"`, { timeout: 120_000 }, () => {
    for (const profileName of Object.keys(profiles) as ProfileName[]) {
      const explored = explore(beginningsOf(policyName, profileName), checkLaws)
      totals.push(explored)
      expect(explored.states).toBeGreaterThan(0)
    }
  })
}

test('the searches together reach every state of the machine but the one that is never left standing', () => {
  const reached = new Set(totals.flatMap((explored) => [...explored.reached]))
  expect(flowStates.filter((state) => !reached.has(state))).toEqual(['deciding'])
  const sum = (pick: (explored: Explored) => number) =>
    totals.reduce((total, explored) => total + pick(explored), 0)
  console.info(`model: ${sum(({ states }) => states)} states, ${sum(({ edges }) => edges)} edges`)
})
