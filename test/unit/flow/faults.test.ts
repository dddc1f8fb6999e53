import { describe, expect, test } from 'vitest'
import type { Facts, FlowContext } from '../../../packages/core/src/flow/context.ts'
import type { MachineClientEvent } from '../../../packages/core/src/flow/events.ts'
import { faultOf } from '../../../packages/core/src/flow/faults.ts'
import { type RefusalReason, refusalReasons } from '../../../packages/core/src/flow/refusal.ts'
import type { Stage, Target } from '../../../packages/core/src/flow/stage.ts'
import { MAX_ENROLLMENTS } from '../../../packages/core/src/policy/defaults.ts'
import {
  enrollment,
  enrollmentId,
  factsFor,
  login,
  profileWith,
  START,
  sessionOf,
  setup,
  stepUp,
  withCodes,
} from '../../model/world.ts'
import { challengeOf, contextWith } from './sample-flow.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

const app = enrollment('e1', 'authenticator')
const mail = enrollment('e2', 'email')
const text = enrollment('e3', 'sms', '+15550001')
const gone = enrollment('e4', 'discontinued')
const all = profileWith(app, mail, text, gone)

const locked = { ...all, failures: 3, lock: { until: START + 60_000 } }
const lockedForGood = { ...all, failures: 100, lock: { until: 'rescued' as const } }
/** Two codes have been sent: as many as these tests allow in ten minutes. */
const spent = { ...all, deliveries: [START - 2_000, START - 1_000] }

const provingOf = (target: Target, expiresAt = START + 120_000): Stage => ({
  phase: 'proving',
  challenge: challengeOf(target, { expiresAt }),
})
const ofApp: Target = { of: 'enrollment', enrollment: enrollmentId('e1') }
const ofGone: Target = { of: 'enrollment', enrollment: enrollmentId('e4') }
const ofMail: Target = { of: 'enrollment', enrollment: enrollmentId('e2') }
const ofPendingMail: Target = {
  of: 'pending',
  pending: {
    id: enrollmentId('e9'),
    method: 'email',
    name: null,
    address: null,
    secret: null,
    methodData: null,
    replaces: null,
  },
}
const afterMail: Facts = { ...factsFor(), caller: sessionOf(START, START, 'email') }
const ofText: Target = { of: 'enrollment', enrollment: enrollmentId('e3') }

type Untimed = MachineClientEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'at'>
    : never
  : never
const fault = (event: Untimed, context: Parameters<typeof contextWith>[0]) =>
  faultOf(contextWith(context), { ...event, at: START } as MachineClientEvent) // an event with its time is one

/** What is wrong, the event, what it meets, and what is said of it; undefined: nothing is wrong. */
type Case = readonly [
  what: string,
  event: Untimed,
  context: Parameters<typeof contextWith>[0],
  refusal: ReturnType<typeof faultOf>,
]

const proof = { type: 'proof_submitted' } as const
const resend = { type: 'resend_requested' } as const
const select = (method: string) => ({ type: 'method_selected', method }) as const
const rescue = (option: 'recovery_code' | 'email' | 'help') => ({ type: 'rescue_requested', option }) as const
const enroll = (method: string, more: { address?: string | null; mode?: 'add' | 'replace' } = {}) =>
  ({ type: 'enrollment_requested', method, mode: 'add', ...more }) as const

const rescues = factsFor({ rescue: { email: { mayChangeFactors: false }, help: 'help@acme.test' } })
const required = factsFor({ required: true })
const magicLink = { ...login, firstFactor: { amr: [], at: START, channel: 'email' } } as const
const full = profileWith(
  ...Array.from({ length: MAX_ENROLLMENTS }, (_, index) => enrollment(`f${index}`, 'authenticator')),
)

