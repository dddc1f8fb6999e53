import type { ClientEvent, ClientEventType } from '../flow/events.ts'
import type { EpochMs } from '../ids.ts'
import type { Channel } from '../methods/method.ts'
import type { PolicyReport } from '../policy/describe.ts'
import type { Policy } from '../policy/policy.ts'
import type { Devices, RecoveryCodeCalls, Users } from './operators.ts'
import type { RekeyReport } from './rekey.ts'
import type { SetupView, Step } from './step.ts'

/** How the host has proven the first factor. */
export interface FirstFactorInput {
  /** Authentication Method Reference values (RFC 8176), such as `['pwd']`. */
  readonly amr: readonly string[]
  readonly at: EpochMs
  /** Set when it came over a channel (a magic link, a texted code): that is then no second factor, in the session either. */
  readonly channel?: Channel | null
}

export interface LoginInput {
  readonly userId: string
  readonly firstFactor: FirstFactorInput
  /** The token of a remembered device that the browser has sent, if any. Any text is safe to pass. */
  readonly remembered?: string | null
  /** Whether the user wants this browser to be remembered. */
  readonly remember?: boolean
}

/** The session that asks, in a setup or a step-up: whose it is, and how it has proven its factors. */
export interface Caller {
  readonly userId: string
  /** When the session's login proved the first factor. */
  readonly firstFactorAt?: EpochMs | null
  /**
   * The `firstFactorChannel` of the session's login: what came by a mailed link is not proven a second time by a
   * mailed code. Left out, as after a password: none.
   */
  readonly firstFactorChannel?: Channel | null
  /**
   * The `secondFactorAt` of the last outcome this session was given: `authenticated`, `verified` or `changed`. It
   * is null for a remembered device, and must not be filled in from anything else.
   */
  readonly secondFactorAt?: EpochMs | null
}

/** Who asks. Needed for setup and step-up flows; a login has no session yet. */
export interface SendOptions {
  readonly caller?: Caller
}

/** The second door of a login. Made by `createTwoFactor`; holds no state of its own. */
export interface TwoFactor {
  /** Takes over after the first factor: ends at once, or says what the user has to do. */
  login(input: LoginInput): Promise<Step>
  /** Opens the user's setup. What it may change depends on how fresh the caller's session is. */
  setup(input: { readonly caller: Caller }): Promise<Step>
  /** Shows what {@link TwoFactor.setup} would, and opens no flow: one read, and nothing is written. */
  viewSetup(input: { readonly caller: Caller }): Promise<SetupView>
  /** Asks the user of a session for a second factor again, before a sensitive action (RFC 9470). */
  stepUp(input: { readonly caller: Caller }): Promise<Step>
  /**
   * Sends one event to a flow. A malformed event is refused as any other is.
   *
   * @throws {TokenError} `token_invalid` for a token that these keys did not make; it counts against nobody.
   */
  send(flow: string, event: ClientEvent, options?: SendOptions): Promise<Step>
  /**
   * Shows a flow without changing it; never an outcome, a code or provisioning data.
   *
   * @throws {TokenError} As {@link TwoFactor.send}.
   */
  view(flow: string, options?: SendOptions): Promise<Step>
  /** Ends a flow at the user's wish. Throws as {@link TwoFactor.send}. */
  cancel(flow: string, options?: SendOptions): Promise<Step>
  readonly users: Users
  readonly devices: Devices
  readonly recoveryCodes: RecoveryCodeCalls
  /** Seals every value of these users that is under an old key anew, and says which key ids are still in use. */
  rekey(userIds: Iterable<string> | AsyncIterable<string>): Promise<RekeyReport>
  /**
   * Removes flows that ended an hour ago or more. Call it now and then, until it gives less than `limit`.
   *
   * @returns How many were removed.
   */
  purge(limit?: number): Promise<number>
  /** Erases a user from every table, the audit log included. */
  forget(userId: string): Promise<void>
  /** The JSON Schema (draft 2020-12) of each event that a client may send. */
  describeEvents(): Readonly<Record<ClientEventType, object>>
  /** What this configuration meets, and does not meet, of OWASP ASVS 5.0 and NIST SP 800-63B-4, and why. */
  describePolicy(): readonly PolicyReport[]
  /** The resolved policy. */
  readonly policy: Policy
}
