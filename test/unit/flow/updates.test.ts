import { describe, expect, test } from 'vitest'
import type { Facts } from '../../../packages/core/src/flow/context.ts'
import type { EventOf } from '../../../packages/core/src/flow/events.ts'
import * as acceptance from '../../../packages/core/src/flow/updates/acceptance.ts'
import * as challenges from '../../../packages/core/src/flow/updates/challenges.ts'
import * as endings from '../../../packages/core/src/flow/updates/endings.ts'
import * as rejections from '../../../packages/core/src/flow/updates/rejections.ts'
import * as setupChanges from '../../../packages/core/src/flow/updates/setup.ts'
import type { DeviceId } from '../../../packages/core/src/ids.ts'
import type { Profile } from '../../../packages/core/src/profile/profile.ts'
import {
  deviceId,
  digest,
  enrollment,
  enrollmentId,
  factsFor,
  login,
  profileWith,
  START,
  setup,
  stepUp,
  withCodes,
} from '../../model/world.ts'
import { audited, contextWith, endingOf, noticed, sent, started, type Walked } from './sample-flow.ts'

const app = enrollment('e1', 'authenticator')
const mail = enrollment('e2', 'email')
const text = enrollment('e3', 'sms', '+15550001')
const proof = { type: 'proof_submitted' } as const
const remembers = factsFor({ remember: { days: 7 } })
const rescues = factsFor({ rescue: { email: { mayChangeFactors: false }, help: 'help@acme.test' } })

const begin = (
  profile: Profile,
  facts: Facts = factsFor(),
  run: typeof login | typeof setup | typeof stepUp = login,
) => started({ profile, facts, run })
const fresh = (more: Partial<Profile> = {}): Profile => ({ ...profileWith(app, text), ...more })
const addresses = (walked: Walked) =>
  noticed(walked).map(({ notice, to }) => [notice, ...to.map(({ address }) => address)])

describe('a login that is won by an enrollment', () => {
  const won = sent(begin({ ...profileWith(app), failures: 2 }), proof, {
    answers: { methodData: { lastTimeStep: 7 } },
  })

  test('RFC 8176: says how and when, with the values of both factors and mfa', () => {
    expect(endingOf(won)).toEqual({
      kind: 'authenticated',
      via: 'enrollment',
      amr: ['pwd', 'otp', 'mfa'],
      authenticatedAt: START,
      secondFactorAt: START,
      enrollment: 'e1',
      remembered: null,
    })
  })

  test('L2: keeps what the method remembers, so that the proof is used up', () => {
    expect(won.profile.enrollments).toEqual([{ ...app, lastUsedAt: START, methodData: { lastTimeStep: 7 } }])
  })

  test('forgives the failures', () => {
    expect(won.profile.failures).toBe(0)
  })

  test('RFC 8176: names a value once, also when both factors have it', () => {
    const run = { ...login, firstFactor: { amr: ['otp', 'mfa'], at: START, channel: null } } as const
    const both = sent(started({ run, profile: profileWith(app) }), proof)
    expect(endingOf(both)).toMatchObject({ amr: ['otp', 'mfa'] })
  })

  test('RFC 8176: a texted code is sms, not otp', () => {
    expect(endingOf(sent(begin(profileWith(text)), proof))).toMatchObject({ amr: ['pwd', 'sms', 'mfa'] })
  })

  test('ASVS 16.3: is in the log with its factor and its way', () => {
    expect(audited(won)).toEqual(['proof_accepted', 'flow_ended'])
    expect(won.tells[0]).toMatchObject({
      event: { method: 'authenticator', enrollment: 'e1', challenge: 'c' },
    })
    expect(won.tells[1]).toMatchObject({ event: { outcome: 'authenticated', via: 'enrollment' } })
  })
})

