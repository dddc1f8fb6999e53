import { describe, expect, test } from 'vitest'
import { mayChangeFactors } from '../../../packages/core/src/policy/freshness.ts'
import { emptyProfile } from '../../../packages/core/src/profile/profile.ts'
import { enrollment, profileWith } from '../../model/world.ts'

const AT = 1_700_000_000_000
const MAX_AGE_SECONDS = 1_200
const MAX_AGE_MS = MAX_AGE_SECONDS * 1000

describe('a second factor was proven recently', () => {
  const owner = profileWith(enrollment('e1', 'authenticator'))

  test.each([
    ['never', null, false],
    ['now', AT, true],
    ['at the last millisecond', AT - MAX_AGE_MS + 1, true],
    ['not at its end', AT - MAX_AGE_MS, false],
    ['by a clock that is five seconds ahead', AT + 5_000, true],
    ['not by one that is further ahead: a time from the future is not trusted', AT + 5_001, false],
    ['not at the end of time', Number.MAX_SAFE_INTEGER, false],
  ])('%s', (_when, provenAt, recent) => {
    const caller = { firstFactorAt: AT, secondFactorAt: provenAt }
    expect(mayChangeFactors(caller, owner, AT, MAX_AGE_SECONDS)).toBe(recent)
  })
})

describe('ASVS 7.5.1, NIST binding: factors may be changed', () => {
  const nobody = emptyProfile
  const owner = profileWith(enrollment('e1', 'authenticator'))
  const old = AT - MAX_AGE_MS

  test.each([
    ['after a recent second factor', { firstFactorAt: null, secondFactorAt: AT }, owner, true],
    [
      'after a recent second factor that is no longer enrolled',
      { firstFactorAt: null, secondFactorAt: AT },
      nobody,
      true,
    ],
    [
      'L9: not after a recent first factor, by a user who has a second',
      { firstFactorAt: AT, secondFactorAt: null },
      owner,
      false,
    ],
    ['L9: not after a second factor long ago', { firstFactorAt: AT, secondFactorAt: old }, owner, false],
    [
      'after a recent first factor, by a user who has no second',
      { firstFactorAt: AT, secondFactorAt: null },
      nobody,
      true,
    ],
    ['not after a first factor long ago', { firstFactorAt: old, secondFactorAt: null }, nobody, false],
    [
      'L4: not by what was proven before a factor was taken out of force',
      { firstFactorAt: null, secondFactorAt: AT - 1 },
      { ...owner, factorsRevokedAt: AT },
      false,
    ],
    [
      'by what was proven in the very step that did so',
      { firstFactorAt: null, secondFactorAt: AT - 1 },
      { ...owner, factorsRevokedAt: AT - 1 },
      true,
    ],
    [
      'L4: not by a first factor of before everything was removed',
      { firstFactorAt: AT - 1, secondFactorAt: AT - 1 },
      { ...nobody, factorsRevokedAt: AT },
      false,
    ],
    [
      'by a first factor of since then',
      { firstFactorAt: AT, secondFactorAt: AT - 1 },
      { ...nobody, factorsRevokedAt: AT },
      true,
    ],
    ['not after nothing', { firstFactorAt: null, secondFactorAt: null }, nobody, false],
  ])('%s', (_when, caller, profile, may) => {
    expect(mayChangeFactors(caller, profile, AT, MAX_AGE_SECONDS)).toBe(may)
  })
})
