import type { Step } from '@sallyport/core'
import { type SimulatedAuthenticator, simulatedAuthenticator } from '@sallyport/testkit'
import { addressOf, type Node } from '../processes/deployment.ts'
import { type Attempt, CONTENDERS } from './contest.ts'

/** What a round's processes are to send, and what must come of it. */
export interface Contest {
  readonly attempts: readonly Attempt[]
  /** How a winner's flow ends; null: there is nothing to win. */
  readonly prize: 'authenticated' | 'changed' | null
  /** How many of the proofs must be counted as failures, when no process was told to try again. */
  readonly counted: number
  /** What must hold afterwards besides what must hold of every contest. */
  readonly afterwards?: () => Promise<readonly string[]>
  /** Submits what was won with once more, in a flow of its own. */
  readonly replay?: () => Promise<Step>
}

/** One kind of race. */
export interface RaceKind {
  readonly name: string
  prepare(node: Node, userId: string): Promise<Contest>
}

async function enrolled({ twoFactor }: Node, userId: string): Promise<SimulatedAuthenticator> {
  const { provisioning } = await twoFactor.users.enroll(userId, { method: 'authenticator' })
  return scanned(provisioning)
}

function scanned(provisioning: { readonly kind: string } | null): SimulatedAuthenticator {
  if (provisioning === null || !('uri' in provisioning) || typeof provisioning.uri !== 'string')
    throw new Error('an authenticator has provisioning data')
  return simulatedAuthenticator(provisioning.uri)
}

const login = ({ twoFactor }: Node, userId: string): Promise<Step> =>
  twoFactor.login({ userId, firstFactor: { amr: ['pwd'], at: Date.now() } })

const callerOf = (userId: string) => ({ userId, firstFactorAt: Date.now(), secondFactorAt: Date.now() })

const proof = ({ flow }: Step, code: string, options: Attempt['options'] = {}): Attempt => ({
  flow,
  event: { type: 'proof_submitted', proof: code },
  options,
})

const fourTimes = <Item>(make: () => Item): readonly Item[] => Array.from({ length: CONTENDERS }, make)

const recoveryFlow = async (node: Node, userId: string): Promise<Step> =>
  node.twoFactor.send((await login(node, userId)).flow, { type: 'rescue_requested', option: 'recovery_code' })

/** A setup of an authenticator that waits for the first code of it. */
async function setupOf(node: Node, userId: string) {
  const options = { caller: callerOf(userId) }
  const opened = await node.twoFactor.setup(options)
  const step = await node.twoFactor.send(
    opened.flow,
    { type: 'enrollment_requested', method: 'authenticator', mode: 'add' },
    options,
  )
  if (step.state !== 'enrolling') throw new Error(`a setup should be enrolling, and is ${step.state}`)
  const code = scanned(step.provisioning).codeAt(Date.now())
  return { code, attempt: proof(step, code, options) }
}

async function fail({ twoFactor }: Node, { flow }: Step, wrong: string, times: number): Promise<void> {
  for (let failed = 0; failed < times; failed += 1)
    await twoFactor.send(flow, { type: 'proof_submitted', proof: wrong })
}

const enrollmentsAre =
  (node: Node, userId: string, count: number) => async (): Promise<readonly string[]> => {
    const { enrollments } = await node.twoFactor.users.get(userId)
    return enrollments.length === count ? [] : [`${enrollments.length} enrollments in place of ${count}`]
  }

const replayed = (node: Node, userId: string, code: string) => async (): Promise<Step> =>
  node.twoFactor.send((await login(node, userId)).flow, { type: 'proof_submitted', proof: code })

