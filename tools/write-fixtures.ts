import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { SNAPSHOT_VERSION } from '../packages/core/src/flow/snapshot.ts'
import { makeFixtures } from '../test/fixtures/make-fixtures.ts'

/**
 * Writes what this release stores to `test/fixtures/format-N`, once for each format: `node tools/write-fixtures.ts`.
 * Every later release must read it, so a format that is there is never written again.
 */
const folder = `test/fixtures/format-${SNAPSHOT_VERSION}`
if (existsSync(folder)) {
  console.error(`${folder} is there already: what a release has stored cannot be changed afterwards`)
  process.exitCode = 1
} else {
  const fixtures = await makeFixtures()
  mkdirSync(folder)
  for (const [name, value] of Object.entries(fixtures))
    writeFileSync(`${folder}/${name}.json`, `${JSON.stringify(value, null, 1)}\n`)
  console.log(`${folder}: ${fixtures.flows.length} flows, ${fixtures.audit.length} audit records`)
}
