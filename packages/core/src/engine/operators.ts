import { InputError } from '../errors.ts'
import type { DeviceView } from '../flow/view.ts'
import {
  type DeviceId,
  type EnrollmentId,
  type EpochMs,
  parseUserId,
  type Sealed,
  type UserId,
} from '../ids.ts'
import { MIN_SECRET_BYTES } from '../methods/authenticator.ts'
import type { Provisioning } from '../methods/method.ts'
import { MAX_ENROLLMENTS, MAX_NAME_LENGTH } from '../policy/defaults.ts'
import { isLocked } from '../policy/throttle.ts'
import {
  addEnrollment,
  forgive,
  recoveryCodesLeft,
  reset,
  revokeDevice,
  setRecoveryCodes,
} from '../profile/changes.ts'
import type { Enrollment, Profile } from '../profile/profile.ts'
import { drawId, drawRecoveryCodeSet, RECOVERY_CODES_SUBJECT, sealSecret } from './answer.ts'
import { changeProfile, readProfile } from './change-profile.ts'
import type { Environment } from './config.ts'

/** What an operator sees of a user: no secret, no code, no token. */
export interface UserSummary {
  readonly enrollments: readonly Omit<Enrollment, 'secret' | 'methodData'>[]
  readonly preferred: EnrollmentId | null
  readonly recoveryCodesLeft: number
  readonly devices: readonly DeviceView[]
  /** Consecutive failed proofs. */
  readonly failures: number
  readonly isLocked: boolean
  /** Until when a lock holds, or `rescued`: until a recovery code or `users.unlock`. Null: there is none. */
  readonly lockedUntil: EpochMs | 'rescued' | null
  readonly epoch: number
}

/** A second factor that an administrator sets up for a user, without the proof that a flow would ask for. */
export interface EnrollInput {
  readonly method: string
  /** For a method that needs one, such as the number of `sms`. */
  readonly address?: string
  readonly name?: string
  /**
   * A secret that exists already, such as one brought over from another system, of at least 128 bits (RFC 4226
   * §4 R6); otherwise a new one is made.
   */
  readonly secret?: Uint8Array
}

/** A factor that an administrator has set up. */
export interface Enrolled {
  readonly enrollment: EnrollmentId
  /** What the user needs to set it up, given once; null where a secret was brought along. */
  readonly provisioning: Provisioning | null
}

/** Calls about users, for operators and the host's own administration. */
export interface Users {
  /** Reads what is known about a user's second factors. */
  get(userId: string): Promise<UserSummary>
  /** Removes all factors, recovery codes and devices of a user, forgives failures, and tells the user. */
  reset(userId: string): Promise<void>
  /** Lifts a lock and forgives failures. */
  unlock(userId: string): Promise<void>
  /**
   * Sets up a factor for a user, and tells the user.
   *
   * @throws {InputError} `input_invalid` naming the field: an unknown method, a missing or invalid address, a
   *   secret that is too short, a profile that is full.
   */
  enroll(userId: string, input: EnrollInput): Promise<Enrolled>
}

/** Calls about remembered devices. */
export interface Devices {
  list(userId: string): Promise<readonly DeviceView[]>
  /** Revokes one; false when there was no such device. */
  revoke(userId: string, device: string): Promise<boolean>
}

/** Calls about recovery codes, for a host that shows them outside of a setup flow. */
export interface RecoveryCodeCalls {
  /**
   * Makes a new set; the old one is void. The codes are given once.
   *
   * @throws {InputError} `input_invalid` where the policy has no recovery codes.
   */
  generate(userId: string): Promise<readonly string[]>
  /** How many are left. */
  count(userId: string): Promise<number>
}

/** What `rekey` did. */
export interface RekeyReport {
  /** Values that were sealed anew under the current key. */
  readonly resealed: number
  /**
   * Sealed values found under each key id, after the run. A key id that is not here can leave the ring once the
   * flows of before the rotation have ended (an hour at most); remembered devices under it then end as well.
   */
  readonly keyIdsInUse: Readonly<Record<string, number>>
}

export function createUsers(env: Environment): Users {
  return {
    async get(userId) {
      const profile = await readProfile(env, parseUserId(userId))
      const at = env.clock.now()
      const locked = isLocked(profile, at)
      return {
        enrollments: profile.enrollments.map(({ secret: _secret, methodData: _data, ...shown }) => shown),
        preferred: profile.preferred,
        recoveryCodesLeft: recoveryCodesLeft(profile),
        devices: liveDevices(profile, at),
        failures: profile.failures,
        isLocked: locked,
        lockedUntil: locked ? (profile.lock?.until ?? null) : null,
        epoch: profile.epoch,
      }
    },
    async reset(userId) {
      await changeProfile(env, parseUserId(userId), ({ profile }) => ({
        profile: reset(profile),
        events: [{ kind: 'profile_reset' }],
        notices: [{ kind: 'profile_reset' }],
      }))
    },
    async unlock(userId) {
      await changeProfile(env, parseUserId(userId), ({ profile }) => ({
        profile: forgive(profile),
        events: [{ kind: 'user_unlocked', by: 'administrator' }],
      }))
    },
    enroll: async (userId, input) => enroll(env, parseUserId(userId), input),
  }
}

