import { describe, expect, test } from 'vitest'
import { advance, isFinal, isFresh, look, start } from '../../../packages/core/src/flow/step.ts'
import { emptyProfile } from '../../../packages/core/src/profile/profile.ts'
import {
  deviceId,
  digest,
  enrollment,
  factsFor,
  login,
  profileWith,
  START,
  sessionOf,
  setup,
  stepUp,
  withCodes,
} from '../../model/world.ts'
import { audited, contextWith, endingOf, sent, started } from './sample-flow.ts'

const app = enrollment('e1', 'authenticator')
const text = enrollment('e2', 'sms', '+15550001')
const gone = enrollment('e3', 'discontinued')
const device = { id: deviceId('d1'), createdAt: START - 1000, lastUsedAt: null, expiresAt: START + 1e9 }
const remembers = factsFor({ remember: { days: 7 } })
const required = factsFor({ required: true })
const spent = [START - 2, START - 1]
const locked = { ...profileWith(app), lock: { until: START + 60_000 } }

describe('a flow begins', () => {
  test.each([
    ['a login of a user with nothing', {}, 'authenticated'],
    ['a login of a user who must have a factor and has none', { facts: required }, 'enrolling.choosing'],
    ['a login with one enrollment', { profile: profileWith(app) }, 'challenging.awaiting_proof'],
    ['a login with several', { profile: profileWith(app, text) }, 'selecting'],
    [
      'a login whose only method has sent its codes for now',
      { profile: { ...profileWith(text), deliveries: spent } },
      'selecting',
    ],
    [
      'a login with a remembered device',
      {
        facts: remembers,
        profile: { ...profileWith(app), devices: [device] },
        remembered: { device: device.id, epoch: 1 },
      },
      'authenticated',
    ],
    ['a login under a lock', { profile: locked }, 'locked'],
    [
      'a login under a lock with recovery codes',
      { profile: withCodes(locked, 'r1') },
      'rescuing.awaiting_proof',
    ],
    [
      'a login with a method that is gone, and codes',
      { profile: withCodes(profileWith(gone), 'r1') },
      'rescuing.choosing',
    ],
    ['a login with a method that is gone, and nothing else', { profile: profileWith(gone) }, 'denied'],
    ['a login of an inactive user', { facts: factsFor({}, { active: false }) }, 'denied'],
    ['a setup', { run: setup }, 'managing.idle'],
    ['a setup of an inactive user', { run: setup, facts: factsFor({}, { active: false }) }, 'denied'],
    ['a step-up of a user with nothing', { run: stepUp }, 'denied'],
    [
      'a step-up, whatever device is remembered',
      {
        run: stepUp,
        facts: remembers,
        profile: { ...profileWith(app), devices: [device] },
        remembered: { device: device.id, epoch: 1 },
      },
      'challenging.awaiting_proof',
    ],
  ] as const)('%s', (_what, beginning, state) => {
    expect(started(beginning).state).toBe(state)
  })

  test('saying why the only method is not challenged at once', () => {
    const { refusal } = started({ profile: { ...profileWith(text), deliveries: spent } })
    expect(refusal).toEqual({ reason: 'delivery_limited', retryAt: START - 2 + 600_000 })
  })

  test.each([
    [login, 600],
    [setup, 1_800],
    [stepUp, 600],
  ] as const)('with the lifetime of its kind: $kind', (run, seconds) => {
    expect(started({ run, profile: profileWith(app) }).flow).toMatchObject({
      startedAt: START,
      lastAt: START,
      expiresAt: START + seconds * 1000,
    })
  })

  test('pinned to the profile’s epoch and the security stamp of its start', () => {
    const { flow } = started({ profile: { ...profileWith(app), epoch: 7 } })
    expect(flow).toMatchObject({ epoch: 7, stamp: digest('stamp') })
  })

  test('with a record of its own', () => {
    expect(audited(started({ profile: profileWith(app) }))).toEqual(['flow_started', 'challenge_opened'])
  })

  test('on an empty profile where the user has none', () => {
    expect(start({ at: START, run: login, remembered: null }, factsFor()).profile).toBe(emptyProfile)
  })
})

