import type { Step } from './commit-steps.ts'
import type { Row } from './rows.ts'
import type { Call } from './statements.ts'

/** What a statement gave: its rows, and how many rows it gave or touched. */
export interface Answer {
  readonly rows: readonly Row[]
  readonly count: number
}

/** `conflict`: nothing was written, because of something that another call wrote or is writing. */
export type Outcome<Done> = Done | 'conflict'

/** The level that a transaction needs, whatever the connection's default is. */
export type Isolation = 'read committed' | 'repeatable read'

/**
 * Runs statements on a database. What fails for any other reason than a conflict is a `StoreError` that
 * says what is known of the outcome.
 */
export interface Executor {
  /** Runs one statement that only reads. */
  read(call: Call): Promise<Outcome<Answer>>
  /** Runs one statement, committed as it ends. */
  run(call: Call): Promise<Outcome<Answer>>
  /** Runs steps as one transaction, undone by the first step that does not touch as many rows as it must. */
  transact(steps: readonly Step[], isolation?: Isolation): Promise<Outcome<'committed'>>
}
