import { memoryStore } from '@sallyport/adapters-memory'
import type { CommitResult, ObservedEvent, Store } from '@sallyport/core'
import { recordingStore, type ScenarioOptions, scenario } from '@sallyport/testkit'

/** A deployment on a store that records what it is asked, with all that an observer was told. */
export function deploy({
  wrap = (store) => store,
  ...options
}: Omit<ScenarioOptions, 'store'> & {
  /** Puts something between the engine and the store that keeps. */
  readonly wrap?: (store: Store) => Store
} = {}) {
  const memory = memoryStore()
  const store = recordingStore(wrap(memory))
  const observed: ObservedEvent[] = []
  const observer = { observe: (event: ObservedEvent) => void observed.push(event) }
  return { ...scenario({ store, observer, ...options }), memory, store, observed }
}

/** A store whose commits can be held back, and let through by hand. */
export function heldStore(store: Store): Store & {
  /** Holds the next commit back; resolves once it has come. */
  hold(): Promise<void>
  /** Lets the commit that is held back through. */
  release(): void
} {
  let arrived: (() => void) | undefined
  let release = (): void => undefined
  return {
    ...store,
    async commit(change) {
      if (arrived === undefined) return store.commit(change)
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      arrived()
      arrived = undefined
      await held
      return store.commit(change)
    },
    hold: () =>
      new Promise((resolve) => {
        arrived = resolve
      }),
    release: () => release(),
  }
}

/** A store in which others are faster: its next commits conflict, as many as it is told to let. */
export function contestedStore(store: Store): Store & {
  /** Makes the next commits conflict; `meanwhile` is done by the others at each of them. */
  contest(times: number, meanwhile?: () => void | Promise<void>): void
} {
  let left = 0
  let others: () => void | Promise<void> = () => undefined
  return {
    ...store,
    async commit(change): Promise<CommitResult> {
      if (left === 0) return store.commit(change)
      left -= 1
      await others()
      return 'conflict'
    },
    contest(times, meanwhile = () => undefined) {
      left = times
      others = meanwhile
    },
  }
}
