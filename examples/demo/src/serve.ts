import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { NodeListener } from '@sallyport/http/node'
import { UsageError } from './usage-error.ts'

/** A server that listens. */
export interface Listening {
  readonly url: string
  readonly isOnLoopback: boolean
  /** Takes no more requests, answers those it has, and ends. */
  close(): Promise<void>
}

/** How long a request may take that is under way when the server is to end. */
const GRACE_MS = 3_000

/** @throws {UsageError} When the address is taken or is none. */
export async function serve(
  listener: NodeListener,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server = createServer((request, response) => void listener(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  }).catch((error: NodeJS.ErrnoException) => {
    const advice =
      error.code === 'EADDRINUSE' ? 'it is taken; --port N takes another' : (error.code ?? error.message)
    throw new UsageError(`cannot listen on ${host}:${port}: ${advice}`)
  })
  const { address, port: taken, family } = server.address() as AddressInfo // it listens on a port, not on a pipe
  const isOnLoopback = address === '::1' || address.startsWith('127.')
  const name =
    address === '0.0.0.0' || address === '::' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address
  return { url: `http://${name}:${taken}`, isOnLoopback, close: () => close(server) }
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS)
  await closed
  clearTimeout(timer)
}
