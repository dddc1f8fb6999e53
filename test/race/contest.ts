import type { ClientEvent, SendOptions } from '@sallyport/core'

/** How many processes submit at once. */
export const CONTENDERS = 4

/** What one process is to send. */
export interface Attempt {
  readonly flow: string
  readonly event: ClientEvent
  readonly options: SendOptions
}

/** What a process was told, as it reports it. */
export interface Told {
  readonly state: string
  readonly refusal: string | null
  readonly outcome: string | null
  /** The audit events that the process's own observer was told of. */
  readonly observed: readonly string[]
  /** Commits that another process was faster with. */
  readonly conflicts: number
  /** What the call threw; null when it answered. */
  readonly threw: string | null
}

/** From the coordinator to a worker. */
export type Order =
  | { readonly does: 'prepare'; readonly attempt: Attempt }
  | { readonly does: 'go' }
  | { readonly does: 'stop' }

/** From a worker to the coordinator. */
export type Report = { readonly says: 'ready' } | { readonly says: 'told'; readonly told: Told }

/** Throttles so low that a lock is near, and that neither three lost races nor a replay after them bring one. */
export const RACE_POLICY = { throttle: { attemptsPerFlow: 4, failuresPerLock: 5 } } as const
