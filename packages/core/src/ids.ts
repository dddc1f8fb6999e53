import { InputError } from './errors.ts'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number

/** The host's own id of a user: 1–255 bytes of UTF-8, compared byte for byte. */
export type UserId = Branded<'UserId'>
/** Names a flow's row in the store: the SHA-256 (base64url) of the random part of its token. */
export type FlowId = Branded<'FlowId'>
/** Names one method bound to one user: 128 random bits, base64url. */
export type EnrollmentId = Branded<'EnrollmentId'>
/** Names one demand on the user inside a flow: 128 random bits, base64url. */
export type ChallengeId = Branded<'ChallengeId'>
/** Names one remembered device: 128 random bits, base64url. */
export type DeviceId = Branded<'DeviceId'>
/** Names one commit, so that its outcome can be looked up: 128 random bits, base64url. */
export type CommitId = Branded<'CommitId'>
/** A keyed or plain digest, base64url. Never a secret itself. */
export type Digest = Branded<'Digest'>
/** A sealed value: a compact JWE that only the key ring opens. */
export type Sealed = Branded<'Sealed'>
/** The capability to continue one flow; given to its user alone. */
export type FlowToken = Branded<'FlowToken'>

/** The longest user id, in bytes of UTF-8: what every supported database can index. */
export const MAX_USER_ID_BYTES = 255

const NUL = '\u0000'

/**
 * Parses the host's id of a user.
 *
 * @throws {InputError} `user_id_invalid` when it is no string, empty, longer than
 *   {@link MAX_USER_ID_BYTES}, or holds a NUL or a lone surrogate (no database stores those alike).
 */
export function parseUserId(value: unknown): UserId {
  if (typeof value !== 'string') throw new InputError('user_id_invalid', 'userId', 'must be a string')
  if (value === '') throw new InputError('user_id_invalid', 'userId', 'must not be empty')
  if (value.includes(NUL)) throw new InputError('user_id_invalid', 'userId', 'must not hold a NUL')
  if (!value.isWellFormed()) throw new InputError('user_id_invalid', 'userId', 'must be well-formed Unicode')
  if (new TextEncoder().encode(value).length > MAX_USER_ID_BYTES) {
    throw new InputError('user_id_invalid', 'userId', `must not exceed ${MAX_USER_ID_BYTES} bytes of UTF-8`)
  }
  return value as UserId // the checks above are what the brand stands for
}
