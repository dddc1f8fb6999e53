import type { Enrollment, Profile } from '@sallyport/core'
import type { Facts, Run } from '@sallyport/core/flow'
import {
  type Beginning,
  enrollmentOf,
  login,
  loginOver,
  named,
  profileWith,
  START_MS,
  withRecoveryCodes,
} from './world.ts'

const device = {
  id: named<Profile['devices'][number]['id']>('device-0'),
  createdAt: START_MS - 1000,
  lastUsedAt: null,
  expiresAt: START_MS + 1e9,
}

/** An enrollment of a method, as the method has it. */
function holding(facts: Facts, id: string, kind: string): Enrollment {
  return enrollmentOf(id, kind, facts.methods[kind]?.addressed === 'given' ? '+15559999' : null)
}

/** A kind of user: they differ in what a rule may decide on. */
export type UserKind =
  | 'a user with nothing enrolled'
  | 'a user with one method'
  | 'a user with two methods'
  | 'a user one failure before the lock'
  | 'a locked user'
  | 'a user locked until rescued'
  | 'a user of a remembered browser'
  | 'a user of a method that is gone'

const users: Readonly<Record<UserKind, (facts: Facts) => Profile>> = {
  'a user with nothing enrolled': () => profileWith(),
  'a user with one method': (facts) => withRecoveryCodes(oneMethod(facts), 'recovery-1', 'recovery-2'),
  'a user with two methods': (facts) => withRecoveryCodes(twoMethods(facts), 'recovery-1'),
  'a user one failure before the lock': (facts) => ({
    ...withRecoveryCodes(twoMethods(facts), 'recovery-1'),
    failures: facts.policy.throttle.failuresPerLock - 1,
  }),
  'a locked user': (facts) => ({ ...oneMethod(facts), ...lockOf(facts) }),
  'a user locked until rescued': (facts) => ({
    ...withRecoveryCodes(oneMethod(facts), 'recovery-1'),
    ...lockOf(facts),
    lock: { until: 'rescued' },
  }),
  'a user of a remembered browser': (facts) => ({ ...oneMethod(facts), devices: [device] }),
  'a user of a method that is gone': () =>
    withRecoveryCodes(profileWith(enrollmentOf('e1', 'discontinued')), 'recovery-1'),
}

/** Every kind of user. */
export const userKinds: readonly UserKind[] = Object.keys(users) as UserKind[] // the keys of the record above

function oneMethod(facts: Facts): Profile {
  const [first = 'authenticator'] = facts.policy.methods
  return profileWith(holding(facts, 'e1', first))
}

/** Where the policy has one method, the second is one that it has switched off meanwhile. */
function twoMethods(facts: Facts): Profile {
  const [first = 'authenticator', second = first === 'sms' ? 'authenticator' : 'sms'] = facts.policy.methods
  return profileWith(holding(facts, 'e1', first), holding(facts, 'e2', second))
}

function lockOf({ policy: { throttle } }: Facts): Pick<Profile, 'failures' | 'lock'> {
  return { failures: throttle.failuresPerLock, lock: { until: START_MS + throttle.lockSeconds * 1000 } }
}

/** What a user is about to do. */
export type RunKind = 'logs in' | 'logs in over mail' | 'logs in over sms' | 'steps up' | 'opens the setup'

const runs: Readonly<Record<RunKind, Run>> = {
  'logs in': login,
  'logs in over mail': loginOver('email'),
  'logs in over sms': loginOver('sms'),
  'steps up': { kind: 'step_up' },
  'opens the setup': { kind: 'setup' },
}

/** Everything that a user may be about to do. */
export const runKinds: readonly RunKind[] = Object.keys(runs) as RunKind[] // the keys of the record above

const token = { device: device.id, epoch: 1 }

/** Where the searches of a policy begin: each of these kinds of users at each of these kinds of flows. */
export function beginningsOf(
  facts: Facts,
  ofUsers: readonly UserKind[],
  ofRuns: readonly RunKind[],
): readonly Beginning[] {
  return ofUsers.flatMap((user) => {
    const profile: Profile = users[user](facts)
    const remembered = profile.devices.length > 0 ? token : null
    return ofRuns.map((does) => ({ name: `${user} ${does}`, run: runs[does], facts, profile, remembered }))
  })
}
