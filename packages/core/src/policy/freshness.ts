import type { CallerFacts } from '../flow/context.ts'
import type { EpochMs } from '../ids.ts'
import type { Profile } from '../profile/profile.ts'
import { CLOCK_TOLERANCE_MS } from './defaults.ts'

/**
 * Whether `provenAt` lies within the last `seconds`. A time from the future, beyond what the clocks of two
 * nodes may differ by, is not trusted.
 */
function isRecent(provenAt: EpochMs | null, at: EpochMs, seconds: number): boolean {
  return provenAt !== null && provenAt <= at + CLOCK_TOLERANCE_MS && at < provenAt + seconds * 1000
}

/**
 * Whether the caller's session may change factors (ASVS 5.0 7.5.1): only the time of a second-factor proof
 * counts. A user with nothing enrolled has no second factor to prove, and needs a fresh first factor. What was proven
 * before a factor was taken out of force does not count: it may have been proven by that one.
 */
export function mayChangeFactors(
  caller: Pick<CallerFacts, 'firstFactorAt' | 'secondFactorAt'>,
  profile: Profile,
  at: EpochMs,
  seconds: number,
): boolean {
  const counts = (provenAt: EpochMs | null): boolean =>
    isRecent(provenAt, at, seconds) && (provenAt ?? 0) >= (profile.factorsRevokedAt ?? 0)
  return counts(caller.secondFactorAt) || (profile.enrollments.length === 0 && counts(caller.firstFactorAt))
}
