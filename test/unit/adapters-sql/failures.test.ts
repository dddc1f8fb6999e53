import { describe, expect, test } from 'vitest'
import {
  type Failure,
  failureOf,
  OutOfTime,
  storeError,
} from '../../../packages/adapters-sql/src/failures.ts'

const sqlState = (code: string) => Object.assign(new Error('…'), { code })
const mysqlError = (errno: number) =>
  Object.assign(new Error('…'), { errno, sqlState: 'HY000', code: 'ER_X' })
const nodeSqlite = (errcode: number) => Object.assign(new Error('…'), { code: 'ERR_SQLITE_ERROR', errcode })
const otherSqlite = (code: string) => Object.assign(new Error('…'), { code })

describe('failureOf', () => {
  const postgres: readonly (readonly [about: string, code: string, failure: Failure])[] = [
    ['serialization_failure', '40001', 'conflict'],
    ['deadlock_detected', '40P01', 'conflict'],
    ['lock_not_available', '55P03', 'conflict'],
    ['unique_violation', '23505', 'conflict'],
    ['check_violation', '23514', 'refused'],
    ['undefined_table', '42P01', 'refused'],
    ['query_canceled', '57014', 'refused'],
    ['read_only_sql_transaction', '25006', 'refused'],
    ['too_many_connections', '53300', 'refused'],
    ['statement_completion_unknown', '40003', 'broken'],
    ['transaction_resolution_unknown', '08007', 'broken'],
    ['admin_shutdown', '57P01', 'broken'],
    ['crash_shutdown', '57P02', 'broken'],
    ['io_error', '58030', 'broken'],
    ['internal_error', 'XX000', 'broken'],
    ['a reset connection', 'ECONNRESET', 'broken'],
    ['an error of Node', 'ERR_STREAM_DESTROYED', 'broken'],
  ]
  test.each(postgres)('PostgreSQL: %s (%s) is %s', (_about, code, failure) => {
    expect(failureOf('postgres', sqlState(code))).toBe(failure)
  })

  const mysql: readonly (readonly [about: string, errno: number, failure: Failure])[] = [
    ['ER_LOCK_DEADLOCK', 1213, 'conflict'],
    ['ER_LOCK_WAIT_TIMEOUT', 1205, 'conflict'],
    ['ER_DUP_ENTRY', 1062, 'conflict'],
    ['ER_CHECKREAD', 1020, 'conflict'],
    ['ER_LOCK_NOWAIT', 3572, 'conflict'],
    ['ER_NO_SUCH_TABLE', 1146, 'refused'],
    ['ER_DATA_TOO_LONG', 1406, 'refused'],
    ['ER_OPTION_PREVENTS_STATEMENT', 1290, 'refused'],
    ['ER_SERVER_SHUTDOWN', 1053, 'broken'],
    ['ER_QUERY_INTERRUPTED', 1317, 'broken'],
    ['ER_CONNECTION_KILLED', 1927, 'broken'],
  ]
  test.each(mysql)('MySQL: %s (%i) is %s', (_about, errno, failure) => {
    expect(failureOf('mysql', mysqlError(errno))).toBe(failure)
  })

  test('MySQL: an error of the connection has a number of the system’s, and is broken', () => {
    const error = Object.assign(new Error('…'), { errno: -104, code: 'ECONNRESET' })
    expect(failureOf('mysql', error)).toBe('broken')
  })

  const sqlite: readonly (readonly [about: string, error: Error, failure: Failure])[] = [
    ['node:sqlite, SQLITE_CONSTRAINT_PRIMARYKEY', nodeSqlite(1555), 'conflict'],
    ['node:sqlite, SQLITE_CONSTRAINT_UNIQUE', nodeSqlite(2067), 'conflict'],
    ['node:sqlite, SQLITE_CONSTRAINT_CHECK', nodeSqlite(275), 'refused'],
    ['node:sqlite, SQLITE_BUSY', nodeSqlite(5), 'busy'],
    ['node:sqlite, SQLITE_BUSY_SNAPSHOT', nodeSqlite(517), 'busy'],
    ['node:sqlite, SQLITE_LOCKED', nodeSqlite(6), 'busy'],
    ['node:sqlite, SQLITE_IOERR_FSYNC', nodeSqlite(1034), 'broken'],
    ['node:sqlite, SQLITE_FULL', nodeSqlite(13), 'refused'],
    ['others, SQLITE_CONSTRAINT_PRIMARYKEY', otherSqlite('SQLITE_CONSTRAINT_PRIMARYKEY'), 'conflict'],
    ['others, SQLITE_CONSTRAINT_UNIQUE', otherSqlite('SQLITE_CONSTRAINT_UNIQUE'), 'conflict'],
    ['others, SQLITE_CONSTRAINT_CHECK', otherSqlite('SQLITE_CONSTRAINT_CHECK'), 'refused'],
    ['others, SQLITE_BUSY', otherSqlite('SQLITE_BUSY'), 'busy'],
    ['others, SQLITE_IOERR_WRITE', otherSqlite('SQLITE_IOERR_WRITE'), 'broken'],
    ['no code at all', new Error('…'), 'broken'],
  ]
  test.each(sqlite)('SQLite: %s is $2', (_about, error, failure) => {
    expect(failureOf('sqlite', error)).toBe(failure)
  })

  test.each(['sqlite', 'postgres', 'mysql'] as const)(
    '%s: what is thrown and no error is broken',
    (dialect) => {
      for (const thrown of [undefined, null, 'text', 0, {}]) expect(failureOf(dialect, thrown)).toBe('broken')
    },
  )
})

describe('storeError', () => {
  test.each([
    ['waiting', 'broken', 'not_applied'],
    ['working', 'broken', 'not_applied'],
    ['committing', 'broken', 'outcome_unknown'],
    ['committing', 'refused', 'not_applied'],
    ['committing', 'busy', 'not_applied'],
  ] as const)('while %s, what is %s is %s', (phase, failure, code) => {
    expect(storeError(phase, failure, new Error('…')).code).toBe(code)
  })

  test('keeps the cause, and quotes of it only the code', () => {
    const cause = Object.assign(new Error(`value "secret" is too long`), { code: '22001' })
    const error = storeError('working', 'refused', cause)
    expect(error.cause).toBe(cause)
    expect(error.message).toBe('the database did not do it: 22001')
  })

  test('says that there was no answer in time', () => {
    expect(storeError('waiting', 'broken', new OutOfTime('no answer within 5 ms')).message).toBe(
      'the database did not do it: no answer within 5 ms',
    )
  })
})
