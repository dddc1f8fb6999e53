import { createTwoFactor } from '@sallyport/core'
import { simulatedAuthenticator } from '@sallyport/testkit'
import type { Contender, Database, ReadyFlow } from './contender.ts'
import { openStore } from './open-store.ts'

const keys = { ring: [{ id: 'k1', secret: new Uint8Array(32).fill(1) }] } as const

/** Sallyport as a host uses it. */
export async function ours(database: Database, label = 'sallyport'): Promise<Contender> {
  const store = await openStore(database)
  const twoFactor = createTwoFactor({
    policy: { issuer: 'Acme' },
    store,
    keys,
    findUser: (id) => ({ id, label: id, securityStamp: '1', active: true }),
  })
  let users = 0
  const ready = async (): Promise<ReadyFlow> => {
    users += 1
    const userId = `${label}-${process.pid}-${users}`
    const { provisioning } = await twoFactor.users.enroll(userId, { method: 'authenticator' })
    if (provisioning?.kind !== 'app') throw new Error('no authenticator')
    const app = simulatedAuthenticator(provisioning.uri)
    const { flow } = await twoFactor.login({ userId, firstFactor: { amr: ['pwd'], at: Date.now() } })
    return {
      code: () => app.codeAt(Date.now()),
      prove: async (code) => {
        const step = await twoFactor.send(flow, { type: 'proof_submitted', proof: code })
        if (step.state !== 'authenticated') throw new Error(`${step.state}: ${step.refusal?.reason}`)
      },
    }
  }
  return { name: label, prepare: (count) => oneByOne(count, ready), close: () => store.close() }
}

/** Prepares flows one after another. */
export async function oneByOne(
  count: number,
  ready: () => Promise<ReadyFlow>,
): Promise<readonly ReadyFlow[]> {
  const flows: ReadyFlow[] = []
  for (let index = 0; index < count; index += 1) flows.push(await ready())
  return flows
}
