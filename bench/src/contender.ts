/** A second factor about to be proven: one flow of one fresh user. */
export interface ReadyFlow {
  /** The right code, now. Made outside of what is measured. */
  code(): string
  /** The second-factor step. Throws when it does not log in. */
  prove(code: string): Promise<void>
}

/** Something that can carry out the second-factor step of a login by authenticator. */
export interface Contender {
  readonly name: string
  /** Enrolls fresh users and starts a login for each. */
  prepare(count: number): Promise<readonly ReadyFlow[]>
  close(): Promise<void>
}

/** A database to measure on. */
export type Database =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string }