describe('some things come before the event that is sent', () => {
  const from = started({ profile: profileWith(app), facts: factsFor() })
  const proof = { type: 'proof_submitted' } as const

  test('L5: at its end a flow expires, even with the right code', () => {
    const late = sent(from, { ...proof, at: from.flow.expiresAt })
    expect([late.state, endingOf(late)]).toEqual(['expired', { kind: 'expired', reason: 'flow_expired' }])
    expect(audited(late)).toEqual(['flow_ended'])
    expect(sent(from, { ...proof, at: from.flow.expiresAt - 1 }).state).toBe('authenticated')
  })

  test('a user who may no longer log in is denied', () => {
    const denied = sent(from, proof, { facts: factsFor({}, { active: false }) })
    expect(endingOf(denied)).toEqual({ kind: 'denied', reason: 'inactive' })
  })

  test('L4: a flow that a change of factors has overtaken is superseded', () => {
    const overtaken = { ...from, profile: { ...from.profile, epoch: from.profile.epoch + 1 } }
    expect(endingOf(sent(overtaken, proof))).toEqual({ kind: 'cancelled', reason: 'superseded' })
  })

  test('ASVS 6.4.3: a flow dies with the security stamp', () => {
    const superseded = sent(from, proof, { facts: factsFor({}, { stamps: [digest('new')] }) })
    expect(endingOf(superseded)).toEqual({ kind: 'cancelled', reason: 'superseded' })
  })

  test('a flow outlives the rotation of the key that its stamp was made with', () => {
    const rotated = factsFor({}, { stamps: [digest('new key'), digest('stamp')] })
    expect(sent(from, proof, { facts: rotated }).state).toBe('authenticated')
  })

  test('expiry comes before the user’s status, and both before a change of factors', () => {
    const facts = factsFor({}, { active: false, stamps: [digest('new')] })
    expect(sent(from, proof, { facts }).state).toBe('denied')
    expect(sent(from, { ...proof, at: from.flow.expiresAt }, { facts }).state).toBe('expired')
  })

  test('L7: nothing comes after a final state, not even its own expiry', () => {
    const done = sent(from, proof)
    const again = advance(done, from.facts, { ...proof, at: from.flow.expiresAt })
    expect(again).toMatchObject({
      state: 'authenticated',
      refusal: { reason: 'flow_ended' },
      tells: [],
      ask: null,
    })
    expect([again.flow, again.profile]).toEqual([done.flow, done.profile])
  })
})

describe('time within a flow', () => {
  const from = started({ profile: profileWith(text) })

  test('never steps back: an earlier event happens at the time of the last', () => {
    const later = sent(from, { type: 'resend_requested', at: START + 30_000 })
    expect(later.flow.lastAt).toBe(START + 30_000)
    const back = sent(later, { type: 'proof_submitted', at: START - 1e9 })
    expect(endingOf(back)).toMatchObject({ authenticatedAt: START + 30_000 })
  })

  test('CWE-367: a clock that steps back does not bring an expired challenge back', () => {
    const later = sent(from, { type: 'proof_submitted', at: START + 119_999 }, { verdict: 'rejected' })
    const late = { ...later, flow: { ...later.flow, lastAt: START + 120_000 } }
    expect(sent(late, { type: 'proof_submitted', at: START }).refusal).toEqual({
      reason: 'challenge_expired',
    })
  })

  test('is moved by a change alone: a refusal leaves the very objects that were passed in', () => {
    const { state, flow, profile } = from
    const refused = advance({ state, flow, profile }, from.facts, { type: 'resend_requested', at: START + 1 })
    expect(refused.refusal?.reason).toBe('cooling_down')
    expect([refused.flow, refused.profile]).toEqual([flow, profile])
    expect(refused.flow).toBe(flow)
    expect(refused.profile).toBe(profile)
  })
})

