import { type Clock, type EpochMs, type Keys, systemClock } from '@sallyport/core'
import { base64url, EncryptJWT, jwtDecrypt } from 'jose'
import { z } from 'zod'
import { deriveRing, equalTexts } from '../keys.ts'
import { type FindUser, foundUsers, type NewSession, type Revocations, type Session } from './session.ts'

/** What both kinds of sealed sessions are made of. */
export interface SealedOptions {
  /** The key ring: the first key seals, every key opens. */
  readonly keys: Keys
  /** The same as core's: it is asked at every request, so that a changed security stamp ends the session. */
  readonly findUser: FindUser
  /** How long a session lasts, in seconds. Default {@link DEFAULT_LIFETIME_SECONDS}. */
  readonly lifetimeSeconds?: number
  /** Where ended sessions are remembered. Default: nowhere. */
  readonly revocations?: Revocations
  readonly clock?: Clock
}

/** A session as read from its token, with what is needed to end it. */
interface OpenedSession extends Session {
  readonly id: string
  readonly expiresAt: EpochMs
}

/** Sealed sessions as text. */
export interface SealedTokens {
  /**
   * Seals a session that begins, or one in the place of another: under the stamp and with the end of that one, so that
   * a password that was changed meanwhile ends it, too. Null: the user is gone, or that one has been revoked.
   */
  seal(session: NewSession): Promise<{ readonly token: string; readonly expiresAt: EpochMs } | null>
  /** Null: not sealed by these keys, expired, revoked, or the user is gone, inactive or has another stamp. */
  open(token: string): Promise<OpenedSession | null>
}

/** Twelve hours: the longest without the user authenticating anew that NIST SP 800-63B allows at AAL2. */
const DEFAULT_LIFETIME_SECONDS: number = 12 * 3600

/** Longer than any that we make; nothing longer is looked at. */
const MAX_TOKEN_LENGTH = 4096

const claimsSchema = z.object({
  sub: z.string(),
  jti: z.string(),
  exp: z.int(),
  stamp: z.string(),
  first: z.int().nullable(),
  channel: z.enum(['email', 'sms']).nullable(),
  second: z.int().nullable(),
  csrf: z.string().nullable(),
})

/** What a sealed session was read with: a session in its place is sealed with the same, also as another kind of token. */
const sealedSessionOf = new WeakMap<
  Session,
  { readonly id: string; readonly expiresAt: EpochMs; readonly stamp: string }
>()

/** Seals sessions (JWE, `dir`, A256GCM). Each purpose has keys and an audience of its own. */
export function createSealedTokens(
  purpose: 'http_session' | 'http_bearer',
  options: SealedOptions,
): SealedTokens {
  const { keys, findUser, revocations, clock = systemClock } = options
  const lifetimeMs = (options.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS) * 1000
  const ring = deriveRing(keys, purpose)

  async function stampOf(userId: string): Promise<string | null> {
    const user = await findUser(userId)
    return user === null || user === undefined ? null : digestStamp(user.id, user.securityStamp)
  }

  async function decrypt(token: string): Promise<z.infer<typeof claimsSchema> | null> {
    try {
      const known = await ring()
      const { payload } = await jwtDecrypt(
        token,
        ({ kid }) => known.find(({ id }) => id === kid)?.bytes ?? new Uint8Array(),
        {
          audience: purpose,
          currentDate: new Date(clock.now()),
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
          requiredClaims: ['exp'],
        },
      )
      return claimsSchema.safeParse(payload).data ?? null
    } catch {
      return null // not ours, tampered with or expired: all the same to the caller
    }
  }

  return {
    async seal(session) {
      const before = session.renews === null ? undefined : sealedSessionOf.get(session.renews)
      if (before !== undefined && (await revocations?.isRevoked(before.id))) return null
      const stamp = before?.stamp ?? (await stampOf(session.userId))
      if (stamp === null) return null
      const expiresAt = before?.expiresAt ?? clock.now() + lifetimeMs
      const [{ id, bytes }] = await ring()
      const token = await new EncryptJWT({
        stamp,
        first: session.firstFactorAt,
        channel: session.firstFactorChannel,
        second: session.secondFactorAt,
        csrf: session.csrf ?? null,
      })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: id })
        .setSubject(session.userId)
        .setAudience(purpose)
        .setJti(base64url.encode(crypto.getRandomValues(new Uint8Array(16))))
        .setExpirationTime(Math.floor(expiresAt / 1000))
        .encrypt(bytes)
      return { token, expiresAt }
    },
    async open(token) {
      if (token === '' || token.length > MAX_TOKEN_LENGTH) return null
      const claims = await decrypt(token)
      if (claims === null || (await revocations?.isRevoked(claims.jti))) return null
      const user = await findUser(claims.sub)
      if (user === null || user === undefined || !user.active) return null
      if (!equalTexts(claims.stamp, await digestStamp(user.id, user.securityStamp))) return null
      const { sub, jti, exp, first, channel, second, csrf } = claims
      const expiresAt = exp * 1000
      const session: OpenedSession = {
        id: jti,
        expiresAt,
        userId: sub,
        firstFactorAt: first,
        firstFactorChannel: channel,
        secondFactorAt: second,
        csrf,
      }
      foundUsers.set(session, user)
      sealedSessionOf.set(session, { id: jti, expiresAt, stamp: claims.stamp })
      return session
    },
  }
}

/** The stamp may be a part of a password's hash: not even sealed does it leave the server as it is. */
async function digestStamp(userId: string, stamp: string): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([userId, stamp]))
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', text)))
}
