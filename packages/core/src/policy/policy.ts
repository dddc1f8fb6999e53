/** The facts about a user that a host's rule may decide on. */
export interface RuleUser {
  readonly id: string
  readonly label: string
  readonly email: string | null
  readonly phone: string | null
}

/** A rule of the host: the same for all users, or decided for each. It must answer at once. */
export type UserRule = boolean | ((user: RuleUser) => boolean)

/** The ways in for a user who has lost a factor. */
export interface RescuePolicy {
  /** Whether recovery codes can be made and used. */
  readonly recoveryCodes: boolean
  /**
   * Whether a one-time code to the user's own mail address stands in for a lost factor: whoever reads the
   * mail then passes. `mayChangeFactors` says whether such a login may go on to change factors.
   */
  readonly email: false | { readonly mayChangeFactors: boolean }
  /** The mail address that a user's call for help goes to. */
  readonly help: false | string
  /**
   * Keeps recovery codes sealed, so that their owner can see them again. The attack: whoever takes over a
   * fresh session reads them all, and whoever steals the database and the keys has them in clear.
   */
  readonly dangerouslyShowAgain: boolean
}

/** What guessing costs. */
export interface ThrottlePolicy {
  /** Failed proofs that a flow bears before it is denied: 1–10. */
  readonly attemptsPerFlow: number
  /** Consecutive failures, over all flows and methods, that lock the user: 3–50. */
  readonly failuresPerLock: number
  /** The first lock, in seconds; each further one doubles it, up to a day. */
  readonly lockSeconds: number
}

/** How often codes are sent. */
export interface DeliveryPolicy {
  /** The pause before a code goes to the same destination again, in seconds: 1–600. */
  readonly resendSeconds: number
  /** Codes per user in ten minutes: 1–100. */
  readonly perTenMinutes: number
  /** Codes per user in a day: 1–100. */
  readonly perDay: number
}

/** Whether a browser may skip the challenge. */
export interface RememberPolicy {
  /** For how many days: 0–400; 0 asks every time. */
  readonly days: number
}

/** How long flows and codes live. */
export interface LifetimePolicy {
  /** From the first factor to the end of a login, in seconds: 1–3600. */
  readonly loginSeconds: number
  /** A change of setup, in seconds: 1–3600. */
  readonly setupSeconds: number
  /** A step-up, in seconds: 1–3600. */
  readonly stepUpSeconds: number
  /** A mailed code, in seconds: 1–600. */
  readonly emailCodeSeconds: number
  /** A texted code, in seconds: 1–600. */
  readonly smsCodeSeconds: number
}

/**
 * The resolved policy: frozen plain JSON with every default filled in. The rules that are the host's code
 * (`required`, `enrollAtLogin`) are not part of it: what they decide is a fact of the user.
 */
export interface Policy {
  /** The service's name, in authenticator apps and messages: 1–64 characters without a colon. */
  readonly issuer: string
  /**
   * The methods that can be enrolled, in the order they are offered. An existing enrollment counts even when
   * its method is no longer listed: switching a method off takes nobody's second factor away.
   */
  readonly methods: readonly string[]
  /** The web origin's host name: texted codes are bound to it (WICG origin-bound one-time codes). */
  readonly host: string | null
  /** Whether, and for how long, a browser is remembered when its user asks for it. */
  readonly remember: false | RememberPolicy
  /** The ways in for a user who has lost a factor. */
  readonly rescue: RescuePolicy
  /** How old the last second-factor proof may be for a change of factors, in seconds: 1–86400. */
  readonly freshnessSeconds: number
  /** What guessing costs. */
  readonly throttle: ThrottlePolicy
  /** How often codes are sent. */
  readonly delivery: DeliveryPolicy
  /** How long flows and codes live. */
  readonly lifetimes: LifetimePolicy
}

/** The rules that the host may decide for each user. */
interface PolicyRulesInput {
  /** Whether a user must have a second factor: for all, or a function of the user. What `findUser` says of one goes first. */
  readonly required?: UserRule
  /** Whether a user who must have a second factor and has none may enroll during login. */
  readonly enrollAtLogin?: UserRule
}

/** A policy as the host writes it: everything but `issuer` has a default. */
export interface PolicyInput
  extends Partial<Omit<Policy, 'issuer' | 'remember' | 'rescue' | 'throttle' | 'delivery' | 'lifetimes'>>,
    PolicyRulesInput {
  readonly issuer: string
  readonly remember?: false | Partial<RememberPolicy>
  readonly rescue?: Partial<Omit<RescuePolicy, 'email'>> & {
    readonly email?: false | { readonly mayChangeFactors?: boolean }
  }
  readonly throttle?: Partial<ThrottlePolicy>
  readonly delivery?: Partial<DeliveryPolicy>
  readonly lifetimes?: Partial<LifetimePolicy>
}

/** The host's rules, each as a function. */
export interface PolicyRules {
  required(user: RuleUser): boolean
  enrollAtLogin(user: RuleUser): boolean
}
