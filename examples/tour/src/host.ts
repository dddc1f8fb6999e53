import type {
  AuditRecord,
  FirstFactorInput,
  PolicyInput,
  RefusalReason,
  Store,
  TwoFactor,
  User,
} from '@sallyport/core'
import type { AuditedStore, FakeClock, Outbox, SimulatedAuthenticator, Span } from '@sallyport/testkit'
import type { Session, StateName, StepIn, Walk } from './walk.ts'

/** Makes the store that a scene plays against. */
export type MakeStore = () => AuditedStore | Promise<AuditedStore>

export interface HostOptions {
  /** What differs from the tour's policy. */
  readonly policy?: Partial<PolicyInput>
  /** What differs from Ana as she usually is. */
  readonly user?: Partial<User>
  /** Methods that were enrolled yesterday, the preferred one first. */
  readonly enrolled?: readonly ('authenticator' | 'email' | 'sms')[]
  /** Puts something between the host and its store. */
  readonly wrapStore?: (store: Store) => Store
}

interface LoginOptions {
  readonly firstFactor?: Partial<FirstFactorInput>
  /** The token of a remembered device. */
  readonly remembered?: string
  readonly remember?: boolean
  /** What the first step is refused for. */
  readonly refused?: RefusalReason
}

/** A flow that has begun, and its first step. */
export type Opened<State extends StateName> = Promise<readonly [Walk, StepIn<State>]>

/** A small application with one user, Ana, who has a password. */
export interface Host {
  readonly clock: FakeClock
  readonly outbox: Outbox
  readonly twoFactor: TwoFactor
  /** Ana's record, for the host to change. */
  readonly user: { -readonly [Key in keyof User]: User[Key] }
  /** Ana's authenticator app. */
  readonly app: SimulatedAuthenticator
  /** Ana points her app at a QR code. */
  scan(uri: string): void
  /** What the app shows now. */
  appCode(): string
  /** A code that the app shows at no time near. */
  wrongCode(): string
  /** The code in the last mail to Ana. */
  mailedCode(): string
  /** The code in the last text to a number. */
  textedCode(number?: string): string
  /** Configures the application anew, over the same store. */
  configure(policy: Partial<PolicyInput>, without?: 'sms'): void
  login<State extends StateName>(to: State, options?: LoginOptions): Opened<State>
  setup<State extends StateName>(session: Session, to: State): Opened<State>
  stepUp<State extends StateName>(session: Session, to: State): Opened<State>
  /** Does something that is not shown, and forgets what was sent for it. */
  offStage<Result>(call: (twoFactor: TwoFactor, userId: string) => Promise<Result>): Promise<Result>
  /** Logs Ana in off stage, by her preferred method. */
  signIn(): Promise<Session>
  pass(span: Span): void
  /** Makes a call that belongs to no flow, and shows what was sent. */
  operate<Result>(
    name: string,
    call: (twoFactor: TwoFactor, userId: string) => Promise<Result>,
  ): Promise<Result>
  audit(): Promise<readonly AuditRecord[]>
}
