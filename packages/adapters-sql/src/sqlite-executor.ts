import type { Answer, Executor, Outcome } from './executor.ts'
import { failureOf, storeError } from './failures.ts'
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

  function answer({ sql, parameters }: Call): Answer {
    let statement = prepared.get(sql)
    if (!statement) {
      statement = database.prepare(sql)
      prepared.set(sql, statement)
    }
    const given = parameters as readonly Value[] as never[] // texts, numbers and nulls: every driver takes them
    if (/\*\/ (select|with) /.test(sql)) {
      const rows = statement.all(...given) as Row[] // a row is an object with the selected columns
      return { rows, count: rows.length }
    }
    return { rows: [], count: Number(statement.run(...given).changes) }
  }

  async function patiently<Done>(attempt: () => Outcome<Done>): Promise<Outcome<Done>> {
    const endsAt = performance.now() + deadlineMs
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return attempt()
      } catch (error) {
        const failure = failureOf('sqlite', error)
        if (failure === 'conflict') return 'conflict'
        if (failure !== 'busy' || performance.now() >= endsAt) throw storeError('committing', failure, error)
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }

  return {
    run: (call) => patiently(() => answer(call)),

    transact: (steps) =>
      patiently(() => {
        database.exec('begin immediate')
        try {
          for (const step of steps) {
            const { count } = answer(step)
            if (step.touches === undefined || step.touches === count) continue
            database.exec('rollback')
            return 'conflict'
          }
          database.exec('commit')
          return 'committed'
        } catch (error) {
          rollback(database)
          throw error
        }
      }),
  }
}

/** Some errors have rolled the transaction back already. */
function rollback(database: SqliteDatabase): void {
  try {
    database.exec('rollback')
  } catch {
    // Nothing was left to undo; the error that led here is the one to tell.
  }
}