describe('a browser is remembered', () => {
  const wants = { ...login, remember: true } as const
  const asks = { ...login, remember: false } as const
  const win = (run: typeof wants | typeof asks, facts: Facts, remember: boolean | null) =>
    endingOf(sent(started({ run, facts, profile: profileWith(app) }), proof, { answers: { remember } }))
  const forSevenDays = { device: 'd', expiresAt: START + 7 * 86_400_000 }

  test.each([
    ['as asked for at the start', wants, remembers, null, forSevenDays],
    ['as asked for with the proof', asks, remembers, true, forSevenDays],
    ['not, when the proof takes the wish back', wants, remembers, false, null],
    ['not, when nobody asked', asks, remembers, null, null],
    ['not, when the policy does not', wants, factsFor(), true, null],
    ['not, when the policy remembers for no days', wants, factsFor({ remember: { days: 0 } }), true, null],
  ] as const)('%s', (_what, run, facts, remember, remembered) => {
    expect(win(run, facts, remember)).toMatchObject({ remembered })
  })

  test('L9: never by a rescue, whoever asks', () => {
    const facts = factsFor({ remember: { days: 7 }, rescue: { email: { mayChangeFactors: true } } })
    for (const option of ['recovery_code', 'email'] as const) {
      const from = begin(withCodes(profileWith(app), 'r1'), facts)
      const won = sent(sent(from, { type: 'rescue_requested', option }), proof, {
        answers: { remember: true },
      })
      expect(endingOf(won)).toMatchObject({ kind: 'authenticated', remembered: null })
      expect(won.profile.devices).toEqual([])
    }
  })

  test('ASVS 16.3: with a record of its own', () => {
    const won = sent(begin(profileWith(app), remembers), proof)
    expect(audited(won)).toEqual(['proof_accepted', 'device_remembered', 'flow_ended'])
    expect(won.profile.devices).toMatchObject([{ id: 'd', createdAt: START }])
  })

  test('and is used as such: it raises no assurance (L9)', () => {
    const devices = [{ id: deviceId('d1'), createdAt: START, lastUsedAt: null, expiresAt: START + 1e9 }]
    const from = started({
      facts: remembers,
      profile: { ...profileWith(app), devices },
      remembered: { device: deviceId('d1'), epoch: 1 },
      at: START + 5,
    })
    expect(endingOf(from)).toMatchObject({ via: 'remembered_device', amr: ['pwd'], secondFactorAt: null })
    expect(from.profile.devices).toMatchObject([{ id: 'd1', lastUsedAt: START + 5 }])
    expect(audited(from)).toEqual(['flow_started', 'device_used', 'flow_ended'])
  })
})

describe('a login that is won by a recovery code', () => {
  const from = begin({ ...withCodes(profileWith(app), 'r1', 'r2', 'r3', 'r4', 'r5'), failures: 2 })
  const chosen = sent(from, { type: 'rescue_requested', option: 'recovery_code' })
  const won = sent(chosen, proof)

  test('L2, ASVS 6.5.1: strikes that code out and no other', () => {
    expect(won.profile.recoveryCodes?.unused).toEqual(['r2', 'r3', 'r4', 'r5'])
  })

  test('raises the session’s assurance and forgives failures', () => {
    expect(endingOf(won)).toMatchObject({
      via: 'recovery_code',
      amr: ['pwd', 'otp', 'mfa'],
      secondFactorAt: START,
      enrollment: null,
    })
    expect(won.profile.failures).toBe(0)
  })

  test('is told to the user, without a warning while more than three are left', () => {
    expect(addresses(won)).toEqual([['recovery_code_used', 'bob@acme.test']])
    expect(audited(won)).toEqual(['proof_accepted', 'recovery_code_used', 'flow_ended'])
  })

  test('warns of the last three', () => {
    const low = begin(withCodes(profileWith(app), 'r1', 'r2', 'r3', 'r4'))
    const last = sent(sent(low, { type: 'rescue_requested', option: 'recovery_code' }), proof)
    expect(addresses(last).map(([notice]) => notice)).toEqual(['recovery_code_used', 'recovery_codes_low'])
    expect(audited(last)).toContain('recovery_codes_low')
  })

  test('lifts the lock, which the log says', () => {
    const locked = begin({ ...withCodes(profileWith(app), 'r1'), failures: 100, lock: { until: 'rescued' } })
    expect(locked.state).toBe('rescuing.awaiting_proof')
    const free = sent(locked, proof)
    expect(free.profile).toMatchObject({ failures: 0, lock: null })
    expect(free.tells).toContainEqual({
      kind: 'audit',
      event: { kind: 'user_unlocked', by: 'recovery_code' },
    })
  })

  test('strikes nothing out where the engine names no code', () => {
    expect(
      sent(chosen, proof, { answers: { recoveryCode: null } }).profile.recoveryCodes?.unused,
    ).toHaveLength(5)
  })
})

