import { type AuditedStore, storeContract } from '@sallyport/testkit'
import { describe, expect, it } from 'vitest'

/** Runs the store contract under vitest, which wants every test to make an expectation of its own. */
export function contractUnderVitest(createStore: () => AuditedStore | Promise<AuditedStore>): void {
  storeContract(createStore, {
    describe,
    it: (name, body) => it(name, () => expect(body()).resolves.toBeUndefined()),
  })
}
