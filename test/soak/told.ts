import { createHash } from 'node:crypto'

/** Why a proof can be no right one, whatever the servers do meanwhile. */
export type MustFail =
  | 'wrong' // no secret of the user's has this code
  | 'late' // its time was over when it was sent
  | 'void' // another code was sent in its place

/** What became of a proof, as its sender was told. */
export type ProofAnswer =
  | 'accepted'
  | 'rejected' // it was checked, and has been counted
  | 'locked' // it brought a lock, or was not checked because of one
  | 'refused' // it was not checked
  | 'unknown' // the answer never came, or said that nobody knows

/** What a proof was to achieve, as the audit log calls it. */
export type Prize = 'authenticated' | 'changed' | 'verified'

/** Changes that clients ask for and the audit log names. */
export type ChangeKind = 'two_factor_disabled' | 'recovery_codes_generated'

/** One thing that a client was told. Flows are named as the store names them, which is not what a client holds. */
export type Told =
  | { readonly says: 'opened'; readonly user: string; readonly flow: string }
  | {
      readonly says: 'proof'
      readonly user: string
      readonly flow: string
      readonly prize: Prize
      /** What the proof is a proof of: a time step of an app, a message, a recovery code. */
      readonly secret: string
      readonly mustFail: MustFail | null
      readonly answer: ProofAnswer
    }
  /** A login that ended at its first factor: with a session, or with an answer that never came. */
  | { readonly says: 'logged_in'; readonly user: string; readonly isCertain: boolean }
  | { readonly says: 'change'; readonly user: string; readonly kind: ChangeKind; readonly isCertain: boolean }
  | { readonly says: 'revoked'; readonly user: string; readonly device: string }
  /** Told that a browser is remembered from a flow on. */
  | { readonly says: 'remembered'; readonly user: string; readonly flow: string }
  /** What no client may ever be told. */
  | { readonly says: 'fault'; readonly user: string; readonly what: string }

const RANDOM_FROM = 1
const RANDOM_BYTES = 32

/** The flow that a token continues, as the store names it: the digest of the token's random part. */
export function flowIdOf(token: string): string {
  const [, payload = ''] = token.split('.')
  const random = Buffer.from(payload, 'base64url').subarray(RANDOM_FROM, RANDOM_FROM + RANDOM_BYTES)
  return createHash('sha256').update(random).digest('base64url')
}
