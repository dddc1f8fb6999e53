import type { EpochMs } from '../ids.ts'
import type { Lock, Profile } from '../profile/profile.ts'
import { FAILURES_UNTIL_RESCUE, MAX_LOCK_SECONDS } from './defaults.ts'
import type { Policy } from './policy.ts'

type Throttle = Policy['throttle']

/** Whether no proof but a recovery code may be checked for this user at `at`. */
export function isLocked(profile: Profile, at: EpochMs): boolean {
  return profile.lock !== null && (profile.lock.until === 'rescued' || at < profile.lock.until)
}

/**
 * The lock that the `failures`-th consecutive failure brings, if any: one with each `failuresPerLock`
 * failures, each twice as long as the one before, up to a day; without end from the hundredth failure on
 * (NIST SP 800-63B-4 §3.2.2).
 */
export function lockAfter(failures: number, at: EpochMs, throttle: Throttle): Lock | null {
  if (failures >= FAILURES_UNTIL_RESCUE) return { until: 'rescued' }
  if (failures === 0 || failures % throttle.failuresPerLock !== 0) return null
  const doublings = failures / throttle.failuresPerLock - 1
  const seconds = Math.min(throttle.lockSeconds * 2 ** doublings, MAX_LOCK_SECONDS)
  return { until: at + seconds * 1000 }
}

/** How many failures the user has left before the next lock. */
export function failuresLeft(failures: number, throttle: Throttle): number {
  const untilLock = throttle.failuresPerLock - (failures % throttle.failuresPerLock)
  return Math.max(0, Math.min(untilLock, FAILURES_UNTIL_RESCUE - failures))
}
