import type { ChallengeId, Digest, EpochMs } from '../ids.ts'
import type { Json } from '../json.ts'

/** The channel a method's codes travel over; the channel of the first factor is not offered as the second. */
export type Channel = 'email' | 'sms'

/** Keyed digests (HMAC-SHA-256) under the ring's key for one-time codes. */
export interface CodeMac {
  /** Digests `text` under the current key. */
  digest(text: string): Digest
  /** Says in constant time whether `digest` is that of `text` under any key of the ring. */
  matches(text: string, digest: Digest): boolean
}

export interface BeginInput {
  /** Fresh bytes from the CSPRNG: 64, of which the method takes what it needs. */
  readonly random: Uint8Array
  /** The service, as an authenticator app shows it. */
  readonly issuer: string
  /** The user's label, as an authenticator app shows it. */
  readonly label: string
}

/** What an authenticator app needs. A type, so that it is JSON. */
export type AppProvisioning = {
  readonly kind: 'app'
  /** For a QR code, in the Key URI format. */
  readonly uri: string
  /** Base32 without padding. */
  readonly secret: string
  /** The same in groups of four, for typing. */
  readonly groupedSecret: string
  /** The service as the app will show it. */
  readonly issuer: string
  /** The account as the app will show it. */
  readonly label: string
  readonly digits: number
  readonly periodSeconds: number
  readonly algorithm: 'SHA1'
}

/** What the user needs to set a new method up: the data of an authenticator app, or a host's own. */
export type Provisioning = AppProvisioning | { readonly kind: 'custom'; readonly data: Json }

/** A new enrollment, not yet proven. */
export interface Begun {
  /** What the method needs to check proofs later; the engine seals it before it is stored. */
  readonly secret?: Uint8Array
  readonly methodData: Json
  /** What the user needs to set the method up, shown once and never stored. */
  readonly provisioning?: Provisioning
}

export interface IssueInput {
  /** Fresh bytes from the CSPRNG: 64, of which the method takes what it needs. */
  readonly random: Uint8Array
  readonly challengeId: ChallengeId
  readonly mac: CodeMac
}

/** What a method put into a new challenge. */
export interface Issued {
  /** Stored with the challenge, to check the proof against. */
  readonly digest?: Digest
  /** The secret to deliver; it leaves the process by {@link MethodDelivery} alone and is never stored. */
  readonly code?: string
  /** Public data for the client, stored with the challenge: a nonce to sign, a number to match. */
  readonly hint?: Json
}

export interface CheckInput {
  /** As the user typed it. */
  readonly proof: string
  readonly at: EpochMs
  readonly challengeId: ChallengeId
  readonly digest?: Digest
  readonly hint?: Json
  /** The opened secret of the enrollment. */
  readonly secret?: Uint8Array
  readonly methodData: Json
  readonly mac: CodeMac
}

/** The result of checking a proof. */
export type Verdict =
  | {
      readonly kind: 'accepted'
      /** What the method remembers from now on, stored in the commit that consumes the proof. */
      readonly methodData: Json
    }
  | {
      readonly kind: 'rejected'
      /** For the audit log, in snake_case; the user is only told `proof_rejected`. */
      readonly cause: string
    }
  /** It cannot be a proof of this method (letters in a code, wrong length): refused and not counted. */
  | { readonly kind: 'malformed' }

/**
 * A kind of second factor. All of it is synchronous and pure: time and random bytes are inputs, secrets
 * come opened, and what has to be delivered is returned. The four parts are *begin* (a new enrollment),
 * *issue* (a new challenge, for methods that send or show something), *check* (a proof) and *view* (what
 * a client may see of an address).
 */
export interface Method {
  /** The wire name, snake_case. */
  readonly kind: string
  /** Its Authentication Method Reference values (RFC 8176). */
  readonly amr: readonly string[]
  readonly channel?: Channel
  /**
   * Where its codes go: nowhere (`none`), to an address the user gives when enrolling (`given`), or to
   * the mail address that the host names at each step (`user_email`).
   */
  readonly addressed: 'none' | 'given' | 'user_email'
  /** How long a challenge of this method is valid; without it as long as the flow. */
  readonly challengeSeconds?: number
  /** Parses a given address to its canonical form, or gives undefined. Needed when `addressed` is `given`. */
  parseAddress?(text: string): string | undefined
  begin(input: BeginInput): Begun
  /** Absent for a method whose proof stands by itself, such as TOTP. */
  issue?(input: IssueInput): Issued
  check(input: CheckInput): Verdict
  /** Masks an address for display. Needed when the method has one. */
  maskAddress?(address: string): string
}
