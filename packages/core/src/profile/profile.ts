import { z } from 'zod'
import { SnapshotError } from '../errors.ts'
import { faultyFields } from '../faulty-fields.ts'
import type { DeviceId, Digest, EnrollmentId, EpochMs, Sealed } from '../ids.ts'
import type { Json } from '../json.ts'

/** One method bound to a user. In a profile it is always proven. */
export interface Enrollment {
  readonly id: EnrollmentId
  /** The wire name of the method: `authenticator`, `email`, `sms`, or one that the host registered. */
  readonly method: string
  /** What the user calls it. */
  readonly name: string | null
  readonly createdAt: EpochMs
  readonly lastUsedAt: EpochMs | null
  /** Where its codes go (E.164 for `sms`). Null where the method needs none or asks the host each time. */
  readonly address: string | null
  /** The method's secret, sealed for this user and enrollment. Null where it has none. */
  readonly secret: Sealed | null
  /** What the method remembers between proofs, such as the last accepted time step. Never a secret. */
  readonly methodData: Json
}

/** A set of recovery codes; generating a new one voids the old. */
interface RecoveryCodes {
  readonly generatedAt: EpochMs
  /** Digests of the codes that are left, over user id and code. */
  readonly unused: readonly Digest[]
  /** All codes of the set, sealed; only under `dangerouslyShowAgain`. */
  readonly sealed: Sealed | null
}

/** A browser that may skip the challenge until it expires. */
export interface RememberedDevice {
  readonly id: DeviceId
  readonly createdAt: EpochMs
  readonly lastUsedAt: EpochMs | null
  readonly expiresAt: EpochMs
}

/** A lock after too many failed proofs: until a moment, or until a recovery code or an administrator lifts it. */
export interface Lock {
  readonly until: EpochMs | 'rescued'
}

/** What Sallyport stores about one user's second factors. */
export interface Profile {
  readonly version: 1
  /** Raised by every change of factors; never goes down. */
  readonly epoch: number
  /** When an enrollment was last taken out of force; null: never. What a session proved before makes it fresh no more. */
  readonly factorsRevokedAt: EpochMs | null
  readonly enrollments: readonly Enrollment[]
  /** The primary enrollment: the first one offered, and the one that a replacement replaces. */
  readonly preferred: EnrollmentId | null
  readonly recoveryCodes: RecoveryCodes | null
  readonly devices: readonly RememberedDevice[]
  /** Consecutive failed proofs, over all flows and methods. */
  readonly failures: number
  readonly lock: Lock | null
  /** When codes were sent within the last day: the delivery budget. */
  readonly deliveries: readonly EpochMs[]
  /** When each kind of notice that is not sent without a limit was last sent, within the last hour. */
  readonly notices: Readonly<Record<string, EpochMs>>
}

/** The version of the format that this release writes. */
const PROFILE_VERSION = 1

/** The profile of a user who has none yet. */
export const emptyProfile: Profile = Object.freeze({
  version: PROFILE_VERSION,
  epoch: 0,
  factorsRevokedAt: null,
  enrollments: [],
  preferred: null,
  recoveryCodes: null,
  devices: [],
  failures: 0,
  lock: null,
  deliveries: [],
  notices: {},
})

const id = <Id extends string>(): z.ZodType<Id> => z.string().min(1).max(64) as unknown as z.ZodType<Id> // ids are opaque: the brand says where one came from
const epochMs = z.number().int().nonnegative()
const count = z.number().int().nonnegative()
const sealed = z.string() as unknown as z.ZodType<Sealed> // the seal is checked when it is opened

const enrollmentSchema: z.ZodType<Enrollment> = z.strictObject({
  id: id<EnrollmentId>(),
  method: z.string(),
  name: z.string().nullable(),
  createdAt: epochMs,
  lastUsedAt: epochMs.nullable(),
  address: z.string().nullable(),
  secret: sealed.nullable(),
  methodData: z.json() as z.ZodType<Json>, // the same set of values, with readonly arrays
})

const profileSchema: z.ZodType<Profile> = z.strictObject({
  version: z.literal(PROFILE_VERSION),
  epoch: count,
  factorsRevokedAt: epochMs.nullable(),
  enrollments: z.array(enrollmentSchema),
  preferred: id<EnrollmentId>().nullable(),
  recoveryCodes: z
    .strictObject({ generatedAt: epochMs, unused: z.array(id<Digest>()), sealed: sealed.nullable() })
    .nullable(),
  devices: z.array(
    z.strictObject({
      id: id<DeviceId>(),
      createdAt: epochMs,
      lastUsedAt: epochMs.nullable(),
      expiresAt: epochMs,
    }),
  ),
  failures: count,
  lock: z.strictObject({ until: z.union([epochMs, z.literal('rescued')]) }).nullable(),
  deliveries: z.array(epochMs),
  notices: z.record(z.string(), epochMs),
})

const versionOf = z.looseObject({ version: z.number() })

/**
 * Reads a stored profile.
 *
 * @throws {SnapshotError} `version_unknown` when a newer release wrote it, `profile_invalid` when it does
 *   not have the shape of its version. The message names the field, never its value.
 */
export function parseProfile(stored: unknown): Profile {
  const parsed = profileSchema.safeParse(stored)
  if (parsed.success) return parsed.data
  const version = versionOf.safeParse(stored)
  if (version.success && version.data.version > PROFILE_VERSION) {
    throw new SnapshotError(
      'version_unknown',
      `profile: version ${version.data.version} is newer than this release`,
    )
  }
  throw new SnapshotError('profile_invalid', `profile: invalid ${faultyFields(parsed.error, 'profile')}`)
}