describe('a login that is won by a mailed rescue', () => {
  const win = (mayChangeFactors: boolean) => {
    const facts = factsFor({ rescue: { email: { mayChangeFactors } } })
    const from = begin({ ...profileWith(app), failures: 2 }, facts)
    return sent(sent(from, { type: 'rescue_requested', option: 'email' }), proof)
  }

  test.each([
    [true, START],
    [false, null],
  ])(
    'L9, CWE-640, ASVS 6.4.4: may change factors only where the policy says so: %s',
    (mayChangeFactors, secondFactorAt) => {
      expect(endingOf(win(mayChangeFactors))).toMatchObject({ via: 'email_rescue', secondFactorAt })
    },
  )

  test('L3: forgives nothing: it is no proof of what is in force', () => {
    expect(win(true).profile.failures).toBe(2)
  })
})

describe('a proof that is rejected', () => {
  test('L3: costs the flow an attempt and the user a failure, and is told (ASVS 6.3.5)', () => {
    const wrong = sent(begin(profileWith(app)), proof, { verdict: 'rejected' })
    expect(wrong.refusal).toEqual({ reason: 'proof_rejected' })
    expect([wrong.state, wrong.flow.attemptsLeft, wrong.profile.failures]).toEqual([
      'challenging.awaiting_proof',
      1,
      1,
    ])
    expect(addresses(wrong)).toEqual([['second_factor_failed', 'bob@acme.test']])
    expect(wrong.tells).toContainEqual({
      kind: 'audit',
      event: {
        kind: 'proof_rejected',
        challenge: 'c',
        method: 'authenticator',
        enrollment: 'e1',
        cause: 'code_mismatch',
        attemptsLeft: 1,
        failures: 1,
      },
    })
  })

  test('ends the flow with its last attempt', () => {
    const first = sent(begin(profileWith(app)), proof, { verdict: 'rejected' })
    const last = sent(first, proof, { verdict: 'rejected' })
    expect(endingOf(last)).toEqual({ kind: 'denied', reason: 'attempts_exhausted' })
    expect(last.profile.failures).toBe(2)
    expect(last.refusal).toBeNull() // the ending says it
  })

  test('CWE-307: locks the user at the limit, which is told and in the log', () => {
    const locked = sent(begin({ ...profileWith(app), failures: 2 }), proof, { verdict: 'rejected' })
    expect(endingOf(locked)).toEqual({ kind: 'locked', reason: 'locked', until: START + 60_000 })
    expect(locked.profile).toMatchObject({ failures: 3, lock: { until: START + 60_000 } })
    expect(audited(locked)).toEqual(['proof_rejected', 'user_locked', 'flow_ended'])
    expect(addresses(locked).map(([notice]) => notice)).toEqual(['second_factor_failed', 'locked'])
  })

  test('at the limit leaves the owner a recovery code, in the same flow', () => {
    const from = begin({ ...withCodes(profileWith(app), 'r1'), failures: 2 })
    const locked = sent(from, proof, { verdict: 'rejected' })
    expect([locked.state, locked.refusal?.reason]).toEqual(['rescuing.awaiting_proof', 'proof_rejected'])
    expect(locked.flow.stage).toMatchObject({ challenge: { target: { of: 'recovery_code' } } })
    expect(locked.profile.lock).toEqual({ until: START + 60_000 })
  })

  test('as a recovery code costs the flow an attempt and nobody a failure (120 bits are not guessed)', () => {
    const from = begin({ ...withCodes(profileWith(app), 'r1'), failures: 2 })
    const wrong = sent(sent(from, { type: 'rescue_requested', option: 'recovery_code' }), proof, {
      verdict: 'rejected',
    })
    expect([wrong.flow.attemptsLeft, wrong.profile.failures, wrong.profile.lock]).toEqual([1, 2, null])
    const [record] = wrong.tells
    expect(record).toMatchObject({ event: { method: 'recovery_code', attemptsLeft: 1, failures: 2 } })
    expect(record).not.toMatchObject({ event: { enrollment: expect.anything() } })
  })

  test('keeps a lock that is there: a wrong recovery code neither lifts nor lengthens it', () => {
    const lock = { until: START + 5_000 }
    const from = begin({ ...withCodes(profileWith(app), 'r1'), failures: 3, lock })
    expect(sent(from, proof, { verdict: 'rejected' }).profile).toMatchObject({ failures: 3, lock })
  })

  test('of a method being enrolled counts, and frightens nobody', () => {
    const from = sent(begin(profileWith(app), factsFor(), setup), {
      type: 'enrollment_requested',
      method: 'email',
      mode: 'add',
    })
    const wrong = sent(from, proof, { verdict: 'rejected' })
    expect(wrong.profile.failures).toBe(1)
    expect(noticed(wrong)).toEqual([])
  })

  test('as malformed costs nothing', () => {
    const from = begin(profileWith(app))
    const odd = sent(from, proof, { verdict: 'malformed' })
    expect(odd.refusal).toEqual({ reason: 'proof_malformed', field: 'proof' })
    expect(odd.flow).toBe(from.flow)
    expect(odd.profile).toBe(from.profile)
  })
})

