import { describe, expect, test } from 'vitest'
import {
  afterRejection,
  denialOf,
  faultOfOnlyMethod,
  hasMethods,
  hasOneOpenMethod,
  isLockedButRescuable,
  isRemembered,
  isRescuable,
  mayEnroll,
  needsNoSecondFactor,
} from '../../../packages/core/src/flow/guards.ts'
import type { Target } from '../../../packages/core/src/flow/stage.ts'
import {
  deviceId,
  enrollment,
  enrollmentId,
  factsFor,
  profileWith,
  START,
  setup,
  stepUp,
  withCodes,
} from '../../model/world.ts'
import { challengeOf, contextWith } from './sample-flow.ts'

const app = enrollment('e1', 'authenticator')
const text = enrollment('e2', 'sms', '+15550001')
const gone = enrollment('e3', 'discontinued')
const required = factsFor({ required: true })

describe('why a flow that cannot begin is denied', () => {
  test.each([
    [
      'the user may not log in',
      { facts: factsFor({}, { active: false }), profile: profileWith(app) },
      'inactive',
    ],
    ['what is enrolled cannot be used', { profile: profileWith(gone) }, 'no_usable_method'],
    ['there is nothing to step up with', { run: stepUp }, 'not_enrolled'],
    [
      'nothing can be enrolled',
      { facts: factsFor({ required: true, methods: ['push'] }) },
      'no_usable_method',
    ],
    [
      'enrolling at login is not allowed',
      { facts: factsFor({}, { mayEnrollAtLogin: false }) },
      'enrollment_not_allowed',
    ],
  ] as const)('%s', (_why, context, reason) => {
    expect(denialOf(contextWith(context))).toBe(reason)
  })
})

describe('L1: the first factor is enough', () => {
  test.each([
    ['when nothing is enrolled and nothing required', {}, true],
    ['not when a second factor is required', { facts: required }, false],
    ['not when one is enrolled', { profile: profileWith(app) }, false],
    ['not when one is enrolled that can no longer be used', { profile: profileWith(gone) }, false],
    ['never in a step-up', { run: stepUp }, false],
    ['never in a setup', { run: setup }, false],
  ] as const)('%s', (_when, context, isEnough) => {
    expect(needsNoSecondFactor(contextWith(context))).toBe(isEnough)
  })
})

describe('enrolling during a login is for a user', () => {
  test.each([
    ['who has nothing', {}, true],
    ['not who has something', { profile: profileWith(app) }, false],
    ['not whose only factor can no longer be used', { profile: profileWith(gone) }, false],
    ['not whom the host keeps from it', { facts: factsFor({}, { mayEnrollAtLogin: false }) }, false],
    ['not with nothing to enroll', { facts: factsFor({ methods: ['push'] }) }, false],
    ['not in a step-up', { run: stepUp }, false],
  ] as const)('%s', (_who, context, may) => {
    expect(mayEnroll(contextWith(context))).toBe(may)
  })
})

describe('a remembered device', () => {
  const device = { id: deviceId('d'), createdAt: START - 1, lastUsedAt: null, expiresAt: START + 1e9 }
  const profile = { ...profileWith(app), devices: [device] }
  const remember = factsFor({ remember: { days: 7 } })
  const remembered = { device: deviceId('d'), epoch: 1 }

  test.each([
    ['counts in a login', { facts: remember, profile }, remembered, true],
    [
      'counts under a lock too',
      { facts: remember, profile: { ...profile, lock: { until: 'rescued' } } },
      remembered,
      true,
    ],
    ['does not count without a token', { facts: remember, profile }, null, false],
    ['does not count where the policy remembers nobody', { profile }, remembered, false],
    ['does not count in a step-up', { facts: remember, profile, run: stepUp }, remembered, false],
    ['does not count when it was revoked', { facts: remember, profile: profileWith(app) }, remembered, false],
    [
      'does not count from before a change of factors',
      { facts: remember, profile: { ...profile, epoch: 2 } },
      remembered,
      false,
    ],
  ] as const)('L1: %s', (_what, context, token, counts) => {
    expect(isRemembered({ ...contextWith(context), remembered: token })).toBe(counts)
  })
})

describe('the only method', () => {
  const spent = { ...profileWith(text), deliveries: [START - 2, START - 1] }

  test('is challenged at once when nothing speaks against it', () => {
    expect(hasOneOpenMethod(contextWith({ profile: profileWith(text) }))).toBe(true)
  })

  test('is offered, not challenged, when its codes are used up for now', () => {
    const context = contextWith({ profile: spent })
    expect([hasOneOpenMethod(context), hasMethods(context)]).toEqual([false, true])
    expect(faultOfOnlyMethod(context)?.reason).toBe('delivery_limited')
  })

  test('is none where there are two, or none', () => {
    for (const profile of [profileWith(app, text), profileWith(gone), profileWith()]) {
      expect(hasOneOpenMethod(contextWith({ profile }))).toBe(false)
      expect(faultOfOnlyMethod(contextWith({ profile }))).toBeUndefined()
    }
  })
})

test('a locked user is rescuable by a recovery code alone, and a user without ways of rescue is not', () => {
  const locked = { ...profileWith(app), lock: { until: START + 1 } }
  const help = factsFor({ rescue: { help: 'help@acme.test' } })
  expect(isLockedButRescuable(contextWith({ profile: withCodes(locked, 'r1') }))).toBe(true)
  expect(isLockedButRescuable(contextWith({ profile: locked, facts: help }))).toBe(false)
  expect(isLockedButRescuable(contextWith({ profile: withCodes(profileWith(app), 'r1') }))).toBe(false)
  expect(isRescuable(contextWith({ profile: profileWith(app), facts: help }))).toBe(true)
  expect(isRescuable(contextWith({ profile: profileWith(app) }))).toBe(false)
})

describe('CWE-307: one more rejected proof', () => {
  const ofApp: Target = { of: 'enrollment', enrollment: enrollmentId('e1') }
  const ofCode: Target = { of: 'recovery_code' }
  /** These tests lock at every third failure, and a flow has two attempts. */
  const after = (target: Target, failures: number, attemptsLeft: number, codes: readonly string[] = []) =>
    afterRejection(
      contextWith({
        profile: { ...withCodes(profileWith(app), ...codes), failures },
        stage: { phase: 'proving', challenge: challengeOf(target) },
        attemptsLeft,
      }),
    )

  test.each([
    ['leaves the flow open', ofApp, 0, 2, [], 'open'],
    ['denies the flow when it was the last of its attempts', ofApp, 0, 1, [], 'denied'],
    ['locks the user at the limit', ofApp, 2, 2, [], 'locked'],
    ['locks at the limit, and leaves a recovery code', ofApp, 2, 2, ['r1'], 'rescuable'],
    [
      'locks at the limit; with the last attempt not even a recovery code is left',
      ofApp,
      2,
      1,
      ['r1'],
      'locked',
    ],
    ['locks for good at the hundredth failure', ofApp, 99, 2, [], 'locked'],
    ['of a recovery code locks nobody', ofCode, 2, 2, ['r1'], 'open'],
    ['of a recovery code spends the flow’s attempts', ofCode, 2, 1, ['r1'], 'denied'],
  ] as const)('%s', (_what, target, failures, attemptsLeft, codes, then) => {
    expect(after(target, failures, attemptsLeft, codes)).toBe(then)
  })
})