const cases: readonly Case[] = [
  ['a proof in time', proof, { profile: all, stage: provingOf(ofApp) }, undefined],
  ['a proof of nothing', proof, { profile: all }, { reason: 'event_not_accepted' }],
  [
    'a proof for a method that is no longer registered',
    proof,
    { profile: all, stage: provingOf(ofGone) },
    { reason: 'method_unavailable' },
  ],
  [
    'L5: a proof at the end of its challenge',
    proof,
    { profile: all, stage: provingOf(ofApp, START) },
    { reason: 'challenge_expired' },
  ],
  [
    'a proof one millisecond before it',
    proof,
    { profile: all, stage: provingOf(ofApp, START + 1) },
    undefined,
  ],
  [
    'L3: a proof under a lock',
    proof,
    { profile: locked, stage: provingOf(ofApp) },
    { reason: 'locked', retryAt: START + 60_000 },
  ],
  [
    'a proof under a lock without end',
    proof,
    { profile: lockedForGood, stage: provingOf(ofApp) },
    { reason: 'locked' },
  ],
  [
    'a recovery code under a lock',
    proof,
    { profile: locked, stage: provingOf({ of: 'recovery_code' }) },
    undefined,
  ],
  ...(
    [
      ['mail', ofMail],
      ['mail that is being enrolled', ofPendingMail],
    ] as const
  ).flatMap(([what, target]): readonly Case[] => [
    [
      `CWE-308: a proof of ${what}, after a login that came by mail`,
      proof,
      { profile: all, run: stepUp, facts: afterMail, stage: provingOf(target) },
      { reason: 'method_unavailable' },
    ],
    [
      `CWE-308: another code for ${what}, after a login that came by mail`,
      resend,
      { profile: all, run: stepUp, facts: afterMail, stage: provingOf(target) },
      { reason: 'method_unavailable' },
    ],
    [
      `a proof of ${what}, after a login that came over nothing`,
      proof,
      { profile: all, run: stepUp, stage: provingOf(target) },
      undefined,
    ],
  ]),
  [
    'an app’s code, after a login that came by mail',
    proof,
    { profile: all, run: stepUp, facts: afterMail, stage: provingOf(ofApp) },
    undefined,
  ],
  [
    'a recovery code, after a login that came by mail',
    proof,
    { profile: all, run: stepUp, facts: afterMail, stage: provingOf({ of: 'recovery_code' }) },
    undefined,
  ],
  [
    'a late recovery code',
    proof,
    { profile: locked, stage: provingOf({ of: 'recovery_code' }, START) },
    { reason: 'challenge_expired' },
  ],

  ['a method by its kind', select('authenticator'), { profile: all }, undefined],
  ['a method by its enrollment', select('e1'), { profile: all }, undefined],
  [
    'a method that the user has not',
    select('fax'),
    { profile: all },
    { reason: 'enrollment_unknown', field: 'method' },
  ],
  [
    'a method that is no longer registered',
    select('discontinued'),
    { profile: all },
    { reason: 'method_unavailable', field: 'method' },
  ],
  [
    'the channel of the first factor',
    select('email'),
    { profile: all, run: magicLink },
    { reason: 'method_unavailable', field: 'method' },
  ],
  [
    'mail to a user without an address',
    select('email'),
    { profile: all, facts: factsFor({}, { email: null }) },
    { reason: 'method_unavailable', field: 'method' },
  ],
  [
    'a method under a lock',
    select('authenticator'),
    { profile: locked },
    { reason: 'locked', retryAt: START + 60_000 },
  ],
  [
    'a code just after another to the same number',
    select('sms'),
    { profile: all, cooldowns: { e3: START + 1 } },
    { reason: 'cooling_down', retryAt: START + 1 },
  ],
  [
    'a code at the end of the cool-down',
    select('sms'),
    { profile: all, cooldowns: { e3: START } },
    undefined,
  ],
  [
    'a code to another destination meanwhile',
    select('sms'),
    { profile: all, cooldowns: { e2: START + 1 } },
    undefined,
  ],
  [
    'a code beyond the budget',
    select('sms'),
    { profile: spent },
    { reason: 'delivery_limited', retryAt: START - 2_000 + 600_000 },
  ],
  ['an authenticator beyond the budget of codes', select('authenticator'), { profile: spent }, undefined],

  ['a choice, where there is one', { type: 'selection_requested' }, { profile: all }, undefined],
  [
    'a choice of nothing',
    { type: 'selection_requested' },
    { profile: profileWith(gone) },
    { reason: 'method_unavailable' },
  ],

  ['a code again', resend, { profile: all, stage: provingOf(ofText) }, undefined],
  ['nothing again', resend, { profile: all }, { reason: 'event_not_accepted' }],
  [
    'an authenticator’s code again',
    resend,
    { profile: all, stage: provingOf(ofApp) },
    { reason: 'resend_unavailable' },
  ],
  [
    'a recovery code again',
    resend,
    { profile: all, stage: provingOf({ of: 'recovery_code' }) },
    { reason: 'resend_unavailable' },
  ],
  [
    'a code again too soon',
    resend,
    { profile: all, stage: provingOf(ofText), cooldowns: { e3: START + 9 } },
    { reason: 'cooling_down', retryAt: START + 9 },
  ],
  [
    'ASVS 6.6.4: a code again beyond the budget',
    resend,
    { profile: spent, stage: provingOf(ofText) },
    { reason: 'delivery_limited', retryAt: START + 598_000 },
  ],
  [
    'a code again under a lock',
    resend,
    { profile: lockedForGood, stage: provingOf(ofText) },
    { reason: 'locked' },
  ],
  [
    'a rescue’s mail again too soon',
    resend,
    {
      profile: all,
      facts: rescues,
      stage: provingOf({ of: 'email_rescue' }),
      cooldowns: { email_rescue: START + 9 },
    },
    { reason: 'cooling_down', retryAt: START + 9 },
  ],

  ['a rescue that there is', rescue('recovery_code'), { profile: withCodes(all, 'r1') }, undefined],
  [
    'a rescue by codes, of which none are left',
    rescue('recovery_code'),
    { profile: all },
    { reason: 'rescue_unavailable', field: 'option' },
  ],
  [
    'a rescue by mail that is off',
    rescue('email'),
    { profile: all },
    { reason: 'rescue_unavailable', field: 'option' },
  ],
  ['a rescue by mail', rescue('email'), { profile: all, facts: rescues }, undefined],
  [
    'a rescue by mail too soon',
    rescue('email'),
    { profile: all, facts: rescues, cooldowns: { email_rescue: START + 9 } },
    { reason: 'cooling_down', retryAt: START + 9 },
  ],
  [
    'a rescue by mail beyond the budget',
    rescue('email'),
    { profile: spent, facts: rescues },
    { reason: 'delivery_limited', retryAt: START + 598_000 },
  ],
  ['a call for help', rescue('help'), { profile: all, facts: rescues }, undefined],
  [
    'a call for help with nobody to hear it',
    rescue('help'),
    { profile: all },
    { reason: 'rescue_unavailable', field: 'option' },
  ],
  [
    'a second call within the hour',
    rescue('help'),
    { profile: { ...all, notices: { help: START - HOUR_MS + 1 } }, facts: rescues },
    { reason: 'help_requested_before', retryAt: START + 1 },
  ],
  [
    'a second call after the hour',
    rescue('help'),
    { profile: { ...all, notices: { help: START - HOUR_MS } }, facts: rescues },
    undefined,
  ],

  ['an enrollment', enroll('authenticator'), { run: setup, profile: all }, undefined],
  [
    'an enrollment of what is not offered',
    enroll('fax'),
    { run: setup, profile: all },
    { reason: 'method_unavailable', field: 'method' },
  ],
  [
    'an enrollment of what is switched off',
    enroll('sms', { address: '+15550002' }),
    { run: setup, profile: all, facts: factsFor({ methods: ['authenticator'] }) },
    { reason: 'method_unavailable', field: 'method' },
  ],
  [
    'an enrollment without its address',
    enroll('sms'),
    { run: setup, profile: all },
    { reason: 'address_required', field: 'address' },
  ],
  [
    'ASVS 6.6.1: an enrollment with an address that is none',
    enroll('sms', { address: null }),
    { run: setup, profile: all },
    { reason: 'address_invalid', field: 'address' },
  ],
  [
    'an enrollment of another number',
    enroll('sms', { address: '+15550002' }),
    { run: setup, profile: all },
    undefined,
  ],
  [
    'an enrollment of the same number',
    enroll('sms', { address: '+15550001' }),
    { run: setup, profile: all },
    { reason: 'already_enrolled', field: 'method' },
  ],
  [
    'a second enrollment of mail',
    enroll('email'),
    { run: setup, profile: all },
    { reason: 'already_enrolled', field: 'method' },
  ],
  [
    'a mail enrollment in the place of the same',
    enroll('email', { mode: 'replace' }),
    { run: setup, profile: profileWith(mail) },
    undefined,
  ],
  ['a second authenticator', enroll('authenticator'), { run: setup, profile: profileWith(app) }, undefined],
  [
    'one enrollment more than a profile holds',
    enroll('email'),
    { run: setup, profile: full },
    { reason: 'too_many_enrollments' },
  ],
  [
    'an enrollment in the place of another in a full profile',
    enroll('email', { mode: 'replace' }),
    { run: setup, profile: full },
    undefined,
  ],
  [
    'an enrollment under a lock',
    enroll('authenticator'),
    { run: setup, profile: locked },
    { reason: 'locked', retryAt: START + 60_000 },
  ],
  [
    'an enrollment whose code has just been sent',
    enroll('sms', { address: '+15550002' }),
    { run: setup, profile: all, cooldowns: { 'sms:+15550002': START + 9 } },
    { reason: 'cooling_down', retryAt: START + 9 },
  ],
  [
    'an enrollment by mail, just sent',
    enroll('email'),
    { run: setup, profile: profileWith(app), cooldowns: { 'email:': START + 9 } },
    { reason: 'cooling_down', retryAt: START + 9 },
  ],
  [
    'CWE-799: numbers tried one after the other, beyond the budget',
    enroll('sms', { address: '+15550003' }),
    { run: setup, profile: spent },
    { reason: 'delivery_limited', retryAt: START - 2_000 + DAY_MS },
  ],

  [
    'a rename',
    { type: 'rename_requested', enrollment: 'e1', name: 'n' },
    { run: setup, profile: all },
    undefined,
  ],
  [
    'a rename of nothing',
    { type: 'rename_requested', enrollment: 'e9', name: 'n' },
    { run: setup, profile: all },
    { reason: 'enrollment_unknown', field: 'enrollment' },
  ],
  [
    'a change by method, which may be one of several',
    { type: 'rename_requested', enrollment: 'sms', name: 'n' },
    { run: setup, profile: all },
    { reason: 'enrollment_unknown', field: 'enrollment' },
  ],
  [
    'a preference',
    { type: 'preference_requested', enrollment: 'e2' },
    { run: setup, profile: all },
    undefined,
  ],
  [
    'a preference for nothing',
    { type: 'preference_requested', enrollment: 'e9' },
    { run: setup, profile: all },
    { reason: 'enrollment_unknown', field: 'enrollment' },
  ],
  [
    'a removal',
    { type: 'removal_requested', enrollment: 'e1' },
    { run: setup, profile: all, facts: required },
    undefined,
  ],
  [
    'a removal of nothing',
    { type: 'removal_requested', enrollment: 'e9' },
    { run: setup, profile: all },
    { reason: 'enrollment_unknown', field: 'enrollment' },
  ],
  [
    'the removal of the last one',
    { type: 'removal_requested', enrollment: 'e1' },
    { run: setup, profile: profileWith(app) },
    undefined,
  ],
  [
    'the removal of the last one that must be kept',
    { type: 'removal_requested', enrollment: 'e1' },
    { run: setup, profile: profileWith(app), facts: required },
    { reason: 'two_factor_required' },
  ],
  ['disabling', { type: 'disable_requested' }, { run: setup, profile: all }, undefined],
  [
    'disabling what must be kept',
    { type: 'disable_requested' },
    { run: setup, profile: all, facts: required },
    { reason: 'two_factor_required' },
  ],
  ['disabling nothing', { type: 'disable_requested' }, { run: setup }, { reason: 'not_enrolled' }],
  ['recovery codes', { type: 'recovery_codes_requested' }, { run: setup, profile: all }, undefined],
  [
    'recovery codes for nobody’s factor',
    { type: 'recovery_codes_requested' },
    { run: setup },
    { reason: 'not_enrolled' },
  ],
  [
    'recovery codes that are off',
    { type: 'recovery_codes_requested' },
    { run: setup, profile: all, facts: factsFor({ rescue: { recoveryCodes: false } }) },
    { reason: 'rescue_unavailable' },
  ],
  ['an end at the user’s wish', { type: 'cancel_requested' }, { profile: locked }, undefined],
]

