import { describe, expect, test } from 'vitest'
import type { Facts } from '../../../packages/core/src/flow/context.ts'
import { describe as describeFlow } from '../../../packages/core/src/flow/describe.ts'
import type { FlowState } from '../../../packages/core/src/flow/step.ts'
import type { FlowView } from '../../../packages/core/src/flow/view.ts'
import type { Sealed } from '../../../packages/core/src/ids.ts'
import type { Profile } from '../../../packages/core/src/profile/profile.ts'
import {
  deviceId,
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
import { contextWith, sent, started, type Walked } from './sample-flow.ts'

const app = enrollment('e1', 'authenticator')
const mail = enrollment('e2', 'email')
const text = enrollment('e3', 'sms', '+15550001')
const gone = enrollment('e4', 'discontinued')
const proof = { type: 'proof_submitted' } as const
const rescues = factsFor({ rescue: { email: { mayChangeFactors: false }, help: 'help@acme.test' } })

const mask = (method: string, address: string) => `${method}/${address.slice(-2)}`

/** The view of a flow as it stands, by default at the time of its last step. */
function viewOf({ state, flow, profile, facts }: Walked, at = flow.lastAt): FlowView {
  const context = { at, facts, flow, profile, remembered: null, tells: [], refusal: null }
  return describeFlow(state, context, mask)
}

/** The challenge in a view, or a failure. */
function challengeIn(view: FlowView) {
  if (!('challenge' in view) || view.challenge === null) throw new Error(`no challenge in ${view.state}`)
  return view.challenge
}

describe('a challenge is shown', () => {
  test('with its method, its masked address and its times', () => {
    const view = viewOf(started({ profile: profileWith(text) }))
    expect(challengeIn(view)).toEqual({
      id: 'c',
      method: 'sms',
      enrollment: 'e3',
      address: 'sms/01',
      issuedAt: START,
      expiresAt: START + 120_000,
      attemptsLeft: 2,
      resendAt: START + 30_000,
      delivery: 'sent',
      hint: null,
    })
  })

  test('L6: without its digest, and without any address or secret in clear', () => {
    const secret = { ...text, secret: 'S3CRET-canary' as Sealed, methodData: { seen: 'S3CRET-canary' } } // opaque
    const json = JSON.stringify(viewOf(started({ profile: profileWith(secret) })))
    expect(json).not.toContain('S3CRET')
    expect(json).not.toContain('+15550001')
    expect(json).not.toContain('digest')
  })

  test('of mail with the address that the host names, masked', () => {
    expect(challengeIn(viewOf(started({ profile: profileWith(mail) })))).toMatchObject({
      address: 'email/st',
    })
  })

  test('of an app without address and resend, and as long as its flow', () => {
    expect(challengeIn(viewOf(started({ profile: profileWith(app) })))).toMatchObject({
      address: null,
      resendAt: null,
      delivery: 'none',
      expiresAt: START + 600_000,
    })
  })

  test('of a recovery code as such', () => {
    const from = started({ profile: withCodes(profileWith(app), 'r1') })
    const view = viewOf(sent(from, { type: 'rescue_requested', option: 'recovery_code' }))
    expect(challengeIn(view)).toMatchObject({
      method: 'recovery_code',
      enrollment: null,
      address: null,
      resendAt: null,
    })
  })

  test('of a method being enrolled with the address that was given', () => {
    const from = started({ profile: profileWith(app), run: setup })
    const event = { type: 'enrollment_requested', method: 'sms', mode: 'add', address: '+15550007' } as const
    expect(challengeIn(viewOf(sent(from, event)))).toMatchObject({
      method: 'sms',
      enrollment: null,
      address: 'sms/07',
    })
  })

  test('with now as the time of a resend once the pause is over', () => {
    const from = started({ profile: profileWith(text) })
    expect(challengeIn(viewOf(from, START + 29_999)).resendAt).toBe(START + 30_000)
    expect(challengeIn(viewOf(from, START + 31_000)).resendAt).toBe(START + 31_000)
  })
})

describe('attempts left are the smaller of the flow’s and the user’s', () => {
  const facts = factsFor({ throttle: { attemptsPerFlow: 5, failuresPerLock: 10 } })
  const leftOf = (profile: Profile, attemptsLeft: number) => {
    const from = started({ profile, facts })
    return challengeIn(viewOf({ ...from, flow: { ...from.flow, attemptsLeft } })).attemptsLeft
  }

  test.each([
    [0, 5, 5],
    [4, 5, 5],
    [7, 5, 3],
    [9, 5, 1],
    [9, 1, 1],
    [10, 5, 5],
    [98, 5, 2],
  ])('after %i failures, with %i left in the flow: %i', (failures, attemptsLeft, left) => {
    expect(leftOf({ ...profileWith(app), failures }, attemptsLeft)).toBe(left)
  })

  test('of a recovery code are the flow’s alone: it is not subject to the lock', () => {
    const from = started({ facts, profile: { ...withCodes(profileWith(app), 'r1'), failures: 9 } })
    const view = viewOf(sent(from, { type: 'rescue_requested', option: 'recovery_code' }))
    expect(challengeIn(view).attemptsLeft).toBe(5)
  })
})

describe('what a view accepts', () => {
  const acceptsOf = (walked: Walked, at?: number) => viewOf(walked, at).accepts
  const locked: Partial<Profile> = { lock: { until: START + 1_000 } }
  const afterMail = (walked: Walked): Walked => ({
    ...walked,
    facts: { ...walked.facts, caller: sessionOf(START, START, 'email') },
  })
  const lockedLater = (walked: Walked): Walked => ({ ...walked, profile: { ...walked.profile, ...locked } })

  test.each([
    [
      'a choice of methods',
      started({ profile: profileWith(app, text) }),
      ['method_selected', 'cancel_requested'],
    ],
    [
      'a choice with a way of rescue',
      started({ profile: withCodes(profileWith(app, text), 'r1') }),
      ['method_selected', 'rescue_requested', 'cancel_requested'],
    ],
    ['an app’s challenge', started({ profile: profileWith(app) }), ['proof_submitted', 'cancel_requested']],
    [
      'a texted challenge',
      started({ profile: profileWith(text) }),
      ['proof_submitted', 'resend_requested', 'cancel_requested'],
    ],
    [
      'CWE-308: a mailed challenge that a session of a mailed link goes on with',
      afterMail(started({ run: stepUp, profile: profileWith(mail) })),
      ['cancel_requested'],
    ],
    [
      'the same beside another method',
      afterMail(
        sent(started({ run: stepUp, profile: profileWith(mail, app) }), {
          type: 'method_selected',
          method: 'email',
        }),
      ),
      ['method_selected', 'selection_requested', 'cancel_requested'],
    ],
    ['a challenge under a lock', lockedLater(started({ profile: profileWith(text) })), ['cancel_requested']],
    [
      'a recovery code under a lock',
      started({ profile: { ...withCodes(profileWith(app), 'r1'), ...locked } }),
      ['proof_submitted', 'rescue_requested', 'cancel_requested'],
    ],
    [
      'a challenge beside another method',
      sent(started({ profile: profileWith(app, text) }), { type: 'method_selected', method: 'e1' }),
      ['proof_submitted', 'method_selected', 'selection_requested', 'cancel_requested'],
    ],
    [
      'a choice of rescue alone',
      started({ profile: withCodes(profileWith(gone), 'r1') }),
      ['rescue_requested', 'cancel_requested'],
    ],
    [
      'a first enrollment',
      started({ facts: factsFor({ required: true }) }),
      ['enrollment_requested', 'cancel_requested'],
    ],
    [
      'a first enrollment under a lock',
      lockedLater(started({ facts: factsFor({ required: true }) })),
      ['cancel_requested'],
    ],
    [
      'the setup of a user with nothing',
      started({ run: setup }),
      ['enrollment_requested', 'cancel_requested'],
    ],
    [
      'the setup of a user with one factor',
      started({ run: setup, profile: profileWith(app) }),
      [
        'enrollment_requested',
        'rename_requested',
        'preference_requested',
        'removal_requested',
        'disable_requested',
        'recovery_codes_requested',
        'cancel_requested',
      ],
    ],
    [
      'the setup of a user who must keep that one',
      started({ run: setup, profile: profileWith(app), facts: factsFor({ required: true }) }),
      [
        'enrollment_requested',
        'rename_requested',
        'preference_requested',
        'recovery_codes_requested',
        'cancel_requested',
      ],
    ],
    [
      'the setup of a user who must keep one of two, without recovery codes',
      started({
        run: setup,
        profile: profileWith(app, text),
        facts: factsFor({ required: true, rescue: { recoveryCodes: false } }),
      }),
      [
        'enrollment_requested',
        'rename_requested',
        'preference_requested',
        'removal_requested',
        'cancel_requested',
      ],
    ],
    [
      'a rescue of a user with one method, who may come back to it',
      sent(started({ profile: withCodes(profileWith(app), 'r1') }), {
        type: 'rescue_requested',
        option: 'recovery_code',
      }),
      ['proof_submitted', 'method_selected', 'selection_requested', 'rescue_requested', 'cancel_requested'],
    ],
    ['an ended flow', sent(started({ profile: profileWith(app) }), proof), []],
  ] as const)('in %s', (_what, walked, accepts) => {
    expect(acceptsOf(walked)).toEqual(accepts)
  })

  test('ASVS 7.5.1: in a setup whose session is stale, nothing but its end', () => {
    const stale: Facts = { ...factsFor(), caller: sessionOf(START, null) }
    const view = viewOf(started({ run: setup, profile: profileWith(app), facts: stale }))
    expect(view).toMatchObject({ state: 'managing', isFresh: false, accepts: ['cancel_requested'] })
  })
})

describe('the path that a view belongs to', () => {
  const codes = withCodes(profileWith(app), 'r1')
  const device = { id: deviceId('d1'), createdAt: START, lastUsedAt: null, expiresAt: START + 1e9 }
  const rescued = (
    profile: Profile,
    option: 'recovery_code' | 'email',
    run: typeof login | typeof stepUp = login,
  ) => sent(started({ profile, facts: rescues, run }), { type: 'rescue_requested', option })
  const enrolling = sent(started({ facts: factsFor({ required: true }) }), {
    type: 'enrollment_requested',
    method: 'authenticator',
    mode: 'add',
  })

  test.each([
    ['login', 'a challenge', started({ profile: profileWith(app) })],
    ['login', 'a choice', started({ profile: profileWith(app, text) })],
    ['login', 'a login that is won', sent(started({ profile: profileWith(app) }), proof)],
    ['login', 'a login without a second factor', started({})],
    ['login', 'a login that is denied', started({ profile: profileWith(gone) })],
    ['login', 'a step-up', started({ run: stepUp, profile: profileWith(app) })],
    ['rescue', 'a rescue', rescued(codes, 'recovery_code')],
    ['rescue', 'a login that is won by a recovery code', sent(rescued(codes, 'recovery_code'), proof)],
    ['rescue', 'a login that is won by mail', sent(rescued(codes, 'email'), proof)],
    [
      'rescue',
      'a step-up that is won by a recovery code',
      sent(rescued(codes, 'recovery_code', stepUp), proof),
    ],
    ['enrollment', 'a first enrollment', enrolling],
    ['enrollment', 'a login that is won by it', sent(enrolling, proof)],
    [
      'validity',
      'a remembered browser',
      started({
        facts: factsFor({ remember: { days: 7 } }),
        profile: { ...profileWith(app), devices: [device] },
        remembered: { device: device.id, epoch: 1 },
      }),
    ],
    ['setup', 'a setup', started({ run: setup })],
    [
      'setup',
      'an enrollment within it',
      sent(started({ run: setup }), { type: 'enrollment_requested', method: 'authenticator', mode: 'add' }),
    ],
    ['setup', 'a setup that is over', sent(started({ run: setup }), { type: 'cancel_requested' })],
  ] as const)('is %s for %s', (path, _what, walked) => {
    expect(viewOf(walked)).toMatchObject({
      path,
      kind: walked.flow.run.kind,
      expiresAt: walked.flow.expiresAt,
    })
  })
})

describe('what a user may choose from', () => {
  test('a choice names the usable enrollments, the preferred one first, and the rescues', () => {
    const profile = { ...withCodes(profileWith(gone, app, text), 'r1'), preferred: text.id }
    expect(viewOf(started({ profile, facts: rescues }))).toMatchObject({
      state: 'selecting',
      enrollments: [
        { id: 'e3', method: 'sms', address: 'sms/01', isPreferred: true, isUsable: true },
        { id: 'e1', method: 'authenticator', address: null, isPreferred: false, isUsable: true },
      ],
      rescueOptions: ['recovery_code', 'email', 'help'],
    })
  })

  test('a rescue that is still to be chosen has no challenge', () => {
    const view = viewOf(started({ profile: withCodes(profileWith(gone), 'r1') }))
    expect(view).toMatchObject({ state: 'rescuing', challenge: null, enrollments: [] })
  })

  test('an enrollment names the methods, and which of them need an address', () => {
    const view = viewOf(started({ facts: factsFor({ required: true }) }))
    expect(view).toMatchObject({
      state: 'enrolling',
      challenge: null,
      enrollable: [
        { method: 'authenticator', needsAddress: false },
        { method: 'email', needsAddress: false },
        { method: 'sms', needsAddress: true },
      ],
    })
  })
})

describe('a setup shows', () => {
  const devices = [
    { id: deviceId('live'), createdAt: START - 2, lastUsedAt: START - 1, expiresAt: START + 1 },
    { id: deviceId('over'), createdAt: START - 2, lastUsedAt: null, expiresAt: START },
  ]
  const profile = { ...withCodes(profileWith(app, gone, text), 'r1', 'r2'), preferred: text.id, devices }

  test('all enrollments, the preferred one first, those that cannot be used as such', () => {
    const named = {
      ...profile,
      enrollments: profile.enrollments.map((one) => ({ ...one, name: `my ${one.id}` })),
    }
    const view = viewOf(started({ run: setup, profile: named }))
    expect(view).toMatchObject({
      state: 'managing',
      enrollments: [
        {
          id: 'e3',
          name: 'my e3',
          isPreferred: true,
          isUsable: true,
          createdAt: START - 1000,
          lastUsedAt: null,
        },
        { id: 'e1', isPreferred: false, isUsable: true },
        { id: 'e4', method: 'discontinued', address: null, isPreferred: false, isUsable: false },
      ],
    })
  })

  test('the devices that are still remembered', () => {
    const view = viewOf(started({ run: setup, profile }))
    expect(view).toMatchObject({ devices: [devices[0]] })
  })

  test.each([
    ['how many recovery codes are left', factsFor(), 2, false],
    [
      'no number where the policy has none, and that a factor is required',
      factsFor({ required: true, rescue: { recoveryCodes: false } }),
      null,
      true,
    ],
  ])('%s', (_what, facts, recoveryCodesLeft, isRequired) => {
    expect(viewOf(started({ run: setup, profile, facts }))).toMatchObject({ recoveryCodesLeft, isRequired })
  })
})

describe('a flow that has ended', () => {
  test('shows its state and its time, and nothing to act on', () => {
    const view = viewOf(sent(started({ profile: profileWith(app) }), proof))
    expect(view).toEqual({
      state: 'authenticated',
      kind: 'login',
      path: 'login',
      accepts: [],
      at: START,
      expiresAt: START + 600_000,
      lockedUntil: null,
    })
  })
})

describe('a view says until when the user is locked', () => {
  const at = (lock: Profile['lock'], now: number) => {
    const walked = started({ profile: profileWith(app) })
    return viewOf({ ...walked, profile: { ...walked.profile, lock } }, now).lockedUntil
  }

  test.each([
    ['not at all', null, START, null],
    ['while a lock holds', { until: START + 60_000 }, START + 59_999, START + 60_000],
    ['no longer than it holds', { until: START + 60_000 }, START + 60_000, null],
    ['until a rescue', { until: 'rescued' }, START + 1_000_000, 'rescued'],
  ] as const)('%s', (_what, lock, now, lockedUntil) => {
    expect(at(lock, now)).toBe(lockedUntil)
  })
})

test.each<FlowState>(['deciding', 'challenging.opening'])(
  'the state %s is never shown: a step goes on from it',
  (state) => {
    expect(() => describeFlow(state, contextWith(), mask)).toThrow(
      `the state ${state} is never left to a client`,
    )
  },
)

describe('a view says for how long this browser can be remembered', () => {
  test.each([
    ['in a login, where the policy allows it', factsFor({ remember: { days: 7 } }), login, 7],
    ['never in a login, where it does not', factsFor(), login, null],
    ['never for no days', factsFor({ remember: { days: 0 } }), login, null],
    ['never in a step-up', factsFor({ remember: { days: 7 } }), stepUp, null],
  ] as const)('%s', (_what, facts, run, rememberDays) => {
    expect(viewOf(started({ profile: profileWith(app), facts, run }))).toMatchObject({ rememberDays })
  })

  test('in a first enrollment during login as well, and never in a setup', () => {
    const facts = factsFor({ required: true, remember: { days: 7 } })
    const enroll = { type: 'enrollment_requested', method: 'authenticator', mode: 'add' } as const
    expect(viewOf(sent(started({ facts }), enroll))).toMatchObject({ state: 'enrolling', rememberDays: 7 })
    expect(viewOf(sent(started({ facts, run: setup }), enroll))).toMatchObject({ rememberDays: null })
  })
})

test('ASVS 6.6.4: a code can be sent again once the cool-down and the user’s budget allow it', () => {
  const facts = factsFor({ delivery: { resendSeconds: 30, perTenMinutes: 1 } })
  expect(viewOf(started({ profile: profileWith(text), facts }))).toMatchObject({
    challenge: { resendAt: START + 600_000 },
  })
})
