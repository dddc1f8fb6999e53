import { InputError } from '../errors.ts'
import type { EnrollmentId, UserId } from '../ids.ts'
import { MIN_SECRET_BYTES } from '../methods/authenticator.ts'
import type { Provisioning } from '../methods/method.ts'
import { MAX_ENROLLMENTS, MAX_NAME_LENGTH } from '../policy/defaults.ts'
import { addEnrollment } from '../profile/changes.ts'
import type { Enrollment } from '../profile/profile.ts'
import { drawId, sealSecret } from './answer.ts'
import { type ChangeOptions, changeProfile, type ProfileChange, type ProfileNow } from './change-profile.ts'
import type { Environment } from './config.ts'

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

/** Sets up a factor for a user. What it throws is told at `Users.enroll`. */
export async function enroll(
  env: Environment,
  userId: UserId,
  input: EnrollInput,
  options?: ChangeOptions,
): Promise<Enrolled> {
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
  const change = async ({ profile, facts, isKnown, at }: ProfileNow): Promise<ProfileChange> => {
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
  }
  await changeProfile(env, userId, change, options)
  return { enrollment: id, provisioning }
}
