import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { HOTP, Secret } from 'otpauth/bare'
import { ConfigError, InputError, SnapshotError } from '../errors.ts'
import type { EpochMs } from '../ids.ts'
import type { Json } from '../json.ts'
import type { AppProvisioning, Method } from './method.ts'
import { type CodeDigits, equalCodes, normalizeCode } from './one-time-code.ts'

/** The length of a time step: the default of RFC 6238 §5.2, and the only one that every app honors. */
const TIME_STEP_SECONDS = 30
/** The length of a code: RFC 4226 §5.3 asks for six at least; many apps show no other. */
const AUTHENTICATOR_DIGITS: CodeDigits = 6
/** The length of a secret: the 160 bits that RFC 4226 §4 R6 recommends. */
const AUTHENTICATOR_SECRET_BYTES = 20
/** The shortest secret that is taken or checked against: the 128 bits that RFC 4226 §4 R6 requires. */
export const MIN_SECRET_BYTES = 16
/** Time steps accepted on each side of now: the most that RFC 6238 §5.2 allows for a delay. */
const DRIFT_STEPS = 1

/** Options of the authenticator method. */
export interface AuthenticatorOptions {
  /**
   * Time steps accepted on each side of now. Default {@link DRIFT_STEPS}: a code is good for 90 seconds. With
   * 0 it is for 30, as ASVS 5.0 6.5.5 says if read strictly, and users whose clocks are off are shut out.
   */
  readonly driftSteps?: 0 | 1
}

/** What an authenticator enrollment remembers: the last time step that was accepted. It only grows. */
type AuthenticatorData = { readonly lastTimeStep: number | null }

/** The result of checking a code against a secret. */
export type TimeStepVerdict =
  | { readonly kind: 'accepted'; readonly timeStep: number }
  | { readonly kind: 'rejected'; readonly cause: 'code_mismatch' | 'time_step_reused' }
  | { readonly kind: 'malformed' }

const hmacSha1 = (_algorithm: string, key: Uint8Array, message: Uint8Array): Uint8Array =>
  hmac(sha1, key, message)

/** Copied first: of a view, otpauth would take the whole buffer that is under it. */
const toSecret = (bytes: Uint8Array): Secret => new Secret({ buffer: bytes.slice().buffer })

/** The time step that a moment lies in (RFC 6238 §4.2). */
export function timeStepAt(at: EpochMs): number {
  return Math.floor(at / (TIME_STEP_SECONDS * 1000))
}

/**
 * Checks a TOTP code (RFC 6238) and says which time step it matched. Pure: the caller records the use.
 * Persist `timeStep` in the same commit, or the code can be replayed (RFC 6238 §5.2).
 *
 * Where the code is that of several steps, the *latest* counts as used. Taking an earlier one would let the
 * digits that were just typed be replayed as the later step; as it is, the owner may wait a step or two for
 * the next code, about twice in a million logins.
 *
 * @param input.code - As the user typed it; spaces and dashes are ignored.
 * @param input.at - Now, in epoch milliseconds.
 * @param input.lastTimeStep - The last step accepted; it and all before it are used up. Null for none.
 * @param input.driftSteps - Steps accepted on each side. Default {@link DRIFT_STEPS}.
 * @param input.digits - The code's length. Default {@link AUTHENTICATOR_DIGITS}.
 * @returns `accepted` with `timeStep`; `rejected` with `code_mismatch`, or with `time_step_reused` for a
 *   right code whose step is used up; `malformed` for what cannot be a code.
 * @throws {ConfigError} When the secret has less than 128 bits (RFC 4226 §4 R6).
 */
export function checkTimeStepCode(input: {
  readonly secret: Uint8Array
  readonly code: string
  readonly at: EpochMs
  readonly lastTimeStep: number | null
  readonly driftSteps?: 0 | 1
  readonly digits?: CodeDigits
}): TimeStepVerdict {
  const { at, lastTimeStep, driftSteps = DRIFT_STEPS, digits = AUTHENTICATOR_DIGITS } = input
  if (input.secret.length < MIN_SECRET_BYTES) {
    const message = `must have at least ${MIN_SECRET_BYTES} bytes (RFC 4226 §4 R6)`
    throw new ConfigError([{ field: 'secret', message }])
  }
  const code = normalizeCode(input.code, digits)
  if (code === undefined) return { kind: 'malformed' }

  const secret = toSecret(input.secret)
  const now = timeStepAt(at)
  let matched: number | undefined
  for (let step = Math.max(0, now - driftSteps); step <= now + driftSteps; step++) {
    const expected = HOTP.generate({ secret, digits, counter: step, algorithm: 'SHA1', hmac: hmacSha1 })
    if (equalCodes(expected, code)) matched = step // every candidate is computed and compared, hit or miss
  }
  if (matched === undefined) return { kind: 'rejected', cause: 'code_mismatch' }
  if (lastTimeStep !== null && matched <= lastTimeStep) return { kind: 'rejected', cause: 'time_step_reused' }
  return { kind: 'accepted', timeStep: matched }
}

