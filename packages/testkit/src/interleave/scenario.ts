import type {
  ClientEvent,
  EpochMs,
  LoginInput,
  Step,
  TwoFactor,
  TwoFactorConfig,
  User,
} from '@sallyport/core'
import type { Scenario } from '../scenario.ts'
import type { Told } from './ledger.ts'

/** The one user whom all clients of a scenario are about. */
export const RIVALED_USER = 'bob'

/** What a client can do in its turn: one call to its process, which a crash makes it send once more. */
export interface Client {
  /** Now, by the clock of its process: nodes differ by some seconds. */
  now(): EpochMs
  /** What it was told in its turns before, oldest first. */
  readonly told: readonly Told[]
  /** The code in the last message that arrived at an address since the run began; undefined when there is none. */
  codeTo(address: string): string | undefined
  login(input?: Partial<Omit<LoginInput, 'userId'>>): Promise<Step>
  /** Submits a proof; `isRight` says whether it may ever be accepted. */
  prove(flow: string, proof: string, isRight: boolean): Promise<Step>
  send(flow: string, event: ClientEvent): Promise<Step>
  view(flow: string): Promise<Step>
  /** Makes an operator's call. */
  operate(call: (twoFactor: TwoFactor) => Promise<unknown>): Promise<unknown>
  /** The host changes what it says of the user. */
  changeUser(facts: Partial<Omit<User, 'id'>>): Promise<void>
}

/** One call of a client. */
export interface Turn {
  /** What a trace calls it. */
  readonly name: string
  take(client: Client): Promise<unknown>
}

/** Clients that get in each other's way, each with a process of its own. */
export interface Rivals {
  /** The turns of each client; two clients, or three. */
  readonly clients: readonly (readonly Turn[])[]
  /** What must never stand in clear in a row, an audit record or an observer's event. */
  readonly secrets?: readonly string[]
  /**
   * Submits a code once more when all is over, in a flow of its own; null where that is not to be had any more.
   * A code that was accepted before must not be accepted then.
   */
  readonly repeats?: readonly {
    readonly proof: string
    enter(client: Client): Promise<Step | null>
  }[]
}

/** A situation in which calls can get in each other's way. */
export interface InterleavingScenario {
  /** In kebab-case; stands before a schedule. */
  readonly name: string
  readonly policy?: Partial<TwoFactorConfig['policy']>
  readonly user?: Partial<Omit<User, 'id'>>
  /** The host changes its user meanwhile: then each question for the user can be overtaken too. */
  readonly changesUser?: true
  /** The processes have a newer key than the one under which all was sealed so far. */
  readonly rotatesKeys?: true
  /** Brings about the situation, undisturbed, and says who then does what at once. */
  prepare(given: Scenario): Promise<Rivals>
}
