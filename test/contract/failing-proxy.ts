import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What happens to a request that holds a certain text. */
type Fate =
  /** It never arrives, and the connection breaks. */
  | 'lose the request'
  /** It arrives; the connection breaks before the answer gets back. */
  | 'lose the answer'
  /** It never arrives, and nothing is ever heard again. */
  | 'fall silent'

/** A proxy between a client and its server that can fail on purpose. */
export interface FailingProxy {
  /** The same URL, through the proxy. */
  readonly url: string
  /** Decides on the fate of the next request that holds `text`; all before and after it pass. */
  next(fate: Fate, text: string): void
  /** Breaks every connection, as a server does that restarts. */
  breakAll(): void
  close(): Promise<void>
}

export async function failingProxy(serverUrl: string): Promise<FailingProxy> {
  const target = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let planned: { readonly fate: Fate; readonly text: string } | null = null

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let state: 'passing' | 'losing the answer' | 'silent' = 'passing'
    const end = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', end)
      socket.on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    client.on('data', (chunk) => {
      if (planned && chunk.includes(planned.text)) {
        const { fate } = planned
        planned = null
        if (fate === 'lose the request') return end()
        state = fate === 'fall silent' ? 'silent' : 'losing the answer'
      }
      if (state !== 'silent') upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (state === 'passing') client.write(chunk)
      if (state === 'losing the answer') end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const url = new URL(serverUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port) // a server on a port has such an address
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    next(fate, text) {
      planned = { fate, text }
    },
    breakAll,
    async close() {
      breakAll()
      server.close()
      await once(server, 'close')
    },
  }
}
