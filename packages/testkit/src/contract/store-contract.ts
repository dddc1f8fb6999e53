import type { AuditedStore, ContractOptions, Suite } from './audited-store.ts'
import { idsApart } from './ids.ts'
import { loadAndCommit } from './load-and-commit.ts'
import { purgeAndForget } from './purge-and-forget.ts'
import { races } from './races.ts'
import { valuesKept } from './values.ts'

const DEFAULT_CONTENDERS = 50
const DEFAULT_ROUNDS = 5

/**
 * The suite that every store must pass, for vitest, node:test or any runner with `describe` and `it`.
 * It asserts by `node:assert`, makes users of its own for each test and removes nothing but flows that
 * expired in January 1970: the database need not be empty, and one store may serve all tests.
 *
 * @param createStore - Called once for each test; may give the same store each time.
 *
 * @example
 * import { describe, it } from 'node:test'
 * storeContract(() => myStore, { describe, it })
 */
export function storeContract(
  createStore: () => AuditedStore | Promise<AuditedStore>,
  { describe, it, contenders = DEFAULT_CONTENDERS, rounds = DEFAULT_ROUNDS }: ContractOptions,
): void {
  const suite: Suite = {
    contenders,
    rounds,
    group: (name, body) => void describe(name, body),
    test: (name, body) => void it(name, async () => body(await createStore())),
  }
  for (const group of [loadAndCommit, races, valuesKept, idsApart, purgeAndForget]) group(suite)
}
