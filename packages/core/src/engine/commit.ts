import { StoreError } from '../errors.ts'
import type { Change, Loaded, Revision, Store, Write } from '../ports/store.ts'
import { emptyProfile, type Profile, parseProfile } from '../profile/profile.ts'

/** How often a change whose outcome stays unknown is looked up and tried again. */
const MAX_LOOKUPS = 3

/** What came of a change: committed, in conflict with another, or unknown for good. */
export type Committed = 'committed' | 'conflict' | 'unknown'

/**
 * Commits a change and never guesses. When the store cannot say whether it was applied, its own commit id on
 * the rows says that it was, and untouched revisions that it was not, so that the same change is tried again.
 * Anything else stays unknown: then whatever the change would have consumed counts as spent (L12).
 *
 * @throws {StoreError} `not_applied` when the store surely wrote nothing.
 */
export async function commit(store: Store, change: Change): Promise<Committed> {
  const first = await attempt(store, change)
  if (first !== 'unknown') return first
  for (let lookups = 0; lookups < MAX_LOOKUPS; lookups += 1) {
    const found = await lookUp(store, change)
    if (found !== 'untouched') return found
    // The first attempt may still arrive: then this one conflicts with it, and the next look-up finds it.
    const again = await attempt(store, change).catch((): Committed => 'unknown')
    if (again === 'committed') return again
  }
  return 'unknown'
}

async function attempt(store: Store, change: Change): Promise<Committed> {
  try {
    return await store.commit(change)
  } catch (error) {
    if (error instanceof StoreError && error.code === 'outcome_unknown') return 'unknown'
    throw error
  }
}

async function lookUp(store: Store, change: Change): Promise<'committed' | 'untouched' | 'unknown'> {
  const { userId, commitId, profile, flow } = change
  let loaded: Loaded
  try {
    loaded = await store.load(userId, flow?.id)
  } catch {
    return 'unknown'
  }
  const written = flow === undefined ? loaded.profile : loaded.flow
  if (written?.commitId === commitId) return 'committed'
  const isUntouched =
    (flow === undefined || loaded.flow?.revision === flow.expected) &&
    (profile === undefined || loaded.profile?.revision === profile.expected)
  return isUntouched ? 'untouched' : 'unknown'
}

/** Bytes of a record's first revision: 48 random bits, so that a record made anew answers to no old expectation. */
const FIRST_REVISION_BYTES = 6

/** The revision after `current`, or a first one. */
export function nextRevision(
  current: Revision | undefined,
  random: { bytes(length: number): Uint8Array },
): Revision {
  if (current !== undefined) return current + 1
  return random.bytes(FIRST_REVISION_BYTES).reduce((revision, byte) => revision * 256 + byte, 0)
}

/** What writes a record over the revision that was read, or as a first one where there was none. */
export function writeOf<Value>(
  read: Revision | undefined,
  value: Value,
  random: { bytes(length: number): Uint8Array },
): Write<Value> {
  return { ...(read === undefined ? {} : { expected: read }), revision: nextRevision(read, random), value }
}

/** The profile that was loaded; an empty one where there is none yet. */
export function profileOf({ profile }: Loaded): Profile {
  return profile === undefined ? emptyProfile : parseProfile(profile.value)
}
