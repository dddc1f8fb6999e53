import { type AuditedStore, storeContract } from '@sallyport/testkit'
import { describe, expect, it, test, vi } from 'vitest'

// Real servers on a busy machine: what is slow is no failure.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** Runs the store contract under vitest, which wants every test to make an expectation of its own. */
export function contractUnderVitest(createStore: () => AuditedStore | Promise<AuditedStore>): void {
  storeContract(createStore, {
    describe,
    it: (name, body) => it(name, () => expect(body()).resolves.toBeUndefined()),
  })
}

/**
 * Describes what needs a database that may not be there: where it is not, that is said plainly and the
 * tests are skipped, except in CI, where it is a failure.
 */
export function describeOn(name: string, unavailable: string | null, body: () => void): void {
  describe(name, () => {
    if (unavailable === null) return body()
    test('is there to be tested', ({ skip }) => {
      expect(process.env['CI'], unavailable).not.toBe('true')
      console.warn(`${name} is not tested: ${unavailable}`)
      skip(unavailable)
    })
  })
}