describe('what speaks against an event', () => {
  test.each(cases)('%s', (_what, event, context, refusal) => {
    expect(fault(event, context)).toEqual(refusal)
  })

  test('every reason that an event itself can give is given by one of these', () => {
    const given = new Set(cases.flatMap(([, , , refusal]) => (refusal === undefined ? [] : [refusal.reason])))
    // The rest is said by the engine, by the step as a whole, or of a proof that was checked.
    const elsewhere: readonly RefusalReason[] = [
      'event_malformed',
      'flow_ended',
      'flow_gone',
      'wrong_caller',
      'reauth_required',
      'busy',
      'proof_rejected',
      'proof_malformed',
      'delivery_failed',
    ]
    const reasons = Object.keys(refusalReasons) as RefusalReason[] // the keys of the record
    expect(reasons.filter((reason) => !given.has(reason) && !elsewhere.includes(reason))).toEqual([])
  })

  test('L10: asking changes nothing and gives the same answer again', () => {
    const context: FlowContext = contextWith({ profile: spent, stage: provingOf(ofText) })
    const kept = structuredClone(context)
    const event = { type: 'resend_requested', at: START } as const
    expect(faultOf(context, event)).toEqual(faultOf(context, event))
    expect(context).toEqual(kept)
  })
})

describe('every reason', () => {
  test.each(Object.entries(refusalReasons))('%s has a meaning, as a sentence', (reason, meaning) => {
    expect(reason).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(meaning).toMatch(/^[A-Z].*\.$/)
  })
})
