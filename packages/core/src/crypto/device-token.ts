import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'
import type { DeviceId, Digest, EpochMs, UserId } from '../ids.ts'
import { CLOCK_TOLERANCE_MS } from '../policy/defaults.ts'
import type { Keys } from '../ports/keys.ts'
import { decodeBase64url, encodeBase64url, joinParts } from './encoding.ts'
import { importOnce } from './import-once.ts'
import { type DerivedKey, deriveRing } from './key-ring.ts'
import { createMac } from './mac.ts'

/** What the token of a remembered device vouches for. The profile's own record decides on it. */
interface DeviceClaims {
  readonly deviceId: DeviceId
  /** The profile's epoch when the device was remembered. */
  readonly epoch: number
  /** The digest of the user's security stamp at that time. */
  readonly stamp: Digest
}

/** Tokens of remembered devices: signed JWTs (RFC 7519, HS256) that the browser keeps. */
export interface DeviceTokens {
  /**
   * Signs under the current key. JWT dates are whole seconds: the token ends at the last one that is not
   * after `expiresAt`.
   */
  sign(
    input: DeviceClaims & {
      readonly userId: UserId
      readonly issuedAt: EpochMs
      readonly expiresAt: EpochMs
    },
  ): Promise<string>
  /**
   * Verifies a token that a browser sent for a user.
   *
   * @param context.at - Now, in epoch milliseconds.
   * @returns Its claims, or `undefined` when it is expired, another user's, changed, of another type or
   *   algorithm, not yet valid, or no token at all. Bad input never throws.
   */
  verify(
    token: string,
    context: { readonly userId: UserId; readonly at: EpochMs },
  ): Promise<DeviceClaims | undefined>
}

/** The longest token that is looked at: our choice, well above what {@link DeviceTokens.sign} makes. */
export const MAX_DEVICE_TOKEN_LENGTH = 1024

const ALGORITHM = 'HS256'
const TYPE = 'sallyport-device+jwt' // explicit typing (RFC 8725 §3.11)
const ISSUER = 'sallyport'
const AUDIENCE = 'sallyport/device'

const toSeconds = (at: EpochMs): number => Math.floor(at / 1000)

/**
 * JWS leaves the last bits of a signature's text unused; with any but zeros it would be a second spelling.
 * Header and payload have one each, since the signature covers their text.
 */
function isCanonical(token: unknown): token is string {
  if (typeof token !== 'string' || token.length > MAX_DEVICE_TOKEN_LENGTH) return false
  return decodeBase64url(token.slice(token.lastIndexOf('.') + 1)) !== undefined
}

/**
 * Makes and verifies the device tokens of a key ring.
 *
 * @throws {ConfigError} When the ring is not a valid one.
 */
export function createDeviceTokens(keys: Keys): DeviceTokens {
  const usable = (key: DerivedKey) => {
    const mac = createMac(key.bytes)
    return {
      id: key.id,
      cryptoKey: importOnce(key, { name: 'HMAC', hash: 'SHA-256' }, ['sign', 'verify']),
      /**
       * A token stays on a shared computer for weeks: it names its user by a keyed digest. The key signs too,
       * but what it signs begins with a letter and this with a zero byte.
       */
      subjectOf: (userId: UserId) => encodeBase64url(mac(joinParts('subject', userId))),
    }
  }
  const [currentKey, ...olderKeys] = deriveRing(keys, 'device_token')
  const current = usable(currentKey)
  const ring = [current, ...olderKeys.map(usable)]

  return {
    async sign({ userId, deviceId, epoch, stamp, issuedAt, expiresAt }) {
      const claims = {
        iss: ISSUER,
        aud: AUDIENCE,
        sub: current.subjectOf(userId),
        jti: deviceId,
        nbf: toSeconds(issuedAt),
        exp: toSeconds(expiresAt),
        epoch,
        stamp,
      }
      const jwt = new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: current.id })
      return jwt.sign(await current.cryptoKey())
    },
    async verify(token, { userId, at }) {
      if (!isCanonical(token)) return undefined
      try {
        const { kid } = decodeProtectedHeader(token)
        const key = ring.find(({ id }) => id === kid)
        if (key === undefined) return undefined
        const { payload } = await jwtVerify(token, await key.cryptoKey(), {
          algorithms: [ALGORITHM],
          typ: TYPE,
          issuer: ISSUER,
          audience: AUDIENCE,
          subject: key.subjectOf(userId),
          requiredClaims: ['nbf', 'exp'],
          currentDate: new Date(at),
          clockTolerance: CLOCK_TOLERANCE_MS / 1000,
        })
        const { jti, exp, epoch, stamp } = payload
        // The tolerance is for a beginning that another node's clock set; an end is not stretched by it.
        if (typeof exp !== 'number' || exp <= toSeconds(at)) return undefined
        if (typeof jti !== 'string' || typeof epoch !== 'number' || typeof stamp !== 'string')
          return undefined
        return { deviceId: jti as DeviceId, epoch, stamp: stamp as Digest } // `sign` took these types
      } catch {
        return undefined
      }
    },
  }
}
