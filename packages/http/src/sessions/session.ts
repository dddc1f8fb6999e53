import type { Channel, EpochMs, User } from '@sallyport/core'

/** A user who is logged in, as a session keeps it. */
export interface Session {
  readonly userId: string
  /** When the first factor was proven, where that is known; a user with nothing enrolled needs it to enroll. */
  readonly firstFactorAt: EpochMs | null
  /**
   * The channel that the first factor came over, as after a mailed link, for a step-up to ask for another: a session
   * that does not keep it lets one mailbox prove both factors.
   */
  readonly firstFactorChannel: Channel | null
  /**
   * When a second factor was last proven: `secondFactorAt` of core's outcome. It is null for a remembered
   * browser, and must never be filled in from anything else.
   */
  readonly secondFactorAt: EpochMs | null
  /** What the CSRF tokens of this session hang on. A session that cannot keep it leaves that to a cookie. */
  readonly csrf?: string | null
}

/** A session to begin, or to begin anew after a user has proven a factor again. */
export interface NewSession extends Session {
  /** Authentication Method Reference values (RFC 8176). */
  readonly amr: readonly string[]
  /**
   * The session that it takes the place of, as `read` gave it: it must end no later than that one, and not begin where
   * that one has ended meanwhile, by a new password or a logout. Null: a login.
   */
  readonly renews: Session | null
}

/** What the browser is told for a session. */
export interface SessionGrant {
  /** `Set-Cookie` values. */
  readonly cookies?: readonly string[]
}

/**
 * Sessions: the host's own, or {@link sealedSessions}. A new session must get a new identifier, or an attacker
 * who has planted one is logged in with the user (session fixation).
 */
export interface Sessions {
  /** Who is logged in. Must be null as soon as the user's security stamp has changed. */
  read(request: Request): Promise<Session | null>
  /** Begins a session, in place of any that the request has. No cookies: it cannot begin any more. */
  create(session: NewSession, request: Request): Promise<SessionGrant>
  /** Ends the session of the request. */
  destroy(request: Request): Promise<SessionGrant>
  /** The name of its cookie, so that a request that carries it is asked for a CSRF token. */
  readonly cookieName?: string
}

/** Sessions that can be ended before they expire; without it a copy of a cookie outlives the logout. */
export interface Revocations {
  /** Remembers, until then, that a session has ended. */
  revoke(sessionId: string, until: EpochMs): Promise<void>
  isRevoked(sessionId: string): Promise<boolean>
}

/** Finds the host's user, as core's `findUser` does. */
export type FindUser = (id: string) => User | null | undefined | Promise<User | null | undefined>

/**
 * The users of sessions that were read just now. Not a field of the session: a host that stores what it is given
 * would read back a user as of then.
 */
export const foundUsers: WeakMap<Session, User> = new WeakMap()
