import type { Step } from './commit-steps.ts'
import type { Answer, Executor, Outcome } from './executor.ts'
import { failureOf, type Phase, storeError } from './failures.ts'
import type { Row, Value } from './rows.ts'
import type { Call } from './statements.ts'

/** What node:sqlite, better-sqlite3 and libsql have in common: a synchronous connection to one file. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  close(): unknown
}

export interface SqliteStatement {
  // node:sqlite and the others differ in what they say they take; all take these.
  all(...parameters: never[]): unknown[]
  run(...parameters: never[]): { readonly changes: number | bigint }
}

/** Waits for another process's lock: short at first, then longer, with chance, so that no two keep pace. */
const FIRST_PAUSE_MS = 2
const LONGEST_PAUSE_MS = 50

/**
 * Runs statements on a synchronous SQLite connection. A transaction begins and ends without giving way to
 * anything else in this process, so the host may use the same connection for its own.
 *
 * A lock of another process is waited for without holding up this one, up to `deadlineMs`.
 */
export function sqliteExecutor(database: SqliteDatabase, deadlineMs: number): Executor {
  const prepared = new Map<string, SqliteStatement>()

  function statementOf(sql: string): SqliteStatement {
    let statement = prepared.get(sql)
    if (!statement) {
      statement = database.prepare(sql)
      prepared.set(sql, statement)
    }
    return statement
  }

  const read = ({ sql, parameters }: Call): Answer => {
    const rows = statementOf(sql).all(...given(parameters)) as Row[] // an object with the selected columns
    return { rows, count: rows.length }
  }

  const write = ({ sql, parameters }: Call): Answer => {
    const { changes } = statementOf(sql).run(...given(parameters))
    return { rows: [], count: Number(changes) }
  }

  /**
   * Also a single statement is a transaction of its own: in one that the host has left open on this
   * connection it would be undone with the host's, where `begin` fails.
   */
  function transact<Done>(work: () => Outcome<Done>, enter: (phase: Phase) => void): Outcome<Done> {
    database.exec('begin immediate')
    try {
      const outcome = work()
      if (outcome === 'conflict') {
        database.exec('rollback')
      } else {
        enter('committing')
        database.exec('commit')
      }
      return outcome
    } catch (error) {
      rollback(database)
      throw error
    }
  }

  async function patiently<Done>(
    attempt: (enter: (phase: Phase) => void) => Outcome<Done>,
  ): Promise<Outcome<Done>> {
    const endsAt = performance.now() + deadlineMs
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      let phase: Phase = 'working'
      try {
        return attempt((next) => {
          phase = next
        })
      } catch (error) {
        const failure = failureOf('sqlite', error)
        if (failure === 'conflict') return 'conflict'
        if (failure !== 'busy' || performance.now() >= endsAt) throw storeError(phase, failure, error)
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }

  function isTaken(step: Step): boolean {
    const { count } = write(step)
    return step.touches === undefined || step.touches === count
  }

  return {
    read: (call) => patiently(() => read(call)),
    run: (call) => patiently((enter) => transact(() => write(call), enter)),
    transact: (steps) =>
      patiently((enter) => transact(() => (steps.every(isTaken) ? 'committed' : 'conflict'), enter)),
  }
}

/** Texts, numbers and nulls: what every driver takes, each under a type of its own. */
const given = (parameters: readonly Value[]): never[] => parameters as readonly unknown[] as never[]

/** Some errors have rolled the transaction back already. */
function rollback(database: SqliteDatabase): void {
  try {
    database.exec('rollback')
  } catch {
    // Nothing was left to undo; the error that led here is the one to tell.
  }
}
