import type { Channel, User } from '@sallyport/core'

/** What the host says of a first factor. */
export type FirstFactorVerdict =
  | {
      readonly kind: 'verified'
      readonly userId: string
      /** Authentication Method Reference values (RFC 8176). Default `pwd`, or `otp` for a passcode. */
      readonly amr?: readonly string[]
      /** Set for a passcode that came over this channel, which is then no second factor, in the session either. */
      readonly channel?: Channel
      /**
       * The user's security stamp as of the check. Where it has changed since, as by a new password, the proof counts
       * no more. Left out: a password that is changed while it is being checked may still log in once.
       */
      readonly securityStamp?: string
    }
  /** The user exists, and the password (of the user, or of the dummy) has been checked and is wrong. */
  | { readonly kind: 'rejected' }
  /** There is no such user, and nothing has been checked: `dummyVerify` is then called. */
  | { readonly kind: 'unknown_user' }

/** A first factor that was proven. */
type FirstFactorProof = Extract<FirstFactorVerdict, { readonly kind: 'verified' }>

/** Checks a password or a passcode. Must not throw for any text. */
export type VerifyFirstFactor = (
  identity: string,
  secret: string,
) => FirstFactorVerdict | Promise<FirstFactorVerdict>

/** The first factor: the host's. */
export interface FirstFactor {
  readonly verifyPassword: VerifyFirstFactor
  /** For `/us-signin`. Default `verifyPassword`. */
  readonly verifyPasscode?: VerifyFirstFactor
  /**
   * Checks the password against a hash that nothing matches, at the cost of a real one: it is called where
   * the user is unknown, so that the time of the answer does not tell who exists (ASVS 5.0 6.3.8).
   */
  readonly dummyVerify: (secret: string) => unknown
}

/** Checks a first factor, at the same cost whoever is asked for. */
export async function checkFirstFactor(
  { verifyPassword, verifyPasscode = verifyPassword, dummyVerify }: FirstFactor,
  kind: 'password' | 'passcode',
  identity: string,
  secret: string,
): Promise<FirstFactorProof | null> {
  const verdict = await (kind === 'password' ? verifyPassword : verifyPasscode)(identity, secret)
  if (verdict.kind === 'unknown_user') await dummyVerify(secret)
  return verdict.kind === 'verified' ? verdict : null
}

/** Whether a proof is one of a user as they were before: their password, say, has been changed meanwhile. */
export const isOutdated = ({ securityStamp }: Pick<FirstFactorProof, 'securityStamp'>, user: User): boolean =>
  securityStamp !== undefined && securityStamp !== user.securityStamp