describe('a code that is sent', () => {
  test('is told with its challenge, method and address, and counted', () => {
    const from = begin(profileWith(text))
    expect(from.tells).toContainEqual({
      kind: 'deliver_code',
      challenge: 'c',
      method: 'sms',
      address: '+15550001',
    })
    expect(from.profile.deliveries).toEqual([START])
    expect(from.flow.cooldowns).toEqual({ e3: START + 30_000 })
    expect(from.flow.stage).toMatchObject({ challenge: { delivery: 'sent', expiresAt: START + 120_000 } })
  })

  test('NIST out-of-band: is dead with its flow at the latest', () => {
    const brief = factsFor({ lifetimes: { loginSeconds: 60 } })
    expect(begin(profileWith(text), brief).flow.stage).toMatchObject({
      challenge: { expiresAt: START + 60_000 },
    })
  })

  test('voids the one before, and forgets cool-downs that are over', () => {
    const from = begin({ ...profileWith(text, mail) })
    const texted = sent(from, { type: 'method_selected', method: 'sms' })
    const again = sent(
      texted,
      { type: 'resend_requested', at: START + 30_000 },
      { answers: { digest: digest('d2') } },
    )
    expect(again.flow.stage).toMatchObject({ challenge: { digest: 'd2', issuedAt: START + 30_000 } })
    expect(again.flow.cooldowns).toEqual({ e3: START + 60_000 })
  })

  test('keeps the cool-downs of other destinations that are not over', () => {
    const from = sent(begin({ ...profileWith(text, mail) }), { type: 'method_selected', method: 'sms' })
    const mailed = sent(from, { type: 'method_selected', method: 'email', at: START + 1 })
    expect(mailed.flow.cooldowns).toEqual({ e3: START + 30_000, e2: START + 30_001 })
  })

  test('L3: refills no attempts', () => {
    const wrong = sent(begin(profileWith(text)), proof, { verdict: 'rejected' })
    expect(sent(wrong, { type: 'resend_requested', at: START + 30_000 }).flow.attemptsLeft).toBe(1)
  })

  test.each([
    [true, 'failed', {}],
    [false, 'unknown', { e3: START + 30_000 }],
  ])(
    'and surely did not go out (%s) is marked %s; the pause is refunded or not',
    (definite, delivery, cooldowns) => {
      const from = begin(profileWith(text))
      const failed = sent(from, {
        type: 'delivery_failed',
        challenge: 'c',
        definite,
      } as EventOf<'delivery_failed'>) // opaque
      expect(failed.flow).toMatchObject({ stage: { challenge: { delivery, id: 'c' } }, cooldowns })
      expect(failed.flow.cooldowns).toEqual(cooldowns)
      expect(failed.refusal).toEqual({ reason: 'delivery_failed' })
      expect(audited(failed)).toEqual(['delivery_failed'])
      expect(failed.profile.deliveries).toEqual([START]) // it may have cost money all the same
      expect(sent(failed, proof).state).toBe('authenticated')
    },
  )
})

