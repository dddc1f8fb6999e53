import { InputError, StoreError } from '../errors.ts'
import type { AuditEvent, AuditRecord } from '../flow/audit.ts'
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

/** Who makes a change outside of any flow. */
export interface ChangeOptions {
  /**
   * The host's own name of who makes the change, for the audit record of it: 1 to 255 characters, none of them a
   * control character. By default no one is named.
   */
  readonly operator?: string
}

/** The longest name of an operator, in characters. Our choice: as long as a user id may be. */
const MAX_OPERATOR_LENGTH = 255
const CONTROL_CHARACTER = /\p{Cc}/u

/** Names an operator as an audit record does. Control characters could forge a line of a log (CWE-117). */
function parseOperator({ operator }: ChangeOptions): Pick<AuditRecord, 'operator'> {
  if (operator === undefined) return {}
  if (typeof operator !== 'string' || operator === '' || operator.length > MAX_OPERATOR_LENGTH)
    throw new InputError('input_invalid', 'operator', `must have 1 to ${MAX_OPERATOR_LENGTH} characters`)
  if (CONTROL_CHARACTER.test(operator) || !operator.isWellFormed())
    throw new InputError('input_invalid', 'operator', 'must be well-formed text without control characters')
  return { operator }
}

/** Reads a user's profile; an empty one where there is none yet. */
export async function readProfile(env: Environment, userId: UserId): Promise<Profile> {
  return profileOf(await env.store.load(userId))
}

/**
 * Changes a profile outside of any flow: one load and one commit, done again when another was faster. A change
 * that gives the same profile back writes nothing.
 *
 * @throws {InputError} `input_invalid` naming `operator`.
 * @throws {StoreError} `not_applied` when others were faster each time, `outcome_unknown` when the store cannot say.
 */
export async function changeProfile(
  env: Environment,
  userId: UserId,
  change: (now: ProfileNow) => ProfileChange | Promise<ProfileChange>,
  options: ChangeOptions = {},
): Promise<Profile> {
  const by = parseOperator(options)
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
    const records = auditRecords(tells, at).map((record) => ({ ...record, ...by }))
    const committed = await commit(env.store, {
      userId,
      commitId: drawId<CommitId>(env),
      profile: writeOf(loaded.profile?.revision, profile, env.random),
      audit: records,
    })
    if (committed === 'committed') {
      for (const record of records) observe(env, { ...record, userId })
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
