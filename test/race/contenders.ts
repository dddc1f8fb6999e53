import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Place } from '../processes/place.ts'
import { type Attempt, CONTENDERS, type Order, type Report, type Told } from './contest.ts'

/** The processes that race for one store. */
export interface Contenders {
  /** Hands each process its attempt, waits until all are at the barrier, and releases them in this order. */
  race(attempts: readonly Attempt[], order: readonly number[]): Promise<readonly Told[]>
  stop(): Promise<void>
}

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

export async function startContenders(place: Place): Promise<Contenders> {
  const workers = Array.from({ length: CONTENDERS }, () => fork(WORKER, [JSON.stringify(place)]))
  await Promise.all(workers.map((worker) => reported(worker, 'ready')))
  return {
    async race(attempts, order) {
      await Promise.all(
        workers.map((worker, index) => {
          const attempt = attempts[index]
          if (attempt === undefined) throw new Error('each process needs an attempt')
          return ask(worker, { does: 'prepare', attempt }, 'ready')
        }),
      )
      const told = order.map(async (index) => {
        const worker = workers[index]
        if (worker === undefined) throw new Error('no such process')
        return (await ask(worker, { does: 'go' }, 'told')).told
      })
      return Promise.all(told)
    },
    async stop() {
      await Promise.all(
        workers.map(async (worker) => {
          const left = once(worker, 'exit')
          worker.send({ does: 'stop' } satisfies Order)
          await left
        }),
      )
    },
  }
}

type ReportOf<Says extends Report['says']> = Extract<Report, { readonly says: Says }>

function ask<Says extends Report['says']>(
  worker: ChildProcess,
  order: Order,
  says: Says,
): Promise<ReportOf<Says>> {
  const answer = reported(worker, says)
  worker.send(order)
  return answer
}

/** The next report of a process; a process that leaves instead is a failure. */
function reported<Says extends Report['says']>(worker: ChildProcess, says: Says): Promise<ReportOf<Says>> {
  return new Promise((resolve, reject) => {
    const left = (): void => reject(new Error(`a racing process left when it should be ${says}`))
    worker.once('exit', left)
    worker.once('message', (report: Report) => {
      worker.off('exit', left)
      if (report.says === says)
        resolve(report as ReportOf<Says>) // compared just now
      else reject(new Error(`a racing process said ${report.says} instead of ${says}`))
    })
  })
}
