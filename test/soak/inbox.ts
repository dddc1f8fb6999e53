import { setTimeout as pause } from 'node:timers/promises'
import type { Message } from './fleet.ts'

/** A code that arrived. */
interface MailedCode {
  /** Which message of this address it came in, so that a code that is drawn twice is two secrets. */
  readonly secret: string
  readonly code: string
}

/** The mailboxes and phones of all users. */
export interface Inbox {
  take(message: Message): void
  codesOf(address: string): readonly MailedCode[]
  /** The newest code at an address, once there are more than `seen`; null: none came in a while. */
  next(address: string, seen: number): Promise<MailedCode | null>
}

/** Six digits that stand alone. */
const CODE = /(?<![\w+-])\d{6}(?![\w-])/

/** How long a message may take from the server to here. */
const PATIENCE_MS = 1_000
const LOOK_EVERY_MS = 20

export function createInbox(): Inbox {
  const boxes = new Map<string, MailedCode[]>()
  const codesOf = (address: string): readonly MailedCode[] => boxes.get(address) ?? []
  return {
    take({ to, text, kind }) {
      const code = kind === 'code' ? CODE.exec(text)?.[0] : undefined
      if (code === undefined) return
      const box = boxes.get(to) ?? []
      boxes.set(to, [...box, { secret: `${to}:${box.length}`, code }])
    },
    codesOf,
    async next(address, seen) {
      for (let waitedMs = 0; waitedMs <= PATIENCE_MS; waitedMs += LOOK_EVERY_MS) {
        const codes = codesOf(address)
        if (codes.length > seen) return codes.at(-1) ?? null
        await pause(LOOK_EVERY_MS)
      }
      return null
    },
  }
}