/** The Key URI format lets neither part hold a colon, and drops spaces before the label. */
const uriPart = (text: string): string => text.toWellFormed().replaceAll(':', '-').trim()

/**
 * Writes the URI that authenticator apps read from a QR code, by the Key URI format: the issuer stands in
 * the label and in its own parameter, everything is percent-encoded, the secret is base32 without padding.
 *
 * A colon in the issuer or the label, which the format forbids, becomes a dash: a label comes from the user
 * and must not make an enrollment fail, nor pass itself off as another issuer.
 */
export function keyUri(input: {
  readonly issuer: string
  readonly label: string
  readonly secret: Uint8Array
}): string {
  const issuer = encodeURIComponent(uriPart(input.issuer))
  const label = encodeURIComponent(uriPart(input.label))
  const secret = toSecret(input.secret).base32
  const parameters = `algorithm=SHA1&digits=${AUTHENTICATOR_DIGITS}&period=${TIME_STEP_SECONDS}`
  return `otpauth://totp/${issuer}:${label}?secret=${secret}&issuer=${issuer}&${parameters}`
}

function provision(secret: Uint8Array, issuer: string, label: string): AppProvisioning {
  const base32 = toSecret(secret).base32
  return {
    kind: 'app',
    secret: base32,
    groupedSecret: base32.replace(/.{4}(?=.)/g, '$& '),
    label: uriPart(label),
    issuer: uriPart(issuer),
    uri: keyUri({ issuer, label, secret }),
    digits: AUTHENTICATOR_DIGITS,
    periodSeconds: TIME_STEP_SECONDS,
    algorithm: 'SHA1',
  }
}

/** Reads what was stored. Garbage is not taken for `null`: that would let used codes in again. */
function readLastTimeStep(methodData: Json): number | null {
  if (typeof methodData === 'object' && methodData !== null && 'lastTimeStep' in methodData) {
    const { lastTimeStep } = methodData
    if (lastTimeStep === null) return null
    if (typeof lastTimeStep === 'number' && Number.isSafeInteger(lastTimeStep)) return lastTimeStep
  }
  throw new SnapshotError('profile_invalid', 'profile: an authenticator enrollment without lastTimeStep')
}

/**
 * The authenticator method: time-based codes by any authenticator app (RFC 6238), in the one form that every
 * app honors: HMAC-SHA-1, which collisions of SHA-1 do not weaken (RFC 6194 §3.3), six digits, 30 seconds.
 *
 * Its verdicts are rejected with `code_mismatch` or `time_step_reused`. `check` throws {@link SnapshotError}
 * `profile_invalid` when the enrollment has no secret or no `lastTimeStep`.
 */
export function authenticatorMethod(options: AuthenticatorOptions = {}): Method {
  const { driftSteps = DRIFT_STEPS } = options
  return {
    kind: 'authenticator',
    amr: ['otp'],
    addressed: 'none',
    begin({ random, issuer, label }) {
      if (random.length < AUTHENTICATOR_SECRET_BYTES) {
        throw new InputError(
          'input_invalid',
          'random',
          `must have at least ${AUTHENTICATOR_SECRET_BYTES} bytes`,
        )
      }
      const secret = random.slice(0, AUTHENTICATOR_SECRET_BYTES)
      const methodData: AuthenticatorData = { lastTimeStep: null }
      return { secret, methodData, provisioning: provision(secret, issuer, label) }
    },
    check({ proof, at, secret, methodData }) {
      if (secret === undefined) {
        throw new SnapshotError('profile_invalid', 'profile: an authenticator enrollment without a secret')
      }
      const lastTimeStep = readLastTimeStep(methodData)
      const verdict = checkTimeStepCode({ secret, code: proof, at, lastTimeStep, driftSteps })
      if (verdict.kind !== 'accepted') return verdict
      const used: AuthenticatorData = { lastTimeStep: verdict.timeStep }
      return { kind: 'accepted', methodData: used }
    },
  }
}
