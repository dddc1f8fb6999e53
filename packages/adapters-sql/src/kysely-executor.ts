import { CompiledQuery, type Kysely, type QueryResult, type TransactionBuilder } from 'kysely'
import type { Answer, Executor, Isolation, Outcome } from './executor.ts'
import { failureOf, OutOfTime, type Phase, storeError } from './failures.ts'
import type { Row, Value } from './rows.ts'
import type { Call } from './statements.ts'
import type { Dialect } from './tables.ts'

/** Undoes a transaction. Thrown, since that is how Kysely is told to. */
class NotAsExpected extends Error {}

/**
 * Runs statements through Kysely: each compiled once, none touched by the host's plugins.
 *
 * A call gets its answer or an error within `deadlineMs`, also when no connection comes free or the server
 * falls silent. A call that has run out of time writes nothing any more unless its commit is already under way.
 */
export function kyselyExecutor(kysely: Kysely<unknown>, dialect: Dialect, deadlineMs: number): Executor {
  // A plugin of the host's, such as one for camel case, would rename our columns.
  const db = kysely.withoutPlugins()
  const compiled = new Map<string, CompiledQuery<Row>>()

  function queryOf({ sql, parameters }: Call): CompiledQuery<Row> {
    let query = compiled.get(sql)
    if (!query) {
      query = CompiledQuery.raw(sql) as CompiledQuery<Row> // what the statement selects
      compiled.set(sql, query)
    }
    return { ...query, parameters: dialect === 'mysql' ? parameters.map(asBytes) : parameters }
  }

  /** Gives the result of `work`, or what its failure says, within the deadline. */
  async function within<Done>(
    work: (enter: (phase: Phase) => void) => Promise<Done>,
  ): Promise<Outcome<Done>> {
    let phase: Phase = 'waiting'
    let isLate = false
    let timer: ReturnType<typeof setTimeout> | undefined

    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        isLate = true
        reject(new OutOfTime(`no answer within ${deadlineMs} ms`))
      }, deadlineMs)
    })
    const enter = (next: Phase): void => {
      if (isLate) throw new OutOfTime('the answer would come too late')
      phase = next
    }
    try {
      return await Promise.race([work(enter), late])
    } catch (error) {
      if (error instanceof NotAsExpected) return 'conflict'
      const failure = failureOf(dialect, error)
      if (failure === 'conflict') return 'conflict'
      throw storeError(phase, failure, error)
    } finally {
      clearTimeout(timer)
    }
  }

  const transaction = (isolation?: Isolation): TransactionBuilder<unknown> =>
    isolation ? db.transaction().setIsolationLevel(isolation) : db.transaction()

  const runIn = (phase: Phase, call: Call): Promise<Outcome<Answer>> =>
    within((enter) =>
      db.connection().execute(async (connection) => {
        enter(phase)
        return answerOf(await connection.executeQuery(queryOf(call)))
      }),
    )

  return {
    read: (call) => runIn('working', call),
    run: (call) => runIn('committing', call),

    transact: (steps, isolation) =>
      within((enter) =>
        transaction(isolation).execute(async (begun): Promise<'committed'> => {
          enter('working')
          for (const step of steps) {
            const { count } = answerOf(await begun.executeQuery(queryOf(step)))
            if (step.touches !== undefined && count !== step.touches) throw new NotAsExpected()
          }
          enter('committing')
          return 'committed'
        }),
      ),
  }
}

/**
 * MySQL gets texts as bytes: the connection's character set then changes none of them, and none can end a
 * literal, whatever the server's `sql_mode` says of backslashes.
 */
const asBytes = (value: Value): unknown => (typeof value === 'string' ? Buffer.from(value) : value)

function answerOf({ rows, numAffectedRows }: QueryResult<Row>): Answer {
  return { rows, count: numAffectedRows === undefined ? rows.length : Number(numAffectedRows) }
}