describe('a call for help', () => {
  const from = begin(profileWith(app), rescues)
  const called = sent(from, { type: 'rescue_requested', option: 'help' })

  test('leaves the flow as it is, and is told and remembered', () => {
    expect([called.state, called.flow.stage]).toEqual([from.state, from.flow.stage])
    expect(called.tells).toEqual([
      { kind: 'audit', event: { kind: 'help_requested' } },
      { kind: 'call_for_help' },
    ])
    expect(called.profile.notices).toEqual({ help: START })
  })

  test.each([
    [true, {}],
    [false, { help: START }],
  ])('that surely was not sent (%s) may be made again at once', (definite, notices) => {
    const failed = sent(called, { type: 'help_failed', definite })
    expect(failed.profile.notices).toEqual(notices)
    expect(failed.refusal).toEqual({ reason: 'delivery_failed' })
    expect(failed.tells).toEqual([{ kind: 'audit', event: { kind: 'delivery_failed', definite } }])
  })
})

describe('a setup', () => {
  const open = (profile: Profile, facts: Facts = factsFor({}, { phone: '+15550009' })) =>
    begin(profile, facts, setup)
  const enroll = (method: string, mode: 'add' | 'replace', more: object = {}) =>
    ({ type: 'enrollment_requested', method, mode, ...more }) as const

  test('L4: asks for a new method’s own proof, and has changed nothing until then', () => {
    const from = open(fresh())
    const pending = sent(from, enroll('email', 'add', { name: 'work' }))
    expect(pending.state).toBe('enrolling.awaiting_proof')
    expect({ ...pending.profile, deliveries: [] }).toEqual(from.profile)
    expect(pending.flow.stage).toMatchObject({
      challenge: { target: { of: 'pending', pending: { method: 'email', name: 'work', replaces: null } } },
    })
  })

  test('takes an empty name for none', () => {
    expect(sent(open(fresh()), enroll('email', 'add', { name: '' })).flow.stage).toMatchObject({
      challenge: { target: { pending: { name: null } } },
    })
  })

  test('adds a proven method, raises the epoch with its own, and tells over another channel', () => {
    const added = sent(sent(open(fresh({ failures: 1 })), enroll('email', 'add')), proof, {
      answers: { methodData: { n: 1 } },
    })
    expect(endingOf(added)).toEqual({ kind: 'changed', enrollment: 'p' })
    expect(added.profile).toMatchObject({ epoch: 2, preferred: 'e1' })
    expect(added.profile.failures).toBe(1) // a success in confirming a setup resets nothing
    expect(added.profile.enrollments.at(-1)).toEqual({
      ...mail,
      id: 'p',
      createdAt: START,
      lastUsedAt: START,
      methodData: { n: 1 },
    })
    expect(added.flow.epoch).toBe(2)
    expect(addresses(added)).toEqual([['factor_added', '+15550001']])
    expect(audited(added)).toEqual(['proof_accepted', 'enrollment_added', 'flow_ended'])
  })

  test('NIST binding: replaces the primary method; the old number is told as well', () => {
    const pending = sent(open(profileWith(text, app)), enroll('sms', 'replace', { address: '+15550002' }))
    const replaced = sent(pending, proof)
    expect(replaced.profile.enrollments.map(({ id, address }) => [id, address])).toEqual([
      ['p', '+15550002'],
      ['e1', null],
    ])
    expect(replaced.profile.preferred).toBe('p')
    expect(addresses(replaced)).toEqual([['factor_replaced', 'bob@acme.test', '+15550001']])
    expect(replaced.tells).toContainEqual({
      kind: 'audit',
      event: { kind: 'enrollment_replaced', method: 'sms', enrollment: 'p', replaced: 'e3' },
    })
  })

  test('tells of a phone that gave way to an app, on the phone too', () => {
    const replaced = sent(sent(open(profileWith(text)), enroll('authenticator', 'replace')), proof)
    expect(addresses(replaced)).toEqual([['factor_replaced', 'bob@acme.test', '+15550001']])
  })

  test('adds where there is nothing to replace', () => {
    const added = sent(sent(open(profileWith()), enroll('authenticator', 'replace')), proof)
    expect(added.profile).toMatchObject({ preferred: 'p', epoch: 1 })
    expect(addresses(added)).toEqual([['factor_added', 'bob@acme.test']])
  })

  test('renames and prefers without raising the epoch, and goes on', () => {
    const renamed = sent(open(fresh()), { type: 'rename_requested', enrollment: 'e1', name: 'new' })
    const preferred = sent(renamed, { type: 'preference_requested', enrollment: 'e3' })
    expect(preferred.state).toBe('managing.idle')
    expect(preferred.profile).toMatchObject({
      epoch: 1,
      preferred: 'e3',
      enrollments: [{ name: 'new' }, { name: null }],
    })
    expect([...audited(renamed), ...audited(preferred)]).toEqual([
      'enrollment_renamed',
      'enrollment_preferred',
    ])
  })

  test('removes one of several, tells the number it went from, and carries its own raise along', () => {
    const removed = sent(open(fresh()), { type: 'removal_requested', enrollment: 'e3' })
    expect([removed.state, removed.profile.epoch, removed.flow.epoch]).toEqual(['managing.idle', 2, 2])
    expect(addresses(removed)).toEqual([['factor_removed', 'bob@acme.test', '+15550001']])
    const more = sent(removed, { type: 'recovery_codes_requested' })
    expect(more.refusal).toBeNull()
  })

  test('ASVS 6.3.7: tells of mail that was removed by text, where there is a number', () => {
    const removed = sent(open(profileWith(app, mail, text)), { type: 'removal_requested', enrollment: 'e2' })
    expect(addresses(removed)).toEqual([['factor_removed', '+15550001']])
  })

  test('removes one whose method is no longer registered, and tells of it by mail', () => {
    const gone = enrollment('e4', 'discontinued', 'device-1') // an address that no text message can go to
    const removed = sent(open(profileWith(app, gone)), { type: 'removal_requested', enrollment: 'e4' })
    expect(removed.profile.enrollments).toEqual([app])
    expect(addresses(removed)).toEqual([['factor_removed', 'bob@acme.test']])
  })

  test('ASVS 6.5.6: removing the last is disabling: nothing is left to log in with', () => {
    for (const event of [
      { type: 'removal_requested', enrollment: 'e1' },
      { type: 'disable_requested' },
    ] as const) {
      const from = open({ ...withCodes(profileWith(app), 'r1'), failures: 2, deliveries: [START - 1] })
      const done = sent(from, event)
      expect(endingOf(done)).toEqual({ kind: 'disabled' })
      expect(done.profile).toMatchObject({
        epoch: 2,
        enrollments: [],
        preferred: null,
        recoveryCodes: null,
        devices: [],
      })
      expect(done.profile).toMatchObject({ failures: 2, deliveries: [START - 1] }) // no way to a new budget
      expect(addresses(done)).toEqual([['two_factor_disabled', 'bob@acme.test']])
      expect(audited(done)).toEqual(['two_factor_disabled', 'flow_ended'])
    }
  })

  test('draws recovery codes in the place of the old ones, told to the user', () => {
    const drawn = sent(open(withCodes(profileWith(app), 'old')), { type: 'recovery_codes_requested' })
    expect(drawn.profile.recoveryCodes).toEqual({ generatedAt: START, unused: ['n1', 'n2'], sealed: null })
    expect([drawn.state, drawn.profile.epoch]).toEqual(['managing.idle', 1])
    expect(addresses(drawn)).toEqual([['recovery_codes_generated', 'bob@acme.test']])
    expect(drawn.tells[0]).toMatchObject({ event: { kind: 'recovery_codes_generated', left: 2, by: 'user' } })
  })
})

