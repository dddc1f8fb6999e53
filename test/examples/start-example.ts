import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const START_MS = 45_000 // a runtime starts and hashes two passwords, perhaps on a busy machine
const STOP_MS = 10_000

/** An example in a process of its own. */
export interface RunningExample {
  readonly port: number
  readonly output: () => string
  /** Ends it as a supervisor does, and gives its exit code; null: it had to be killed, or a signal ended it. */
  stop(): Promise<number | null>
}

/**
 * Starts an example on a free port and a SQLite file of its own, and waits until that port takes connections.
 *
 * @param args - The command and its arguments, for a port: each stands below the example's folder.
 */
export async function startExample(
  folder: string,
  args: (port: number) => readonly string[],
): Promise<RunningExample> {
  const port = await freePort()
  const [command = '', ...rest] = args(port)
  const cwd = fileURLToPath(new URL(`../../examples/${folder}/`, import.meta.url))
  const database = join(mkdtempSync(join(tmpdir(), 'sallyport-example-')), 'acme.db')
  const env = { ...process.env, PORT: String(port), DATABASE: database, NO_COLOR: '1' }
  // A group of its own: a command may be a script that starts the runtime as its child.
  const child = spawn(command, rest, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const closed = once(child, 'close')
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const stop = async (): Promise<number | null> => {
    const send = (signal: 'SIGTERM' | 'SIGKILL') =>
      child.pid !== undefined && process.kill(-child.pid, signal)
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    send('SIGTERM')
    const timer = setTimeout(() => send('SIGKILL'), STOP_MS)
    await closed
    clearTimeout(timer)
    return child.exitCode
  }
  const until = Date.now() + START_MS
  while (!(await answers(port))) {
    if (child.exitCode === null && Date.now() < until) continue
    await stop()
    throw new Error(`${folder} did not start: ${output}`)
  }
  return { port, output: () => output, stop }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Whether the example answers requests by now; asked five times a second at most. */
async function answers(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) })
    return true
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 200))
    return false
  }
}
