/**
 * What Sallyport throws. Expected results (a wrong code, a lock, an expired flow) are never thrown:
 * they are refusals and outcomes. An error means misuse, a broken store, a lost key or tampering.
 * No message holds a secret or echoes an input; `cause` is kept for the operator.
 */
export class SallyportError<Code extends string = string> extends Error {
  readonly code: Code

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/** One fault in a configuration: the path of the field and what it must be. */
export interface ConfigFault {
  readonly field: string
  readonly message: string
}

/** The configuration cannot work. `faults` lists everything that is wrong with it, not only the first. */
export class ConfigError extends SallyportError<'config_invalid'> {
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[]) {
    super('config_invalid', faults.map(({ field, message }) => `${field}: ${message}`).join('; '))
    this.faults = faults
  }
}

/** The caller passed something that no user could have caused; `field` names it. */
export class InputError extends SallyportError<'user_id_invalid' | 'input_invalid'> {
  readonly field: string

  constructor(code: InputError['code'], field: string, message: string) {
    super(code, `${field} ${message}`)
    this.field = field
  }
}

/**
 * A stored document cannot be read: `snapshot_invalid`, `profile_invalid` or `log_entry_invalid` when it does
 * not have the shape of its version, `version_unknown` when a newer release wrote it (it is never guessed at).
 */
export class SnapshotError extends SallyportError<
  'snapshot_invalid' | 'profile_invalid' | 'log_entry_invalid' | 'version_unknown'
> {}

/**
 * The store failed. `not_applied`: nothing was written, the same call may be made again.
 * `outcome_unknown`: a commit may or may not have been applied (the connection broke after it was sent).
 */
export class StoreError extends SallyportError<'not_applied' | 'outcome_unknown'> {}

/** A token was not made by these keys, or was tampered with. It counts against nobody. */
export class TokenError extends SallyportError<'token_invalid'> {}

/** A sealed value cannot be opened: its key has left the ring, or the value was moved or tampered with. */
export class KeyError extends SallyportError<'key_unknown' | 'seal_broken'> {}

/** Everything that Sallyport throws on purpose. */
export type AnySallyportError = ConfigError | InputError | SnapshotError | StoreError | TokenError | KeyError