describe('a first enrollment during login', () => {
  test('completes the login: stored, told, remembered, in one step', () => {
    const from = begin(profileWith(), factsFor({ required: true, remember: { days: 7 } }))
    const pending = sent(from, { type: 'enrollment_requested', method: 'authenticator', mode: 'replace' })
    const won = sent(pending, proof)
    expect(endingOf(won)).toMatchObject({
      via: 'initial_enrollment',
      enrollment: 'p',
      amr: ['pwd', 'otp', 'mfa'],
      secondFactorAt: START,
      remembered: { device: 'd' },
    })
    expect(won.profile).toMatchObject({ epoch: 1, preferred: 'p', devices: [{ id: 'd' }] })
    expect(addresses(won)).toEqual([['factor_added', 'bob@acme.test']])
    expect(audited(won)).toEqual(['proof_accepted', 'enrollment_added', 'device_remembered', 'flow_ended'])
  })
})

describe('ASVS 7.5.3, RFC 9470: a step-up', () => {
  test.each([
    ['an enrollment', 'enrollment', 'e1'],
    ['a recovery code', 'recovery_code', null],
  ] as const)('that is won by %s is verified, with when and how, and remembers nothing', (_by, via, id) => {
    const from = begin(withCodes(profileWith(app), 'r1'), remembers, stepUp)
    const chosen =
      via === 'enrollment' ? from : sent(from, { type: 'rescue_requested', option: 'recovery_code' })
    const won = sent(chosen, proof, { answers: { remember: true } })
    expect(endingOf(won)).toEqual({
      kind: 'verified',
      via,
      amr: ['otp'],
      authenticatedAt: START,
      secondFactorAt: START,
      enrollment: id,
    })
    expect(won.profile.devices).toEqual([])
    expect(audited(won)).toContain('flow_ended')
  })
})

