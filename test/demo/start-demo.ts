import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, openBrowser } from '../http/browser.ts'

const MAIN = fileURLToPath(new URL('../../examples/demo/src/main.ts', import.meta.url))

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'sallyport-demo-'))

/** Writes a configuration file, and gives its path. */
export function configFile(content: unknown): string {
  const path = join(temporaryFolder(), 'config.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

interface DevMessage {
  readonly channel: string
  readonly to: string
  readonly subject: string | null
  readonly text: string
  readonly html: string | null
}

/** A server in a process of its own. */
export interface RunningDemo {
  readonly url: string
  readonly output: () => string
  newBrowser(): Browser
  outbox(): Promise<readonly DevMessage[]>
  /** The code in the last message to an address. */
  lastCode(to: string): Promise<string>
  /** Moves the clock, and gives what it says now. */
  advance(seconds: number): Promise<number>
  /** Does something to a user. */
  user(id: string, action: string, body?: unknown): Promise<number>
  /** Sends a signal, and gives the exit code. */
  stop(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | null>
}

/** Runs the demo until it ends by itself. */
export async function runDemo(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const { child, output } = launch(args)
  await once(child, 'close')
  return { code: child.exitCode, output: output() }
}

/** Starts the demo on a free port. Stop it before the test ends. */
export async function startDemo(args: readonly string[]): Promise<RunningDemo> {
  const { child, output } = launch(['--port', '0', ...args])
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const [, found] = /Sallyport demo: (http:\S+)\n[\s\S]*Ctrl\+C/.exec(output()) ?? []
      if (found !== undefined) resolve(found)
    })
    child.once('close', () => reject(new Error(`the demo did not start: ${output()}`)))
  })
  const dev = async (path: string, body: unknown) =>
    fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) })
  const outbox = async () => (await (await fetch(`${url}/dev/outbox`)).json()) as readonly DevMessage[] // as documented
  return {
    url,
    output,
    newBrowser: () => openBrowser((request) => fetch(request), url, {}),
    outbox,
    async lastCode(to) {
      const { text = '' } = (await outbox()).findLast((message) => message.to === to) ?? {}
      return /\b\d{6}\b/.exec(text)?.[0] ?? `no code at ${to}: ${text}`
    },
    async advance(seconds) {
      const response = await dev('/dev/clock', { advance_seconds: seconds })
      return ((await response.json()) as { readonly now: number }).now // as documented
    },
    user: async (id, action, body = {}) => (await dev(`/dev/users/${id}/${action}`, body)).status,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null) return child.exitCode
      const closed = once(child, 'close')
      child.kill(signal)
      await closed
      return child.exitCode
    },
  }
}

function launch(args: readonly string[]): { readonly child: ChildProcess; readonly output: () => string } {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return { child, output: () => output }
}