export const raceKinds: readonly RaceKind[] = [
  {
    name: 'one TOTP code on one flow',
    async prepare(node, userId) {
      const app = await enrolled(node, userId)
      const flow = await login(node, userId)
      const code = app.codeAt(Date.now())
      return {
        attempts: fourTimes(() => proof(flow, code)),
        prize: 'authenticated',
        counted: 0,
        replay: replayed(node, userId, code),
      }
    },
  },
  {
    name: 'one TOTP code over four flows',
    async prepare(node, userId) {
      const app = await enrolled(node, userId)
      const flows = await Promise.all(fourTimes(() => login(node, userId)))
      const code = app.codeAt(Date.now())
      return {
        attempts: flows.map((flow) => proof(flow, code)),
        prize: 'authenticated',
        counted: CONTENDERS - 1,
        replay: replayed(node, userId, code),
      }
    },
  },
  {
    name: 'one mailed code',
    async prepare(node, userId) {
      await node.twoFactor.users.enroll(userId, { method: 'email' })
      const flow = await login(node, userId)
      const code = node.outbox.lastCode(addressOf(userId))
      return { attempts: fourTimes(() => proof(flow, code)), prize: 'authenticated', counted: 0 }
    },
  },
  {
    name: 'one recovery code on one flow',
    async prepare(node, userId) {
      await enrolled(node, userId)
      const [code = ''] = await node.twoFactor.recoveryCodes.generate(userId)
      const flow = await recoveryFlow(node, userId)
      return {
        attempts: fourTimes(() => proof(flow, code)),
        prize: 'authenticated',
        counted: 0,
        afterwards: codesLeftAre(node, userId, 9),
        replay: async () =>
          node.twoFactor.send((await recoveryFlow(node, userId)).flow, {
            type: 'proof_submitted',
            proof: code,
          }),
      }
    },
  },
  {
    name: 'one recovery code over four flows',
    async prepare(node, userId) {
      await enrolled(node, userId)
      const [code = ''] = await node.twoFactor.recoveryCodes.generate(userId)
      const flows = await Promise.all(fourTimes(() => recoveryFlow(node, userId)))
      return {
        attempts: flows.map((flow) => proof(flow, code)),
        prize: 'authenticated',
        counted: CONTENDERS - 1,
        afterwards: codesLeftAre(node, userId, 9),
      }
    },
  },
  {
    name: 'one code that confirms a setup',
    async prepare(node, userId) {
      await enrolled(node, userId)
      const { code, attempt } = await setupOf(node, userId)
      return {
        attempts: fourTimes(() => attempt),
        prize: 'changed',
        counted: 0,
        afterwards: enrollmentsAre(node, userId, 2),
        async replay() {
          const { enrollments } = await node.twoFactor.users.get(userId)
          const added = enrollments.at(-1)?.id ?? ''
          const { flow } = await login(node, userId)
          await node.twoFactor.send(flow, { type: 'method_selected', method: added })
          return node.twoFactor.send(flow, { type: 'proof_submitted', proof: code })
        },
      }
    },
  },
  {
    name: 'four setups, each confirmed by its own code',
    async prepare(node, userId) {
      await enrolled(node, userId)
      const setups = await Promise.all(fourTimes(() => setupOf(node, userId)))
      return {
        attempts: setups.map(({ attempt }) => attempt),
        prize: 'changed',
        counted: 0,
        afterwards: enrollmentsAre(node, userId, 2),
      }
    },
  },
  {
    name: 'wrong codes on one flow with two attempts left',
    async prepare(node, userId) {
      const app = await enrolled(node, userId)
      const flow = await login(node, userId)
      const wrong = app.wrongCodeAt(Date.now())
      await fail(node, flow, wrong, 2)
      return { attempts: fourTimes(() => proof(flow, wrong)), prize: null, counted: 2 }
    },
  },
  {
    name: 'wrong codes over four flows with two failures left',
    async prepare(node, userId) {
      const app = await enrolled(node, userId)
      const wrong = app.wrongCodeAt(Date.now())
      const flows = await Promise.all(fourTimes(() => login(node, userId)))
      const before = await login(node, userId)
      await fail(node, before, wrong, 3)
      return {
        attempts: flows.map((flow) => proof(flow, wrong)),
        prize: null,
        counted: 2,
        async afterwards() {
          const { isLocked } = await node.twoFactor.users.get(userId)
          return isLocked ? [] : ['the user is not locked']
        },
      }
    },
  },
]

function codesLeftAre(node: Node, userId: string, count: number) {
  return async (): Promise<readonly string[]> => {
    const left = await node.twoFactor.recoveryCodes.count(userId)
    return left === count ? [] : [`${left} recovery codes are left in place of ${count}`]
  }
}
