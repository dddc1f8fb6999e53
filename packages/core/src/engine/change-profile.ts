import { StoreError } from '../errors.ts'
import type { AuditEvent } from '../flow/audit.ts'
import type { Facts } from '../flow/context.ts'
import type { Tell } from '../flow/effects.ts'
import { type Notice, notify } from '../flow/notices.ts'
import type { CommitId, EpochMs, UserId } from '../ids.ts'
import type { Profile } from '../profile/profile.ts'
import { drawId } from './answer.ts'
import { commit, profileOf, writeOf } from './commit.ts'
import type { Environment } from './config.ts'
import { toFacts } from './facts.ts'
import { MAX_ATTEMPTS, pauseMs } from './retry.ts'
import { auditRecords, observe, tell } from './tell.ts'

/** What an operator changes in a profile, and what is told of it. */
export interface ProfileChange {
  readonly profile: Profile
  readonly events: readonly AuditEvent[]
  readonly notices?: readonly Notice[]
}

/** What an operator's change is decided on. */
export interface ProfileNow {
  readonly profile: Profile
  readonly facts: Facts
  /** Whether the host finds the user. */
  readonly isKnown: boolean
  readonly at: EpochMs
}

/** Reads a user's profile; an empty one where there is none yet. */
export async function readProfile(env: Environment, userId: UserId): Promise<Profile> {
  return profileOf(await env.store.load(userId))
}

/**
 * Changes a profile outside of any flow: one load and one commit, done again when another was faster. A change
 * that gives the same profile back writes nothing.
 *
 * @throws {StoreError} `not_applied` when others were faster each time, `outcome_unknown` when the store cannot say.
 */
export async function changeProfile(
  env: Environment,
  userId: UserId,
  change: (now: ProfileNow) => ProfileChange | Promise<ProfileChange>,
): Promise<Profile> {
  for (let attempt = 1; ; attempt += 1) {
    const at = env.clock.now()
    const [loaded, user] = await Promise.all([env.store.load(userId), env.findUser(userId)])
    const before = profileOf(loaded)
    const facts = toFacts(env, userId, user, null)
    const changed = await change({ profile: before, facts, isKnown: user !== null && user !== undefined, at })
    if (changed.profile === before) return before
    const { profile, tells: notices } = notify(
      { profile: before, facts, at },
      changed.profile,
      changed.notices ?? [],
    )
    const tells: readonly Tell[] = [
      ...changed.events.map((event) => ({ kind: 'audit', event }) as const),
      ...notices,
    ]
    const committed = await commit(env.store, {
      userId,
      commitId: drawId<CommitId>(env),
      profile: writeOf(loaded.profile?.revision, profile, env.random),
      audit: auditRecords(tells, at),
    })
    if (committed === 'committed') {
      for (const record of auditRecords(tells, at)) observe(env, { ...record, userId })
      await tell(env, tells, { userId, label: facts.user.label, at, code: null, codeExpiresAt: at })
      return profile
    }
    if (committed === 'unknown')
      throw new StoreError('outcome_unknown', 'the store cannot say whether the change was made')
    if (attempt === MAX_ATTEMPTS)
      throw new StoreError('not_applied', 'the profile is being changed by others; try again')
    await env.clock.wait(pauseMs(env, attempt))
  }
}
