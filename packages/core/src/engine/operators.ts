import { InputError } from '../errors.ts'
import type { DeviceView } from '../flow/view.ts'
import { type DeviceId, type EnrollmentId, type EpochMs, parseUserId } from '../ids.ts'
import { liveDevices } from '../policy/remembered-device.ts'
import { isLocked } from '../policy/throttle.ts'
import { recoveryCodesLeft, reset, revokeDevice, setRecoveryCodes, unlock } from '../profile/changes.ts'
import type { Enrollment } from '../profile/profile.ts'
import { drawRecoveryCodeSet } from './answer.ts'
import {
  type ChangeOptions,
  changeProfile,
  type ProfileChange,
  type ProfileNow,
  readProfile,
} from './change-profile.ts'
import type { Environment } from './config.ts'
import { type Enrolled, type EnrollInput, enroll } from './enroll.ts'

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

/**
 * Calls about users, for operators and the host's own administration. Those that change something take who does it,
 * and throw {@link InputError} `input_invalid` for an `operator` that cannot be kept.
 */
export interface Users {
  /** Reads what is known about a user's second factors. */
  get(userId: string): Promise<UserSummary>
  /** Removes all factors, recovery codes and devices of a user, forgives failures, and tells the user. */
  reset(userId: string, options?: ChangeOptions): Promise<void>
  /** Lifts a lock and forgives failures. */
  unlock(userId: string, options?: ChangeOptions): Promise<void>
  /**
   * Sets up a factor for a user, and tells the user.
   *
   * @throws {InputError} `input_invalid` naming the field: an unknown method, a missing or invalid address, a
   *   secret that is too short, a profile that is full.
   */
  enroll(userId: string, input: EnrollInput, options?: ChangeOptions): Promise<Enrolled>
}

/** Calls about remembered devices. */
export interface Devices {
  list(userId: string): Promise<readonly DeviceView[]>
  /** Revokes one; false when there was no such device. */
  revoke(userId: string, device: string, options?: ChangeOptions): Promise<boolean>
}

/** Calls about recovery codes, for a host that shows them outside of a setup flow. */
export interface RecoveryCodeCalls {
  /**
   * Makes a new set; the old one is void. The codes are given once.
   *
   * @throws {InputError} `input_invalid` where the policy has no recovery codes.
   */
  generate(userId: string, options?: ChangeOptions): Promise<readonly string[]>
  /** How many are left. */
  count(userId: string): Promise<number>
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
        devices: liveDevices(profile.devices, at),
        failures: profile.failures,
        isLocked: locked,
        lockedUntil: locked ? (profile.lock?.until ?? null) : null,
        epoch: profile.epoch,
      }
    },
    async reset(userId, options) {
      const change = ({ profile, at }: ProfileNow): ProfileChange => ({
        profile: reset(profile, at),
        events: [{ kind: 'profile_reset' }],
        notices: [{ kind: 'profile_reset' }],
      })
      await changeProfile(env, parseUserId(userId), change, options)
    },
    async unlock(userId, options) {
      const change = ({ profile }: ProfileNow): ProfileChange => ({
        profile: unlock(profile),
        events: [{ kind: 'user_unlocked', by: 'administrator' }],
      })
      await changeProfile(env, parseUserId(userId), change, options)
    },
    enroll: async (userId, input, options) => enroll(env, parseUserId(userId), input, options),
  }
}

export function createDevices(env: Environment): Devices {
  return {
    async list(userId) {
      const { devices } = await readProfile(env, parseUserId(userId))
      return liveDevices(devices, env.clock.now())
    },
    async revoke(userId, device, options) {
      let revoked = false
      const change = ({ profile }: ProfileNow): ProfileChange => {
        const changed = revokeDevice(profile, device as DeviceId) // an id that is none matches no device
        revoked = changed !== profile
        return { profile: changed, events: [{ kind: 'device_revoked', device: device as DeviceId }] } // as above
      }
      await changeProfile(env, parseUserId(userId), change, options)
      return revoked
    },
  }
}

export function createRecoveryCodes(env: Environment): RecoveryCodeCalls {
  return {
    async generate(userId, options) {
      const parsed = parseUserId(userId)
      if (!env.policy.rescue.recoveryCodes) {
        throw new InputError('input_invalid', 'policy.rescue.recoveryCodes', 'must be on to make any')
      }
      const { codes, digests, sealed } = await drawRecoveryCodeSet(env, parsed)
      const change = ({ profile, at }: ProfileNow): ProfileChange => ({
        profile: setRecoveryCodes(profile, at, digests, sealed),
        events: [{ kind: 'recovery_codes_generated', left: digests.length, by: 'administrator' }],
        notices: [{ kind: 'recovery_codes_generated' }],
      })
      await changeProfile(env, parsed, change, options)
      return codes
    },
    async count(userId) {
      return recoveryCodesLeft(await readProfile(env, parseUserId(userId)))
    },
  }
}
