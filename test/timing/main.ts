import { parseArgs } from 'node:util'
import { chance, freshSeed } from '../processes/chance.ts'
import { answers } from './answers.ts'
import { comparisons } from './comparisons.ts'
import { type Finding, MAX_T, measure, type Subject } from './measure.ts'
import { planted } from './planted.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: freshSeed() },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(`Measures whether times tell anything of a secret: of codes, of tokens, of who has an account.

  npm run timing                        every comparison, and faults that are planted to be found
  npm run timing -- --seed SEED         takes the samples in the same order

Leave the machine alone meanwhile. The exit code is 0 when |t| stays below ${MAX_T} for each of ours and is above
it for each planted fault.`)
  process.exit(0)
}

const nanoseconds = (value: number): string => `${value.toFixed(Math.abs(value) < 100 ? 2 : 0)} ns`

function report({ name, classes: [first, second] }: Subject, finding: Finding, fault: string | null): void {
  const { t, difference, smallestError, attempts } = finding
  console.log(
    `  ${name.padEnd(52)} |t| ${Math.abs(t).toFixed(1).padStart(6)}: ${nanoseconds(difference)} apart, ` +
      `${nanoseconds(MAX_T * smallestError)} would show${attempts === 1 ? '' : ` (measured ${attempts} times)`}`,
  )
  if (fault === null) return
  console.log(`    FAULT ${fault}; from "${first}" to "${second}"`)
  process.exitCode = 1
}

const random = chance(values.seed)
console.log(`seed ${random.seed}, threshold ${MAX_T}\n`)
let [largest, smallestPlanted] = [0, Infinity]
for (const one of [...comparisons, ...answers]) {
  const finding = await measure(one, random)
  report(one, finding, finding.differs ? 'the time depends on it' : null)
  largest = Math.max(largest, Math.abs(finding.t))
}
console.log()
for (const one of planted) {
  const finding = await measure(one, random)
  report(one, finding, finding.differs ? null : 'the planted fault was not found')
  smallestPlanted = Math.min(smallestPlanted, Math.abs(finding.t))
}
console.log(
  `figures: ${comparisons.length + answers.length} comparisons, largest t ${largest.toFixed(1)}; ` +
    `${planted.length} planted faults, smallest t ${smallestPlanted.toFixed(1)}`,
)
