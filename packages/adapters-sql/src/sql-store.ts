import {
  type AuditLog,
  type AuditRecord,
  type Change,
  type CommitResult,
  type EpochMs,
  type FlowId,
  type Store,
  StoreError,
  type UserId,
} from '@sallyport/core'
import { postgresCommit } from './commit-postgres.ts'
import { commitSteps, type Step } from './commit-steps.ts'
import type { Answer, Executor, Outcome } from './executor.ts'
import {
  type AuditQuery,
  auditStatement,
  forgetIsolation,
  forgetSteps,
  loadStatement,
  purgeStatement,
} from './queries.ts'
import { auditFrom, loadedFrom, valuesOf } from './rows.ts'
import { perShape } from './shape.ts'
import { type Call, callOf } from './statements.ts'
import type { Dialect, Tables } from './tables.ts'

/** Which audit records to read. */
export interface AuditPage {
  /** Records from this moment on. Default: from the first. */
  readonly since?: EpochMs
  /** At most this many, the oldest first. Default 1,000. */
  readonly limit?: number
}

/** A store over SQL, with what its operators need. */
export interface SqlStore extends Store, AuditLog {
  /** As {@link AuditLog}, page by page. */
  auditOf(userId: UserId, page?: AuditPage): Promise<readonly AuditRecord[]>
}

const DEFAULT_AUDIT_LIMIT = 1_000

/** How often a read, `purge` and `forget` are tried when other transactions are in the way. */
const MAX_TRIES = 8

/** The store, whatever runs its statements. */
export function sqlStore(executor: Executor, dialect: Dialect, tables: Tables): SqlStore {
  const load = loadStatement(dialect, tables)
  const audit = auditStatement(dialect, tables)
  const purge = purgeStatement(dialect, tables)
  const forget = forgetSteps(dialect, tables)
  const commit =
    dialect === 'postgres' ? inOneStatement(executor, tables) : inSteps(executor, dialect, tables)

  // At a strict isolation level even a read can be given up for another transaction; it may be made again.
  const read = (call: Call): Promise<Answer> => persistently(() => executor.read(call))

  return {
    async load(userId: UserId, flowId?: FlowId) {
      const { rows } = await read(callOf(load, { userId, flowId: flowId ?? null }))
      return loadedFrom(rows[0])
    },

    async commit(change: Change): Promise<CommitResult> {
      return commit(change)
    },

    async purge(expiredBefore: EpochMs, limit: number) {
      const { count } = await persistently(() => executor.run(callOf(purge, { expiredBefore, limit })))
      return count
    },

    async forget(userId: UserId) {
      await persistently(() => executor.transact(forget(userId), forgetIsolation[dialect]))
    },

    async auditOf(userId: UserId, { since = 0, limit = DEFAULT_AUDIT_LIMIT }: AuditPage = {}) {
      const query: AuditQuery = { userId, since, limit }
      const { rows } = await read(callOf(audit, query))
      return rows.map(auditFrom)
    },
  }
}

type Commit = (change: Change) => Promise<CommitResult>

function inOneStatement(executor: Executor, tables: Tables): Commit {
  const statementFor = perShape((shape) => postgresCommit(tables, shape))
  return async (change) => {
    if (isEmpty(change)) return 'committed'
    const answer = await executor.run(callOf(statementFor(change), valuesOf(change)))
    if (answer === 'conflict') return 'conflict'
    return Number(answer.rows[0]?.['committed']) === 1 ? 'committed' : 'conflict'
  }
}

function inSteps(executor: Executor, dialect: 'sqlite' | 'mysql', tables: Tables): Commit {
  const stepsFor = perShape((shape) => commitSteps(dialect, tables, shape))
  return async (change) => {
    const steps = stepsFor(change)(valuesOf(change))
    const [only, ...others] = steps
    if (!only) return 'committed'
    // One statement is a transaction of its own.
    return others.length > 0 ? executor.transact(steps) : runAlone(executor, only)
  }
}

async function runAlone(executor: Executor, step: Step): Promise<CommitResult> {
  const answer = await executor.run(step)
  if (answer === 'conflict') return 'conflict'
  return step.touches === undefined || answer.count === step.touches ? 'committed' : 'conflict'
}

const isEmpty = ({ profile, flow, audit }: Change): boolean => !profile && !flow && audit.length === 0

/** Tries again what another transaction was in the way of, after a pause that grows and has some chance in it. */
async function persistently<Done>(attempt: () => Promise<Outcome<Done>>): Promise<Done> {
  for (let tries = 1; ; tries++) {
    const outcome = await attempt()
    if (outcome !== 'conflict') return outcome
    if (tries === MAX_TRIES)
      throw new StoreError('not_applied', 'other transactions were in the way, time and again')
    const [chance = 0] = crypto.getRandomValues(new Uint8Array(1))
    await new Promise((resolve) => setTimeout(resolve, 2 ** tries + (chance % 16)))
  }
}
