import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { comparePeers } from './peers.ts'
import { answers } from './postgres.ts'
import { measurePureSteps } from './pure-step.ts'
import { table } from './report.ts'
import { compareSizes } from './scale.ts'
import { measureWholeSteps } from './whole-step.ts'

const POSTGRES_URL = process.env['POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test'
const output = fileURLToPath(new URL('../results/', import.meta.url))
mkdirSync(output, { recursive: true })

const { rows, snapshotBytes } = await measurePureSteps()
console.log(`${table('A pure step', rows)}\n`)
console.log(`${table('A whole step, in memory', await measureWholeSteps())}\n`)
console.log(`The snapshot of a pending login by authenticator: ${snapshotBytes} bytes of JSON\n`)

const url = (await answers(POSTGRES_URL)) ? POSTGRES_URL : undefined
if (url === undefined)
  console.log(`PostgreSQL does not answer at ${POSTGRES_URL}: measured on SQLite alone\n`)
console.log(`${await comparePeers(url, output)}\n`)
if (process.argv.includes('--scale')) console.log(await compareSizes(url))
else console.log('With --scale: the same step among 1,000 and 1,000,000 profiles')