describe('a user’s way between methods', () => {
  const from = begin(fresh())

  test('leads to one and back to the choice', () => {
    const chosen = sent(from, { type: 'method_selected', method: 'e1' })
    expect(chosen.flow.stage).toMatchObject({ challenge: { target: { of: 'enrollment', enrollment: 'e1' } } })
    const back = sent(chosen, { type: 'selection_requested' })
    expect([back.state, back.flow.stage]).toEqual(['selecting', { phase: 'idle' }])
  })

  test('ends where the user wishes', () => {
    expect(endingOf(sent(from, { type: 'cancel_requested' }))).toEqual({
      kind: 'cancelled',
      reason: 'cancelled_by_user',
    })
  })
})

describe('an update that meets a stage it was not made for changes nothing', () => {
  const idle = contextWith({ profile: profileWith(app) })
  const accepted: EventOf<'proof_accepted'> = {
    type: 'proof_accepted',
    at: START,
    methodData: null,
    recoveryCode: null,
    remember: null,
    device: 'd' as DeviceId, // opaque
  }
  const rejected: EventOf<'proof_rejected'> = { type: 'proof_rejected', at: START, cause: 'code_mismatch' }
  const unknown = { at: START, enrollment: 'e9' }

  test.each([
    ['an accepted proof without a challenge', () => acceptance.acceptProof(idle, accepted)],
    ['a rejected proof without a challenge', () => rejections.countRejection(idle, rejected)],
    ['a resend without a challenge', () => challenges.reopen(idle)],
    [
      'an opened challenge that nobody asked for',
      () =>
        challenges.openChallenge(idle, {
          type: 'challenge_opened',
          at: START,
          challenge: 'c',
          digest: null,
          hint: null,
        } as EventOf<'challenge_opened'>),
    ],
    [
      'a failed delivery without a challenge',
      () =>
        challenges.noteDeliveryFailure(idle, {
          type: 'delivery_failed',
          at: START,
          challenge: 'c',
          definite: true,
        } as EventOf<'delivery_failed'>),
    ],
    [
      'a choice of nothing',
      () => challenges.selectMethod(idle, { type: 'method_selected', at: START, method: 'fax' }),
    ],
    ['the only method where there is none', () => challenges.selectOnlyMethod(contextWith())],
    [
      'a rename of nothing',
      () => setupChanges.rename(idle, { type: 'rename_requested', ...unknown, name: 'n' }),
    ],
    [
      'a preference for nothing',
      () => setupChanges.prefer(idle, { type: 'preference_requested', ...unknown }),
    ],
    ['a removal of nothing', () => setupChanges.remove(idle, { type: 'removal_requested', ...unknown })],
    ['a device that is none', () => endings.passByDevice(idle)],
  ])('%s', (_what, update) => {
    expect(update()).toEqual({})
  })

  test('and an ending that nobody has locked is locked until a rescue', () => {
    expect(endings.lockOut(idle).flow?.stage).toMatchObject({ ending: { until: 'rescued' } })
  })

  test('an enrollment that a change has removed is told as unknown', () => {
    const stage = { phase: 'opening', target: { of: 'enrollment', enrollment: enrollmentId('e9') } } as const
    const opened = challenges.openChallenge(contextWith({ stage }), {
      type: 'challenge_opened',
      at: START,
      challenge: 'c',
      digest: null,
      hint: null,
    } as EventOf<'challenge_opened'>) // opaque
    expect(opened.tells).toMatchObject([{ event: { method: 'unknown', sends: false } }])
  })
})
