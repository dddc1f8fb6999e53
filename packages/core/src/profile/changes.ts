import type { DeviceId, Digest, EnrollmentId, EpochMs, Sealed } from '../ids.ts'
import type { Json } from '../json.ts'
import type { Enrollment, Profile } from './profile.ts'

/** A change of factors: every flow and device token of before dies with the old epoch. */
function raised(profile: Profile): Profile {
  return { ...profile, epoch: profile.epoch + 1, devices: [] }
}

/** A change that takes a factor out of force: a session that was fresh by it, perhaps a thief's, is fresh no more. */
function revoked(profile: Profile, at: EpochMs): Profile {
  return { ...raised(profile), factorsRevokedAt: at }
}

/** Adds a proven enrollment; the first one becomes the preferred. Raises the epoch. */
export function addEnrollment(profile: Profile, enrollment: Enrollment): Profile {
  return {
    ...raised(profile),
    enrollments: [...profile.enrollments, enrollment],
    preferred: profile.preferred ?? enrollment.id,
  }
}

/** Puts an enrollment that has just been proven in the place of another, its preference included. Raises the epoch. */
export function replaceEnrollment(profile: Profile, replaced: EnrollmentId, enrollment: Enrollment): Profile {
  return {
    ...revoked(profile, enrollment.createdAt),
    enrollments: profile.enrollments.map((other) => (other.id === replaced ? enrollment : other)),
    preferred: profile.preferred === replaced ? enrollment.id : profile.preferred,
  }
}

/** Removes one of several enrollments; the next one becomes the preferred. Raises the epoch. */
export function removeEnrollment(profile: Profile, removed: EnrollmentId, at: EpochMs): Profile {
  const enrollments = profile.enrollments.filter(({ id }) => id !== removed)
  return {
    ...revoked(profile, at),
    enrollments,
    preferred: profile.preferred === removed ? (enrollments[0]?.id ?? null) : profile.preferred,
  }
}

/**
 * Removes everything that a second factor is made of: enrollments, recovery codes and remembered devices.
 * What guards against guessing and bombing stays: disabling is no way to a new budget. Raises the epoch.
 */
export function disable(profile: Profile, at: EpochMs): Profile {
  return { ...revoked(profile, at), enrollments: [], preferred: null, recoveryCodes: null }
}

/** As {@link disable}, and as {@link unlock}: an administrator's reset. Raises the epoch. */
export function reset(profile: Profile, at: EpochMs): Profile {
  return unlock(disable(profile, at))
}

/**
 * Forgives failures and lock, and gives a new budget of codes, as whoever used it up has shut the owner out, too; the
 * same profile when there is nothing of this.
 */
export function unlock(profile: Profile): Profile {
  const forgiven = forgive(profile)
  return profile.deliveries.length === 0 ? forgiven : { ...forgiven, deliveries: [] }
}

/** Gives an enrollment another name. */
export function renameEnrollment(profile: Profile, renamed: EnrollmentId, name: string): Profile {
  return mapEnrollment(profile, renamed, (enrollment) => ({ ...enrollment, name }))
}

/** Makes an enrollment the preferred one. */
export function preferEnrollment(profile: Profile, preferred: EnrollmentId): Profile {
  return { ...profile, preferred }
}

/** Records the use of an enrollment, and what its method remembers from now on. */
export function useEnrollment(profile: Profile, used: EnrollmentId, at: EpochMs, methodData: Json): Profile {
  return mapEnrollment(profile, used, (enrollment) => ({ ...enrollment, lastUsedAt: at, methodData }))
}

/** Replaces the set of recovery codes. */
export function setRecoveryCodes(
  profile: Profile,
  at: EpochMs,
  unused: readonly Digest[],
  sealed: Sealed | null,
): Profile {
  return { ...profile, recoveryCodes: { generatedAt: at, unused, sealed } }
}

/** Strikes a recovery code out: it is single use (ASVS 5.0 6.5.1). */
export function consumeRecoveryCode(profile: Profile, used: Digest): Profile {
  if (profile.recoveryCodes === null) return profile
  const unused = profile.recoveryCodes.unused.filter((digest) => digest !== used)
  return { ...profile, recoveryCodes: { ...profile.recoveryCodes, unused } }
}

/** Forgives all failures and lifts the lock; the same profile when there is nothing to forgive. */
export function forgive(profile: Profile): Profile {
  return profile.failures === 0 && profile.lock === null ? profile : { ...profile, failures: 0, lock: null }
}

/** Records the use of a remembered device. */
export function useDevice(profile: Profile, used: DeviceId, at: EpochMs): Profile {
  return {
    ...profile,
    devices: profile.devices.map((device) => (device.id === used ? { ...device, lastUsedAt: at } : device)),
  }
}

/** Revokes a remembered device; the same profile when there is no such device. */
export function revokeDevice(profile: Profile, device: DeviceId): Profile {
  const devices = profile.devices.filter(({ id }) => id !== device)
  return devices.length === profile.devices.length ? profile : { ...profile, devices }
}

/** How many recovery codes are left. */
export function recoveryCodesLeft(profile: Profile): number {
  return profile.recoveryCodes?.unused.length ?? 0
}

function mapEnrollment(
  profile: Profile,
  wanted: EnrollmentId,
  change: (enrollment: Enrollment) => Enrollment,
): Profile {
  return {
    ...profile,
    enrollments: profile.enrollments.map((enrollment) =>
      enrollment.id === wanted ? change(enrollment) : enrollment,
    ),
  }
}
