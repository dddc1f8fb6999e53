import type { Store } from '@sallyport/core'
import { deployNode } from '../processes/deployment.ts'
import { openPlace, type Place } from '../processes/place.ts'
import { type Attempt, type Order, RACE_POLICY, type Report, type Told } from './contest.ts'

// One of the processes that race: told what to send, it waits at the barrier, sends, and says what it was told.

const place = JSON.parse(process.argv[2] ?? '') as Place // as the coordinator wrote it
const opened = openPlace(place, { maxConnections: 1 })

let conflicts = 0
const store: Store = {
  ...opened,
  async commit(change) {
    const result = await opened.commit(change)
    if (result === 'conflict') conflicts += 1
    return result
  },
}

let observed: string[] = []
const { twoFactor } = deployNode({
  store,
  policy: RACE_POLICY,
  observe: ({ kind }) => observed.push(kind),
})

const report = (message: Report): void => {
  process.send?.(message)
}

async function send({ flow, event, options }: Attempt): Promise<Told> {
  conflicts = 0
  observed = []
  try {
    const { state, refusal, outcome } = await twoFactor.send(flow, event, options)
    const answer = { state, refusal: refusal?.reason ?? null, outcome: outcome?.kind ?? null, threw: null }
    return { ...answer, observed, conflicts }
  } catch (error) {
    const threw = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    return { state: 'threw', refusal: null, outcome: null, observed, conflicts, threw }
  }
}

let prepared: Attempt | null = null
process.on('message', async (order: Order) => {
  if (order.does === 'prepare') {
    prepared = order.attempt
    await store.load('nobody' as never) // a connection is open before the start
    report({ says: 'ready' })
  }
  if (order.does === 'go' && prepared !== null) report({ says: 'told', told: await send(prepared) })
  if (order.does === 'stop') {
    await opened.close()
    process.disconnect()
  }
})
report({ says: 'ready' })