async function enroll(env: Environment, userId: UserId, input: EnrollInput): Promise<Enrolled> {
  const { method: kind, name = null } = input
  const entry = env.methods.get(kind)
  if (entry === undefined) throw new InputError('input_invalid', 'method', 'must be a registered method')
  const { method } = entry
  const address = input.address === undefined ? undefined : method.parseAddress?.(input.address)
  if (method.addressed === 'given' && address === undefined) {
    throw new InputError('input_invalid', 'address', 'must be a valid address for the method')
  }
  // Taken here, it would be refused at every login, and the user could not get in.
  if (input.secret !== undefined && input.secret.length < MIN_SECRET_BYTES) {
    throw new InputError('input_invalid', 'secret', `must have at least ${MIN_SECRET_BYTES} bytes`)
  }
  if (name !== null && (name.trim() === '' || name.length > MAX_NAME_LENGTH)) {
    throw new InputError('input_invalid', 'name', `must have 1 to ${MAX_NAME_LENGTH} characters`)
  }
  const id = drawId<EnrollmentId>(env)
  let provisioning: Provisioning | null = null
  await changeProfile(env, userId, async ({ profile, facts, isKnown, at }) => {
    if (!isKnown) throw new InputError('input_invalid', 'userId', 'must be a user that the host finds')
    if (profile.enrollments.length >= MAX_ENROLLMENTS) {
      throw new InputError(
        'input_invalid',
        'userId',
        `has ${MAX_ENROLLMENTS} enrollments, as many as a profile holds`,
      )
    }
    const random = env.random.bytes(64)
    const begun = method.begin({ random, issuer: env.policy.issuer, label: facts.user.label })
    const secret = input.secret ?? begun.secret
    provisioning = input.secret === undefined ? (begun.provisioning ?? null) : null
    const enrollment: Enrollment = {
      id,
      method: kind,
      name,
      createdAt: at,
      lastUsedAt: null,
      address: address ?? null,
      secret: secret === undefined ? null : await sealSecret(env, userId, id, secret),
      methodData: begun.methodData,
    }
    return {
      profile: addEnrollment(profile, enrollment),
      events: [{ kind: 'enrollment_added', method: kind, enrollment: id, by: 'administrator' }],
      notices: [{ kind: 'factor_added', method: kind, changed: method.channel ?? null }],
    }
  })
  return { enrollment: id, provisioning }
}

export function createDevices(env: Environment): Devices {
  return {
    async list(userId) {
      return liveDevices(await readProfile(env, parseUserId(userId)), env.clock.now())
    },
    async revoke(userId, device) {
      let revoked = false
      await changeProfile(env, parseUserId(userId), ({ profile }) => {
        const changed = revokeDevice(profile, device as DeviceId) // an id that is none matches no device
        revoked = changed !== profile
        return { profile: changed, events: [{ kind: 'device_revoked', device: device as DeviceId }] } // as above
      })
      return revoked
    },
  }
}

export function createRecoveryCodes(env: Environment): RecoveryCodeCalls {
  return {
    async generate(userId) {
      const parsed = parseUserId(userId)
      if (!env.policy.rescue.recoveryCodes) {
        throw new InputError('input_invalid', 'policy.rescue.recoveryCodes', 'must be on to make any')
      }
      const { codes, digests, sealed } = await drawRecoveryCodeSet(env, parsed)
      await changeProfile(env, parsed, ({ profile, at }) => ({
        profile: setRecoveryCodes(profile, at, digests, sealed),
        events: [{ kind: 'recovery_codes_generated', left: digests.length, by: 'administrator' }],
        notices: [{ kind: 'recovery_codes_generated' }],
      }))
      return codes
    },
    async count(userId) {
      return recoveryCodesLeft(await readProfile(env, parseUserId(userId)))
    },
  }
}

/** Seals every value of these users that is under an old key anew, user by user. */
export async function rekey(
  env: Environment,
  userIds: Iterable<string> | AsyncIterable<string>,
): Promise<RekeyReport> {
  const inUse = new Map<string, number>()
  let resealed = 0
  for await (const userId of userIds) {
    const user = parseUserId(userId)
    let ofUser = 0
    const profile = await changeProfile(env, user, async ({ profile: before }) => {
      ofUser = sealedValues(before).filter((sealed) => !env.sealer.isCurrent(sealed)).length
      return { profile: ofUser === 0 ? before : await resealAll(env, user, before), events: [] }
    })
    resealed += ofUser
    for (const sealed of sealedValues(profile)) {
      const keyId = env.sealer.keyIdOf(sealed)
      inUse.set(keyId, (inUse.get(keyId) ?? 0) + 1)
    }
  }
  return { resealed, keyIdsInUse: Object.fromEntries(inUse) }
}

function sealedValues({ enrollments, recoveryCodes }: Profile): readonly Sealed[] {
  return [...enrollments.map(({ secret }) => secret), recoveryCodes?.sealed ?? null].filter(
    (sealed) => sealed !== null,
  )
}

async function resealAll(env: Environment, userId: UserId, profile: Profile): Promise<Profile> {
  const reseal = async (sealed: Sealed, subject: string): Promise<Sealed> => {
    if (env.sealer.isCurrent(sealed)) return sealed
    return env.sealer.seal(await env.sealer.open(sealed, { userId, subject }), { userId, subject })
  }
  const enrollments = await Promise.all(
    profile.enrollments.map(async (enrollment) =>
      enrollment.secret === null
        ? enrollment
        : { ...enrollment, secret: await reseal(enrollment.secret, enrollment.id) },
    ),
  )
  const codes = profile.recoveryCodes
  const recoveryCodes =
    codes === null || codes.sealed === null
      ? codes
      : { ...codes, sealed: await reseal(codes.sealed, RECOVERY_CODES_SUBJECT) }
  return { ...profile, enrollments, recoveryCodes }
}

function liveDevices(profile: Profile, at: EpochMs): readonly DeviceView[] {
  return profile.devices.filter(({ expiresAt }) => at < expiresAt)
}
