import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a server's process tells the one that has started it. */
export interface Announcement {
  readonly origin: string
  /** Users with an enrolled authenticator, as their key URIs say. */
  readonly users: readonly BenchUser[]
}

export interface BenchUser {
  readonly email: string
  readonly uri: string
}

/**
 * Listens on a free port of the loopback, has the server made for that origin, and announces it. From then on any
 * message is answered with the processor time that this process has used, in milliseconds.
 *
 * @param create - Makes the listener, and enrolls its users.
 */
export async function announce(
  create: (
    origin: string,
  ) => Promise<{ readonly listener: RequestListener; readonly users: readonly BenchUser[] }>,
): Promise<void> {
  process.once('disconnect', () => process.exit())
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a port
  const origin = `http://127.0.0.1:${port}`
  const { listener, users } = await create(origin)
  server.on('request', listener)
  process.send?.({ origin, users } satisfies Announcement)
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.((user + system) / 1000)
  })
}
