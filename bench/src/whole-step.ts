import { memoryStore } from '@sallyport/adapters-memory'
import type { Step } from '@sallyport/core'
import { scenario } from '@sallyport/testkit'
import type { Row } from './report.ts'

const USERS = 3_000
const WARM_UP = 1_000

/** The second-factor step of a login by authenticator, through the facade, on the memory store: one at a time. */
export async function measureWholeSteps(): Promise<readonly Row[]> {
  const { given, when, clock } = scenario({ store: memoryStore(), policy: { methods: ['authenticator'] } })
  const logins: number[] = []
  const proofs: number[] = []
  for (let index = 0; index < USERS; index += 1) {
    const id = `user-${index}`
    const { app } = await given.authenticator(id)
    const code = app.codeAt(clock.now())
    const [step, loginUs] = await timed(() => when.login(id))
    const [last, proofUs] = await timed(() => when.prove(step, code))
    if (last.state !== 'authenticated') throw new Error(`the login ended ${last.state}`)
    logins.push(loginUs)
    proofs.push(proofUs)
  }
  return [
    row('login: from the first factor to the challenge', logins),
    row('send: from the code to the outcome', proofs),
  ]
}

async function timed(run: () => Promise<Step>): Promise<readonly [Step, number]> {
  const before = performance.now()
  const step = await run()
  return [step, (performance.now() - before) * 1000]
}

function row(name: string, samples: readonly number[]): Row {
  const sorted = samples.slice(WARM_UP).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  return { name, medianUs: at(0.5), p99Us: at(0.99) }
}
