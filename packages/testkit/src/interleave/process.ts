import { setTimeout } from 'node:timers'
import type { Fate, Port } from './schedule.ts'

/** A call that a process waits to be answered. */
interface Waiting {
  readonly port: Port
  /** Has the effect that goes with its fate, and says nothing to the process. */
  effect(fate: Fate): Promise<unknown>
  /** Has that effect and answers the process. */
  answer(fate: Fate): void
}

/** One server process: it runs until it waits at a port, and there until it is let go on. */
export interface Process {
  /** The call that is answered next; a process makes several at once, and they are answered in their order. */
  readonly next: Waiting | undefined
  /** Makes a call that waits for its turn. */
  call<Answer>(port: Port, effect: (fate: Fate) => Promise<Answer>): Promise<Answer>
  /** Waits for its turn in the middle of a call; at once when the process is dead. */
  pause(): Promise<void>
  /** The process is given something to do, which `settled` waits for. */
  begin(work: Promise<void>): void
  /** Resolves once the process waits at a port or has done its work. */
  settled(): Promise<void>
  /** The process is gone: nothing that it waits for ever comes. */
  die(): void
}

/** How long a process may be on its way to the next port before it counts as hanging: far above any step, on a busy machine too. */
const HANGING_MS = 120_000

/**
 * Starts a process. Between two calls it runs alone and undisturbed, however many turns of the event loop its
 * cryptography takes: it has settled when it has arrived somewhere, not after some time.
 */
export function startProcess(): Process {
  let waiting: readonly Waiting[] = []
  /** Effects that are under way and not paused. */
  let working = 0
  let isDone = true
  let isDead = false
  let wake = (): void => {}

  const hasSettled = (): boolean => working === 0 && (waiting.length > 0 || isDone)
  const changed = (): void => {
    if (hasSettled()) wake()
  }

  function call<Answer>(port: Port, effect: (fate: Fate) => Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const answer = async (fate: Fate): Promise<void> => {
        waiting = waiting.filter((other) => other !== self)
        working += 1
        try {
          resolve(await effect(fate))
        } catch (error) {
          reject(error)
        }
        working -= 1
        changed()
      }
      const self: Waiting = { port, effect, answer: (fate) => void answer(fate) }
      waiting = [...waiting, self]
      changed()
    })
  }

  return {
    get next() {
      return waiting[0]
    },
    call,
    async pause() {
      if (isDead) return
      working -= 1
      await call('inside_store', async () => {
        working += 1 // the call that was paused goes on
      })
    },
    begin(work) {
      isDone = false
      const done = (): void => {
        isDone = true
        changed()
      }
      work.then(done, done)
    },
    settled() {
      if (hasSettled()) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('a process neither answers nor calls')), HANGING_MS)
        wake = () => {
          clearTimeout(timer)
          wake = () => {}
          resolve()
        }
      })
    },
    die() {
      isDead = true
      waiting = []
    },
  }
}