describe('a setup is open to changes while its session is fresh', () => {
  const session = (firstFactorAt: number | null, secondFactorAt: number | null) => ({
    ...factsFor(),
    caller: sessionOf(firstFactorAt, secondFactorAt),
  })
  const MAX_AGE_MS = 1_200_000
  const preferred = { type: 'preference_requested', enrollment: 'e2' } as const
  const enrolled = started({ run: setup, profile: profileWith(app, text), facts: session(START, START) })
  const nothing = started({ run: setup, facts: session(START, null) })
  const enroll = { type: 'enrollment_requested', method: 'authenticator', mode: 'replace' } as const

  test.each([
    ['a second factor proven now', session(null, START), true],
    ['a second factor just recent enough', session(null, START - MAX_AGE_MS + 1), true],
    ['ASVS 7.5.1: a second factor that is too old', session(START, START - MAX_AGE_MS), false],
    ['L9: a first factor alone', session(START, null), false],
    ['no session at all', { ...factsFor(), caller: null }, false],
  ])('for a user with factors: %s', (_what, facts, isOpen) => {
    const { refusal, profile } = sent(enrolled, preferred, { facts })
    expect(refusal?.reason ?? 'taken').toBe(isOpen ? 'taken' : 'reauth_required')
    expect(profile.preferred).toBe(isOpen ? 'e2' : 'e1')
  })

  test.each([
    ['a first factor just recent enough', session(START - MAX_AGE_MS + 1, null), true],
    ['a first factor that is too old', session(START - MAX_AGE_MS, null), false],
    ['neither factor', session(null, null), false],
  ])('for a user with nothing enrolled: %s', (_what, facts, isOpen) => {
    expect(sent(nothing, enroll, { facts }).refusal?.reason ?? 'taken').toBe(
      isOpen ? 'taken' : 'reauth_required',
    )
  })

  test('and can be cancelled, and expires, however stale the session is', () => {
    const facts = session(null, null)
    expect(sent(enrolled, { type: 'cancel_requested' }, { facts }).state).toBe('cancelled')
    expect(sent(enrolled, { ...preferred, at: enrolled.flow.expiresAt }, { facts }).state).toBe('expired')
  })

  test('freshness is asked again at every event, also for the proof that a new method waits for', () => {
    const pending = sent(enrolled, enroll)
    expect(pending.state).toBe('enrolling.awaiting_proof')
    const stale = sent(pending, { type: 'proof_submitted' }, { facts: session(START, null) })
    expect([stale.state, stale.refusal]).toEqual(['enrolling.awaiting_proof', { reason: 'reauth_required' }])
  })

  test('a login and a step-up ask for no fresh session', () => {
    const from = started({ run: stepUp, profile: profileWith(app), facts: session(null, null) })
    expect(sent(from, { type: 'proof_submitted' }).state).toBe('verified')
    expect(isFresh(contextWith({ facts: session(null, null) }))).toBe(false)
  })
})

describe('looking at a flow', () => {
  const from = started({ profile: profileWith(app) })
  const { facts } = from

  test('shows what time, the host or a change of factors has made of it', () => {
    expect(look(from, facts, from.flow.expiresAt).state).toBe('expired')
    expect(look(from, factsFor({}, { active: false }), START).state).toBe('denied')
    expect(look({ ...from, profile: { ...from.profile, epoch: 9 } }, facts, START).state).toBe('cancelled')
  })

  test('changes nothing else: the very position comes back', () => {
    const done = sent(from, { type: 'proof_submitted' })
    expect(look(from, facts, START + 1)).toBe(from)
    expect(look(done, facts, from.flow.expiresAt)).toBe(done)
  })
})

describe('L11: an event that a state does not handle is refused', () => {
  test.each([
    ['a proof before a method is chosen', { profile: profileWith(app, text) }, { type: 'proof_submitted' }],
    [
      'a rename in a login',
      { profile: profileWith(app) },
      { type: 'rename_requested', enrollment: 'e1', name: 'n' },
    ],
    ['disabling in a step-up', { profile: profileWith(app), run: stepUp }, { type: 'disable_requested' }],
    [
      'a rescue in a setup',
      { profile: withCodes(profileWith(app), 'r1'), run: setup },
      { type: 'rescue_requested', option: 'recovery_code' },
    ],
    [
      'ASVS 2.3.1: enrolling in a login of a user who has a factor',
      { profile: profileWith(app) },
      { type: 'enrollment_requested', method: 'sms', mode: 'add', address: '+15550002' },
    ],
    [
      'a verdict that nobody asked for',
      { profile: profileWith(app) },
      { type: 'proof_accepted', methodData: null, recoveryCode: null, remember: null, device: deviceId('d') },
    ],
    [
      'the failure of a delivery that is not its own',
      { profile: profileWith(text) },
      { type: 'delivery_failed', challenge: 'x', definite: true },
    ],
    [
      'the failure of a call for help that was not made',
      { profile: profileWith(app) },
      { type: 'help_failed', definite: true },
    ],
  ] as const)('%s', (_what, beginning, event) => {
    const from = started(beginning)
    const after = sent(from, event as Parameters<typeof sent>[1]) // ids are opaque here
    expect(after.refusal).toEqual({ reason: 'event_not_accepted' })
    expect([after.state, after.flow, after.profile]).toEqual([from.state, from.flow, from.profile])
  })
})

test('a state is final exactly where a flow has an ending', () => {
  expect(
    ['authenticated', 'denied', 'selecting', 'managing.idle'].map((state) => isFinal(state as 'denied')),
  ).toEqual([true, true, false, false])
})
