import { measurePureSteps } from './pure-step.ts'
import { table } from './report.ts'
import { measureWholeSteps } from './whole-step.ts'

const { rows, snapshotBytes } = await measurePureSteps()
console.log(`${table('A pure step', rows)}\n`)
console.log(`${table('A whole step, in memory', await measureWholeSteps())}\n`)
console.log(`The snapshot of a pending login by authenticator: ${snapshotBytes} bytes of JSON`)
