import { describe, expect, test } from 'vitest'
import type { Destination, NoticeKind } from '../../../packages/core/src/flow/effects.ts'
import { type Notice, notify } from '../../../packages/core/src/flow/notices.ts'
import type { Profile } from '../../../packages/core/src/profile/profile.ts'
import { enrollment, factsFor, profileWith, START } from '../../model/world.ts'

const HOUR_MS = 3_600_000
const MAIL: Destination = { channel: 'email', address: 'bob@acme.test' }
const PHONE: Destination = { channel: 'sms', address: '+15550009' }
const ENROLLED: Destination = { channel: 'sms', address: '+15550001' }

const app = enrollment('e1', 'authenticator')
const text = enrollment('e3', 'sms', '+15550001')

const everywhere = factsFor({}, { phone: PHONE.address })
const mailOnly = factsFor()
const phoneOnly = factsFor({}, { email: null, phone: PHONE.address })
const nowhere = factsFor({}, { email: null })

/** Where a notice goes. */
function routed(facts: typeof mailOnly, profile: Profile, notice: Partial<Notice>): readonly Destination[] {
  const { tells } = notify({ at: START, facts, profile }, profile, [{ kind: 'factor_added', ...notice }])
  return tells.flatMap((tell) => (tell.kind === 'notify' ? tell.to : []))
}

describe('a notice goes', () => {
  test.each([
    ['by mail', everywhere, profileWith(app), {}, [MAIL]],
    ['by mail when the phone has changed', everywhere, profileWith(text), { changed: 'sms' }, [MAIL]],
    [
      'to a proven number when mail has changed',
      everywhere,
      profileWith(text),
      { changed: 'email' },
      [ENROLLED],
    ],
    [
      'to the host’s number when mail has changed and none is proven',
      everywhere,
      profileWith(app),
      { changed: 'email' },
      [PHONE],
    ],
    [
      'by mail when mail has changed and there is nothing else',
      mailOnly,
      profileWith(app),
      { changed: 'email' },
      [MAIL],
    ],
    ['by text when there is no mail address', phoneOnly, profileWith(app), {}, [PHONE]],
    [
      'by text when the phone has changed and there is nothing else',
      phoneOnly,
      profileWith(app),
      { changed: 'sms' },
      [PHONE],
    ],
    [
      'to the former number as well',
      mailOnly,
      profileWith(text),
      { changed: 'sms', formerly: ENROLLED.address },
      [MAIL, ENROLLED],
    ],
    [
      'to the former number as well when a phone gave way to mail',
      everywhere,
      profileWith(text),
      { changed: 'email', formerly: '+15550002' },
      [ENROLLED, { channel: 'sms', address: '+15550002' }],
    ],
    [
      'to the former number alone where nothing else is known',
      nowhere,
      profileWith(app),
      { formerly: ENROLLED.address },
      [ENROLLED],
    ],
    ['nowhere when nothing is known of the user', nowhere, profileWith(app), {}, []],
  ] as const)('NIST binding, ASVS 6.3.7: %s', (_where, facts, profile, notice, to) => {
    expect(routed(facts, profile, notice)).toEqual(to)
  })

  test('ASVS 6.6.4: to one number once, also when the known and the former one are the same', () => {
    const facts = nowhere
    expect(routed(facts, profileWith(text), { changed: 'sms', formerly: ENROLLED.address })).toEqual([
      ENROLLED,
    ])
  })

  test.each([
    ['mail for want of text messages', 'sms', everywhere, 'email', [MAIL]],
    ['a text for want of mail', 'email', everywhere, 'sms', [PHONE]],
    ['mail for want of text messages, though a number was proven', 'sms', mailOnly, 'email', [MAIL]],
  ] as const)(
    'by %s: a channel whose method is not registered has no sender',
    (_what, lacks, facts, changed, to) => {
      const { [lacks]: _none, ...methods } = facts.methods
      const profile = profileWith(lacks === 'sms' ? text : app)
      // Of a host without a sender of text messages the engine knows no number either.
      const user = lacks === 'sms' ? { ...facts.user, phone: null } : facts.user
      expect(
        routed({ ...facts, user, methods }, profile, {
          changed,
          formerly: lacks === 'sms' ? ENROLLED.address : null,
        }),
      ).toEqual(to)
    },
  )

  test('to what was known before the change, not to what the change brings', () => {
    const before = profileWith(text)
    const changed = profileWith(enrollment('e4', 'sms', '+15550666'))
    const { tells } = notify({ at: START, facts: nowhere, profile: before }, changed, [
      { kind: 'factor_replaced' },
    ])
    expect(tells).toEqual([{ kind: 'notify', notice: 'factor_replaced', to: [ENROLLED], method: null }])
  })
})

describe('ASVS 6.6.4: of notices', () => {
  const sentAt = (last: number | undefined, kind: NoticeKind = 'locked') => {
    const profile = { ...profileWith(app), notices: last === undefined ? {} : { locked: last } }
    return notify({ at: START, facts: mailOnly, profile }, profile, [{ kind }])
  }

  test.each([
    ['the first', undefined, true],
    ['one within the hour of the last', START - HOUR_MS + 1, false],
    ['one an hour after the last', START - HOUR_MS, true],
  ])('%s of its kind is sent: %j, %s', (_which, last, isSent) => {
    const { tells, profile } = sentAt(last)
    expect(tells).toHaveLength(isSent ? 1 : 0)
    expect(profile.notices['locked']).toBe(isSent ? START : last)
  })

  test.each([
    'factor_added',
    'factor_replaced',
    'factor_removed',
    'two_factor_disabled',
    'recovery_code_used',
    'recovery_codes_generated',
    'profile_reset',
  ] as const)('ASVS 6.3.7: %s is told each time: the second within an hour may be a thief’s', (kind) => {
    const profile = profileWith(app)
    const first = notify({ at: START, facts: mailOnly, profile }, profile, [{ kind }])
    const second = notify({ at: START + 1, facts: mailOnly, profile: first.profile }, first.profile, [
      { kind },
    ])
    expect([first.tells.length, second.tells.length]).toEqual([1, 1])
  })

  test('one of another kind is not held back', () => {
    expect(sentAt(START - 1, 'recovery_code_used').tells).toHaveLength(1)
  })

  test('two of a kind in one step are one', () => {
    const profile = profileWith(app)
    const { tells } = notify({ at: START, facts: mailOnly, profile }, profile, [
      { kind: 'locked' },
      { kind: 'locked' },
    ])
    expect(tells).toHaveLength(1)
  })

  test('one that can go nowhere uses up nothing', () => {
    const profile = profileWith(app)
    const { profile: after } = notify({ at: START, facts: nowhere, profile }, profile, [{ kind: 'locked' }])
    expect(after).toBe(profile)
  })

  test('what was sent is remembered for an hour and no longer', () => {
    const profile = { ...profileWith(app), notices: { locked: START - HOUR_MS, help: START - HOUR_MS + 1 } }
    const { profile: after } = notify({ at: START, facts: mailOnly, profile }, profile, [
      { kind: 'second_factor_failed' },
    ])
    expect(after.notices).toEqual({ help: START - HOUR_MS + 1, second_factor_failed: START })
  })
})

test('a notice names the method it is about', () => {
  const profile = profileWith(app)
  const { tells } = notify({ at: START, facts: mailOnly, profile }, profile, [
    { kind: 'factor_added', method: 'authenticator' },
  ])
  expect(tells).toMatchObject([{ method: 'authenticator' }])
})
