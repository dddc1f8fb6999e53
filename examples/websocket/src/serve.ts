import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { createConnection, type Host } from './connection.ts'

/** As much as any request needs. A longer message closes the connection (1009). */
const MAX_MESSAGE_BYTES = 16 * 1024
/** Messages that may wait for their turn. One more closes the connection (1008). */
const MAX_WAITING = 16
/** As long as a code that was sent lives at most. */
const LOGIN_WITHIN_MS = 10 * 60_000

export interface ServeOptions {
  readonly port: number
  /** A connection over which nobody has logged in by then is closed (1008). Default: ten minutes. */
  readonly loginWithinMs?: number
}

export interface Serving {
  readonly url: string
  close(): Promise<void>
}

/** Serves WebSocket connections on the loopback. */
export async function serve(
  host: Host,
  { port, loginWithinMs = LOGIN_WITHIN_MS }: ServeOptions,
): Promise<Serving> {
  const server = new WebSocketServer({ host: '127.0.0.1', port, maxPayload: MAX_MESSAGE_BYTES })
  server.on('connection', (socket) => attend(socket, host, loginWithinMs))
  await once(server, 'listening')
  const { port: taken } = server.address() as AddressInfo // it listens on a port
  return {
    url: `ws://127.0.0.1:${taken}`,
    async close() {
      for (const socket of server.clients) socket.close(1001)
      server.close()
      await once(server, 'close')
    },
  }
}

function attend(socket: WebSocket, host: Host, loginWithinMs: number): void {
  const connection = createConnection(host)
  const refuse = () => socket.close(1008)
  const deadline = setTimeout(() => {
    if (!connection.isLoggedIn()) refuse()
  }, loginWithinMs)
  let waiting = 0
  let last = Promise.resolve() // each message is answered before the next one is looked at

  socket.on('message', (data, isBinary) => {
    waiting += 1
    if (waiting > MAX_WAITING) return refuse()
    const text = isBinary ? '' : String(data) // nothing here is binary: it is answered as malformed
    last = last.then(async () => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(await connection.answer(text)))
      waiting -= 1
    })
  })
  socket.on('error', () => socket.terminate()) // broken frames, or too long ones; a clean close has no error
  socket.on('close', () => clearTimeout(deadline))
}
