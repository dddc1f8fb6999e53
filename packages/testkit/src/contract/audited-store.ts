import type { AuditLog, Store } from '@sallyport/core'

/** A store that also gives its audit log back: without that nothing can be said of what a commit left in it. */
export interface AuditedStore extends Store, AuditLog {}

/** The two functions of a test runner that the suite needs; those of vitest and of node:test fit. */
export interface ContractRunner {
  describe(name: string, body: () => void): unknown
  it(name: string, body: () => Promise<void>): unknown
}

export interface ContractOptions extends ContractRunner {
  /** How many commits race at once. Default 50. */
  readonly contenders?: number
  /** How often each race is run. Default 5. */
  readonly rounds?: number
}

/** What a group of the suite's tests is written with. */
export interface Suite {
  readonly contenders: number
  readonly rounds: number
  group(name: string, body: () => void): void
  test(name: string, body: (store: AuditedStore) => Promise<void>): void
}
