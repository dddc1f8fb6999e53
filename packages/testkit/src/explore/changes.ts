import type { Facts, Position } from '@sallyport/core/flow'
import { named } from './world.ts'

/** What a history may go through between two events of the flow: by the host, or by other flows of the same user. */
export type ChangeName =
  | 'user_locked'
  | 'codes_used_up'
  | 'factors_changed'
  | 'stamp_changed'
  | 'user_inactive'
  | 'session_changed'

/** What a flow finds changed at its next event. */
export interface Changed {
  readonly position: Position
  readonly facts: Facts
  /** How many failures the change has told of. */
  readonly failures: number
}

type Change = (position: Position, facts: Facts, now: number) => Changed

const onProfile = (position: Position, facts: Facts, changed: Partial<Position['profile']>): Changed => {
  const profile = { ...position.profile, ...changed }
  return { position: { ...position, profile }, facts, failures: profile.failures }
}

const onUser = (position: Position, facts: Facts, changed: Partial<Facts['user']>): Changed => ({
  position,
  facts: { ...facts, user: { ...facts.user, ...changed } },
  failures: position.profile.failures,
})

const changes: Readonly<Record<ChangeName, Change>> = {
  user_locked: (position, facts, now) =>
    onProfile(position, facts, {
      failures: facts.policy.throttle.failuresPerLock,
      lock: { until: now + facts.policy.throttle.lockSeconds * 1000 },
    }),
  codes_used_up: (position, facts, now) =>
    onProfile(position, facts, { deliveries: Array(facts.policy.delivery.perDay).fill(now) }),
  factors_changed: (position, facts) =>
    onProfile(position, facts, { epoch: position.profile.epoch + 1, devices: [] }),
  stamp_changed: (position, facts) => onUser(position, facts, { stamps: [named('another stamp')] }),
  user_inactive: (position, facts) => onUser(position, facts, { active: false }),
  // Another session of the user's goes on with a setup or a step-up: one that came by a mailed link.
  session_changed: (position, facts) => ({
    position,
    facts: {
      ...facts,
      caller: facts.caller === null ? null : { ...facts.caller, firstFactorChannel: 'email' },
    },
    failures: position.profile.failures,
  }),
}

/** The names of all changes. */
export const changeNames: readonly ChangeName[] = Object.keys(changes) as ChangeName[] // the keys of the record above

/** What a flow finds after a change. */
export function changedBy(name: ChangeName, position: Position, facts: Facts, now: number): Changed {
  return changes[name](position, facts, now)
}
