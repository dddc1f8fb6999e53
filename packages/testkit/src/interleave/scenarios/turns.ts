import type { ClientEvent, Step, TwoFactor } from '@sallyport/core'
import { type Client, RIVALED_USER, type Rivals, type Turn } from '../scenario.ts'

/** The mail address of the user whom all is about. */
export const ADDRESS: string = `${RIVALED_USER}@acme.test`

/** Submits a proof to a flow. */
export const prove = (flow: string, proof: string, is: 'right' | 'wrong' = 'right'): Turn => ({
  name: `submit a ${is} proof`,
  take: (client) => client.prove(flow, proof, is === 'right'),
})

/** Sends an event to a flow. */
export const sendTo = (flow: string, event: ClientEvent): Turn => ({
  name: event.type,
  take: (client) => client.send(flow, event),
})

/** Makes an operator's call. */
export const operate = (name: string, call: (twoFactor: TwoFactor) => Promise<unknown>): Turn => ({
  name,
  take: (client) => client.operate(call),
})

type Repeat = NonNullable<Rivals['repeats']>[number]

/** Submits a code of the first method once more, in a login of its own. */
export const repeatAtLogin = (proof: string): Repeat => ({
  proof,
  enter: async (client) => {
    const step = await client.login()
    return step.state === 'challenging' ? client.prove(step.flow, proof, false) : null
  },
})

/** Submits a recovery code once more, in a login of its own. */
export const repeatAtRescue = (proof: string): Repeat => ({
  proof,
  enter: async (client) => {
    const step = await rescued(client)
    return step.state === 'rescuing' ? client.prove(step.flow, proof, false) : null
  },
})

async function rescued(client: Client): Promise<Step> {
  const step = await client.login()
  if (step.state !== 'challenging') return step
  return client.send(step.flow, { type: 'rescue_requested', option: 'recovery_code' })
}
