import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { PolicyInput } from '@sallyport/core'
import {
  type Bounds,
  coveringSet,
  defaultBounds,
  type Exploration,
  type ExploreOptions,
  explore,
  lawNames,
  printTest,
} from '@sallyport/testkit/explore'

/**
 * Explores policies: `npm run explore` the covering set, `-- --policy FILE.json` one of your own, `-- --all` the
 * covering set under each of the wider bounds. `--bounds flows=2,changesMeanwhile=1` changes the bounds.
 */
const usage = `usage: npm run explore -- [--policy FILE.json] [--bounds name=value,…] [--all]
bounds: ${Object.entries(defaultBounds)
  .map(([name, value]) => `${name}=${value}`)
  .join(', ')}`

/** One search to report on. */
interface Planned {
  readonly name: string
  readonly options: ExploreOptions
}

function parseBounds(text: string): Partial<Bounds> {
  const pairs = text.split(',').filter((pair) => pair !== '')
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split('=')
      if (!(name in defaultBounds)) throw new Error(`no such bound: ${name}\n${usage}`)
      if (name === 'times') {
        if (value !== 'exact' && value !== 'past_or_not')
          throw new Error(`times is exact or past_or_not\n${usage}`)
        return [name, value]
      }
      const number = Number(value)
      if (!Number.isInteger(number) || number < 0) throw new Error(`${name} must be a whole number\n${usage}`)
      return [name, number]
    }),
  )
}

/** The covering set, under these bounds. */
const covering = (bounds: Partial<Bounds>): readonly Planned[] =>
  coveringSet.map(({ deployment, user, run }, index) => ({
    name: `${index + 1} ${deployment.policy.methods?.join('+')}: ${user} ${run}`,
    options: { ...deployment, users: [user], runs: [run], bounds },
  }))

/** What the long run adds to the covering set, each as wide as fits into minutes. */
const wider: readonly Partial<Bounds>[] = [{ changesMeanwhile: 1 }, { flows: 2 }]

const { values } = parseArgs({
  options: { policy: { type: 'string' }, bounds: { type: 'string' }, all: { type: 'boolean' } },
})
const bounds = parseBounds(values.bounds ?? '')

function plan(): readonly Planned[] {
  if (values.policy !== undefined) {
    const policy = JSON.parse(readFileSync(values.policy, 'utf8')) as PolicyInput // explore parses it
    return [{ name: values.policy, options: { policy, bounds } }]
  }
  return values.all === true ? wider.flatMap((one) => covering({ ...one, ...bounds })) : covering(bounds)
}

function lineOf(name: string, { states, transitions, seconds, breaches }: Exploration): string {
  const found = breaches.length === 0 ? 'ok' : `${breaches.length} BROKEN`
  const [counted, sent] = [states, transitions].map((count) => count.toLocaleString('en').padStart(11))
  return `${counted} ${sent} ${seconds.toFixed(1).padStart(7)} s  ${found}  ${name}`
}

console.log(`${'states'.padStart(11)} ${'transitions'.padStart(11)}`)
const planned = plan()
const explorations = planned.map(({ name, options }) => {
  const exploration = explore(options)
  console.log(lineOf(name, exploration))
  for (const breach of exploration.breaches)
    console.log(`\n${breach.law}: ${breach.why}\n\n${printTest(breach)}`)
  return exploration
})

const sum = (pick: (one: Exploration) => number): string =>
  explorations.reduce((total, one) => total + pick(one), 0).toLocaleString('en', { maximumFractionDigits: 0 })
const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`
const policies = new Set(planned.map(({ options: { policy } }) => JSON.stringify(policy))).size
const breaches = explorations.flatMap((one) => one.breaches).length
console.log(
  `figures: ${sum(({ states }) => states)} states, ${sum(({ transitions }) => transitions)} transitions, ` +
    `${counted(policies, 'policy', 'policies')}, ${counted(explorations.length, 'search', 'searches')}, ` +
    `${lawNames.length} laws, ${breaches} broken, ` +
    `${sum(({ seconds }) => seconds)} s`,
)
if (breaches > 0) process.exitCode = 1
