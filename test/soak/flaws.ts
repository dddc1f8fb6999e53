import type { Change, Store, Stored, Write } from '@sallyport/core'

/** Faults that are put under the servers of a run, to see that it finds them. */
export type Flaw = keyof typeof flaws

/** Of so many commits one is lost. */
const LOST_ONE_IN = 20

/** Writes whatever has been written meanwhile: each write is told to expect what is there. */
function withoutCompareAndSet(store: Store): Store {
  return {
    ...store,
    async commit(change) {
      for (;;) {
        const { profile, flow } = await store.load(change.userId, change.flow?.id)
        if ((await store.commit(expecting(change, profile, flow))) === 'committed') return 'committed'
      }
    },
  }
}

function expecting(
  { profile: write, flow: flowWrite, ...rest }: Change,
  profile: Stored | undefined,
  flow: Stored | undefined,
): Change {
  return {
    ...rest,
    ...(write !== undefined && 'revision' in write ? { profile: over(profile, write) } : {}),
    ...(flowWrite === undefined ? {} : { flow: over(flow, flowWrite) }),
  }
}

function over<One extends Write<unknown>>(found: Stored | undefined, write: One): One {
  if (found === undefined) return { ...write, expected: undefined }
  return { ...write, expected: found.revision, revision: found.revision + 1 }
}

/** Takes a conflict for a commit: what was not written is told as if it were. */
function deafToConflicts(store: Store): Store {
  return {
    ...store,
    async commit(change) {
      await store.commit(change)
      return 'committed'
    },
  }
}

/** Now and then says that it has written what it has not, as one that loses what it was told before it is on disk. */
function forgetful(store: Store): Store {
  let commits = 0
  return {
    ...store,
    async commit(change) {
      commits += 1
      return commits % LOST_ONE_IN === 0 ? 'committed' : store.commit(change)
    },
  }
}

/** Each flaw, and the law that a run must find broken by it. */
export const flaws = {
  'no-compare-and-set': { breaks: 'L2', flawed: withoutCompareAndSet },
  'deaf-to-conflicts': { breaks: 'L12', flawed: deafToConflicts },
  forgetful: { breaks: 'L12', flawed: forgetful },
} as const satisfies Readonly<
  Record<string, { readonly breaks: string; readonly flawed: (store: Store) => Store }>
>

/** The faults of a run that a flaw accounts for. */
export const causedBy = (flaw: Flaw, faults: readonly string[]): readonly string[] =>
  faults.filter((fault) => new RegExp(`\\b${flaws[flaw].breaks}\\b`).test(fault))

export const isFlaw = (name: string): name is Flaw => Object.hasOwn(flaws, name)
