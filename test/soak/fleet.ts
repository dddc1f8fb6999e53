import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Question, ServerOrder, ServerReport } from './deployment.ts'

/** The memory of one process at one moment. */
export interface MemorySample {
  /** Seconds since the run began. */
  readonly atSeconds: number
  readonly server: number
  readonly pid: number
  readonly heapBytes: number
  readonly rssBytes: number
}

/** A message that a server has sent. */
export type Message = Extract<ServerReport, { readonly says: 'message' }>

export interface FleetOptions {
  readonly servers: number
  readonly order: Omit<ServerOrder, 'port' | 'seed'>
  readonly seed: string
  /** What the servers print goes to this file. */
  readonly logPath: string
  /** Where the servers keep their compiled sources. */
  readonly cachePath: string
  onMessage(message: Message): void
}

/** Server processes over one store, each at an address that outlives it. */
export interface Fleet {
  readonly urls: readonly string[]
  /** What nobody asked for: a server that left by itself, or did not stop when it was asked to. */
  readonly faults: readonly string[]
  /** Asks a server to stop (SIGTERM) and starts another in its place. */
  restart(server: number): Promise<void>
  /** Kills a server (SIGKILL) and starts another in its place. */
  kill(server: number): Promise<void>
  /** Asks every server that runs for its memory, after a collection of garbage. */
  measure(atSeconds: number): Promise<readonly MemorySample[]>
  /** Stops all. */
  stop(): Promise<void>
}

const SERVER = fileURLToPath(new URL('./server.ts', import.meta.url))

/** How long a server may take to stop, or to begin, on a machine that has much else to do. */
const PATIENCE_MS = 120_000

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const log = openSync(options.logPath, 'a')
  const faults: string[] = []
  const expected = new WeakSet<ChildProcess>() // those that are to leave
  let born = 0

  async function start(server: number, port: number): Promise<{ child: ChildProcess; url: string }> {
    born += 1
    const order: ServerOrder = { ...options.order, port, seed: `${options.seed}:server:${born}` }
    const child = fork(SERVER, [JSON.stringify(order)], {
      execArgv: ['--expose-gc'],
      // What one server has compiled the next need not: they begin often.
      env: { ...process.env, NODE_COMPILE_CACHE: options.cachePath },
      stdio: ['ignore', log, log, 'ipc'],
    })
    child.on('message', (report: ServerReport) => {
      if (report.says === 'message') options.onMessage(report)
    })
    child.once('exit', (code, signal) => {
      if (!expected.has(child))
        faults.push(`server ${server} left by itself: ${signal ?? `exit code ${code}`}`)
    })
    const { url } = await reported(child, 'listening')
    return { child, url }
  }

  async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    expected.add(child)
    if (child.exitCode !== null || child.signalCode !== null) return
    const left = once(child, 'exit')
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
    const [code, by] = await left
    clearTimeout(timer)
    if (signal === 'SIGTERM' && code !== 0)
      faults.push(`a server that was asked to stop left by ${by ?? `exit code ${code}`}`)
  }

  const running = await Promise.all(Array.from({ length: options.servers }, (_, server) => start(server, 0)))
  const urls = running.map(({ url }) => url)

  async function replace(server: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const one = running[server]
    if (one === undefined) throw new RangeError('there is no such server')
    await end(one.child, signal)
    running[server] = await start(server, Number(new URL(one.url).port))
  }

  async function measureOne(server: number, atSeconds: number): Promise<readonly MemorySample[]> {
    const child = running[server]?.child
    if (child?.pid === undefined || !child.connected || expected.has(child)) return []
    const { pid } = child
    const measured = reported(child, 'measured')
    child.send({ does: 'measure' } satisfies Question, () => undefined) // it may leave just now
    const found = await measured.catch(() => null)
    if (found === null) return []
    return [{ atSeconds, server, pid, heapBytes: found.heapBytes, rssBytes: found.rssBytes }]
  }

  return {
    urls,
    faults,
    restart: (server) => replace(server, 'SIGTERM'),
    kill: (server) => replace(server, 'SIGKILL'),
    async measure(atSeconds) {
      const samples = await Promise.all(running.map((_, server) => measureOne(server, atSeconds)))
      return samples.flat()
    },
    async stop() {
      await Promise.all(running.map(({ child }) => end(child, 'SIGTERM')))
      closeSync(log)
    },
  }
}

type ReportOf<Says extends ServerReport['says']> = Extract<ServerReport, { readonly says: Says }>

/** The next report of a kind; a server that leaves instead, or takes too long, is a failure. */
function reported<Says extends ServerReport['says']>(
  child: ChildProcess,
  says: Says,
): Promise<ReportOf<Says>> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      clearTimeout(timer)
      child.off('exit', left)
      child.off('message', heard)
      act()
    }
    const fail = (why: string): void =>
      finish(() => reject(new Error(`a server ${why} before it was ${says}`)))
    const left = (): void => fail('left')
    const heard = (report: ServerReport): void => {
      if (report.says === says) finish(() => resolve(report as ReportOf<Says>)) // compared just now
    }
    const timer = setTimeout(() => fail('took too long'), PATIENCE_MS)
    child.once('exit', left)
    child.on('message', heard)
  })
}
