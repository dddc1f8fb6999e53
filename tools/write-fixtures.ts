import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { SNAPSHOT_VERSION } from '../packages/core/src/flow/snapshot.ts'
import { makeFixtures } from '../test/fixtures/make-fixtures.ts'
import { refusalToWrite, WRITTEN_AT } from '../test/fixtures/refusal-to-write.ts'

/**
 * Writes what this release stores to `test/fixtures/format-N`, once for each format: `node tools/write-fixtures.ts`.
 * Every later release must read it, so a format that is there is never written again; with `--unreleased` one that
 * no release has come with yet.
 */
const folder = `test/fixtures/format-${SNAPSHOT_VERSION}`
const { version } = JSON.parse(readFileSync('packages/core/package.json', 'utf8')) as {
  readonly version: string
} // of every package
const refusal = refusalToWrite(folder, { version, args: process.argv.slice(2) })
if (refusal === null) {
  const fixtures = await makeFixtures()
  mkdirSync(folder, { recursive: true })
  for (const [name, value] of Object.entries(fixtures))
    writeFileSync(`${folder}/${name}.json`, `${JSON.stringify(value, null, 1)}\n`)
  writeFileSync(`${folder}/${WRITTEN_AT}`, `${JSON.stringify({ version })}\n`)
  console.log(`${folder}: ${fixtures.flows.length} flows, ${fixtures.audit.length} audit records`)
} else {
  console.error(refusal)
  process.exitCode = 1
}
