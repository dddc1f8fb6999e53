import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { phoneNumbers } from '@sallyport/adapters-delivery'
import { createTwoFactor, DeliveryRefused } from '@sallyport/core'
import { createTwoFactorHttp } from '@sallyport/http'
import { toNodeListener } from '@sallyport/http/node'
import { chance } from '../processes/chance.ts'
import { openPlace } from '../processes/place.ts'
import {
  findUser,
  passwordOf,
  type Question,
  type ServerOrder,
  type ServerReport,
  soakKeys,
  soakPolicy,
} from './deployment.ts'
import { flaws } from './flaws.ts'
import { pacedClock } from './paced-clock.ts'

// One of the servers that are restarted and killed. Its messages go to the run, as to a mailbox; it ends at SIGTERM
// once every request is answered.

/** How often flows that have ended are removed: each five minutes of the paced clock. */
const PURGE_EVERY_MS = 10_000

const { place, pace, port, seed, refusesOneIn, purges, flaw } = JSON.parse(
  process.argv[2] ?? '',
) as ServerOrder // as the run wrote it
const store = openPlace(place)
const clock = pacedClock(pace)
const refusals = chance(seed)

/** Resolves once the report is on its way: what is told a client must not overtake it. */
function report(message: ServerReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) throw new Error('a server is started by a run')
    process.send(message, () => resolve())
  })
}

async function deliver(to: string, text: string, kind: string): Promise<void> {
  if (refusesOneIn > 0 && refusals.below(refusesOneIn) === 0) throw new DeliveryRefused('refused on purpose')
  await report({ says: 'message', to, text, kind })
}

const twoFactor = createTwoFactor({
  store: flaw === null ? store : flaws[flaw].flawed(store),
  clock,
  keys: soakKeys,
  policy: soakPolicy,
  findUser,
  phoneNumbers: phoneNumbers(),
  mailer: { send: ({ to, text, kind }) => deliver(to, text, kind) },
  sms: { send: ({ to, text, kind }) => deliver(to, text, kind) },
})
const { fetch } = createTwoFactorHttp({
  twoFactor,
  clock,
  keys: soakKeys,
  findUser,
  // Both sides know the passwords: hashing them would take the time that the second factor is to be tried in.
  verifyPassword: (identity, password) => {
    const id = identity.replace(/@acme\.test$/, '')
    if (findUser(id) === null) return { kind: 'unknown_user' }
    return password === passwordOf(id) ? { kind: 'verified', userId: id } : { kind: 'rejected' }
  },
  dummyVerify: () => undefined,
  onError: (error) => console.error(error),
})

const server = createServer(toNodeListener(fetch))
server.listen(port, '127.0.0.1', () => {
  const { port: taken } = server.address() as AddressInfo // it listens on a port, not on a pipe
  void report({ says: 'listening', url: `http://127.0.0.1:${taken}` })
})

const purge = (): void => void twoFactor.purge().catch(console.error)
const purging = purges ? setInterval(purge, PURGE_EVERY_MS) : undefined

process.on('message', ({ does }: Question) => {
  if (does !== 'measure') return
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  void report({ says: 'measured', heapBytes: heapUsed + external, rssBytes: rss })
})

async function stop(): Promise<void> {
  clearInterval(purging)
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  await closed
  await store.close()
  process.disconnect()
}

process.once('SIGTERM', () => void stop())
process.once('disconnect', () => process.exit()) // the run is over, or was itself killed
