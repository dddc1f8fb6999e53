import { parseUserId, type Sealed, type UserId } from '../ids.ts'
import type { Profile } from '../profile/profile.ts'
import { RECOVERY_CODES_SUBJECT } from './answer.ts'
import { changeProfile } from './change-profile.ts'
import type { Environment } from './config.ts'

/** What `rekey` did. */
export interface RekeyReport {
  /** Values that were sealed anew under the current key. */
  readonly resealed: number
  /**
   * Sealed values found under each key id, after the run. A key id that is not here can leave the ring once the
   * flows of before the rotation have ended (an hour at most); remembered devices under it then end as well.
   */
  readonly keyIdsInUse: Readonly<Record<string, number>>
}

/** Seals every value of these users that is under an old key anew, user by user. */
export async function rekey(
  env: Environment,
  userIds: Iterable<string> | AsyncIterable<string>,
): Promise<RekeyReport> {
  const inUse = new Map<string, number>()
  let resealed = 0
  for await (const userId of userIds) {
    const user = parseUserId(userId)
    let ofUser = 0
    const profile = await changeProfile(env, user, async ({ profile: before }) => {
      ofUser = sealedValues(before).filter((sealed) => !env.sealer.isCurrent(sealed)).length
      return { profile: ofUser === 0 ? before : await resealAll(env, user, before), events: [] }
    })
    resealed += ofUser
    for (const sealed of sealedValues(profile)) {
      const keyId = env.sealer.keyIdOf(sealed)
      inUse.set(keyId, (inUse.get(keyId) ?? 0) + 1)
    }
  }
  return { resealed, keyIdsInUse: Object.fromEntries(inUse) }
}

function sealedValues({ enrollments, recoveryCodes }: Profile): readonly Sealed[] {
  return [...enrollments.map(({ secret }) => secret), recoveryCodes?.sealed ?? null].filter(
    (sealed) => sealed !== null,
  )
}

async function resealAll(env: Environment, userId: UserId, profile: Profile): Promise<Profile> {
  const reseal = async (sealed: Sealed, subject: string): Promise<Sealed> => {
    if (env.sealer.isCurrent(sealed)) return sealed
    return env.sealer.seal(await env.sealer.open(sealed, { userId, subject }), { userId, subject })
  }
  const enrollments = await Promise.all(
    profile.enrollments.map(async (enrollment) =>
      enrollment.secret === null
        ? enrollment
        : { ...enrollment, secret: await reseal(enrollment.secret, enrollment.id) },
    ),
  )
  const codes = profile.recoveryCodes
  const recoveryCodes =
    codes === null || codes.sealed === null
      ? codes
      : { ...codes, sealed: await reseal(codes.sealed, RECOVERY_CODES_SUBJECT) }
  return { ...profile, enrollments, recoveryCodes }
}
