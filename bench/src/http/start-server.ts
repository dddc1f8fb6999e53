import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Announcement } from './announce.ts'

/** A contender's server, in a process of its own. */
export interface Server extends Announcement {
  /** The processor time that it has used so far, in milliseconds: what else runs on the machine does not count. */
  cpuMs(): Promise<number>
  stop(): Promise<void>
}

/** Starts a program, and waits for its announcement. */
export async function startServer(program: URL, args: readonly string[]): Promise<Server> {
  const child = fork(program, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  const failed = exited.then(() => Promise.reject(new Error(`${program.pathname} has ended`)))
  const message = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), failed]))[0]
  const announcement = (await message()) as Announcement // what our own programs send
  return {
    ...announcement,
    async cpuMs() {
      child.send('cpu')
      return Number(await message())
    },
    async stop() {
      child.disconnect()
      await exited
    },
  }
}
