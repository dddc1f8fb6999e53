import { describe, expect, test } from 'vitest'
import type { Facts } from '../../../packages/core/src/flow/context.ts'
import {
  addressOf,
  canUseRecoveryCode,
  coolsDownUntil,
  destinationOf,
  enrollableMethods,
  findEnrollment,
  isUsable,
  methodKindOf,
  methodOf,
  rescueOptions,
  usableEnrollments,
} from '../../../packages/core/src/flow/options.ts'
import type { PendingEnrollment, Target } from '../../../packages/core/src/flow/stage.ts'
import type { Profile } from '../../../packages/core/src/profile/profile.ts'
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
import { contextWith } from './sample-flow.ts'

const app = enrollment('e1', 'authenticator')
const mail = enrollment('e2', 'email')
const text = enrollment('e3', 'sms', '+15550001')
const text2 = enrollment('e4', 'sms', '+15550002')
const gone = enrollment('e5', 'discontinued')

const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id)
const kinds = (list: readonly { readonly kind: string }[]) => list.map(({ kind }) => kind)
const firstOver = (channel: 'email' | 'sms') =>
  ({ ...login, firstFactor: { amr: [], at: START, channel } }) as const
const rescues = factsFor({ rescue: { email: { mayChangeFactors: false }, help: 'help@acme.test' } })

describe('the enrollments that can be challenged', () => {
  test('are all, the preferred one first, else in the order they came', () => {
    const profile = { ...profileWith(app, mail, text), preferred: text.id }
    expect(ids(usableEnrollments(contextWith({ profile })))).toEqual(['e3', 'e1', 'e2'])
  })

  test.each(['email', 'sms'] as const)(
    'CWE-308: leave out %s when the first factor came over it',
    (channel) => {
      const profile = profileWith(app, mail, text)
      const left = usableEnrollments(contextWith({ profile, run: firstOver(channel) })).map(
        ({ method }) => method,
      )
      expect(left).toEqual(['authenticator', 'email', 'sms'].filter((method) => method !== channel))
    },
  )

  test.each([stepUp, setup])(
    'CWE-308: leave out mail in a $kind of a session whose login came by a mailed link',
    (run) => {
      const profile = profileWith(app, mail, text)
      const usableAfter = (channel: 'email' | null) => {
        const facts: Facts = { ...factsFor(), caller: sessionOf(START, START, channel) }
        return ids(usableEnrollments(contextWith({ facts, profile, run })))
      }
      expect([usableAfter('email'), usableAfter(null)]).toEqual([
        ['e1', 'e3'],
        ['e1', 'e2', 'e3'],
      ])
    },
  )

  test('are all where no session is known', () => {
    const facts: Facts = { ...factsFor(), caller: null }
    expect(ids(usableEnrollments(contextWith({ facts, profile: profileWith(mail), run: stepUp })))).toEqual([
      'e2',
    ])
  })

  test('include one whose method is switched off: that takes nobody’s factor away', () => {
    const facts = factsFor({ methods: ['authenticator'] })
    expect(isUsable(contextWith({ facts, profile: profileWith(text) }), text)).toBe(true)
  })

  test('leave out one whose method is no longer registered', () => {
    expect(isUsable(contextWith({ profile: profileWith(gone) }), gone)).toBe(false)
  })

  test('leave out mail while the host knows no address', () => {
    const context = contextWith({ facts: factsFor({}, { email: null }), profile: profileWith(mail, text) })
    expect(ids(usableEnrollments(context))).toEqual(['e3'])
  })
})

describe('the enrollment that a client means', () => {
  const profile = { ...profileWith(app, text, text2), preferred: text2.id }
  const find = (which: string, of: Profile = profile) =>
    findEnrollment(contextWith({ profile: of }), which)?.id

  test.each([
    ['by its id', 'e3', 'e3'],
    ['by its method, the preferred one', 'sms', 'e4'],
    ['by its method, the only one', 'authenticator', 'e1'],
    ['by neither', 'fax', undefined],
    ['by the name of a built-in', 'constructor', undefined],
  ])('is found %s', (_how, which, id) => {
    expect(find(which)).toBe(id)
  })

  test('is the first of a method where the preferred one is of another', () => {
    expect(find('sms', { ...profile, preferred: app.id })).toBe('e3')
  })

  test('is the one of that id, also where another’s method has the id’s name', () => {
    const odd = enrollment('sms', 'authenticator')
    expect(find('sms', profileWith(text, odd))).toBe('sms')
  })
})

describe('the methods that can be enrolled', () => {
  test('come in the policy’s order', () => {
    const facts = factsFor({ methods: ['sms', 'authenticator', 'email'] })
    expect(kinds(enrollableMethods(contextWith({ facts })))).toEqual(['sms', 'authenticator', 'email'])
  })

  test('leave out what is not registered, switched off, the first factor’s channel, or without an address', () => {
    const of = (context: Parameters<typeof contextWith>[0]) => kinds(enrollableMethods(contextWith(context)))
    expect(of({ facts: factsFor({ methods: ['push', 'email'] }) })).toEqual(['email'])
    expect(of({ run: firstOver('sms') })).toEqual(['authenticator', 'email'])
    expect(of({ facts: factsFor({}, { email: null }) })).toEqual(['authenticator', 'sms'])
  })
})

describe('the ways of rescue', () => {
  const profile = withCodes(profileWith(app), 'r1')
  const offered = (context: Parameters<typeof contextWith>[0]) => rescueOptions(contextWith(context))

  test.each([
    ['all that the policy has, in a login', { facts: rescues, profile }, ['recovery_code', 'email', 'help']],
    ['recovery codes alone by default', { profile }, ['recovery_code']],
    ['none without codes', { profile: profileWith(app) }, []],
    [
      'no codes where the policy has none',
      { facts: factsFor({ rescue: { recoveryCodes: false } }), profile },
      [],
    ],
    ['codes alone in a step-up', { facts: rescues, profile, run: stepUp }, ['recovery_code']],
    ['none in a setup', { facts: rescues, profile, run: setup }, []],
    [
      'none for a user with nothing enrolled, even with codes',
      { facts: rescues, profile: withCodes(profileWith(), 'r1') },
      [],
    ],
    ['no mail where mail is the only factor', { facts: rescues, profile: profileWith(mail) }, ['help']],
    [
      'mail where mail is one factor of two',
      { facts: rescues, profile: profileWith(mail, app) },
      ['email', 'help'],
    ],
    [
      'no mail after a magic link',
      { facts: rescues, profile, run: firstOver('email') },
      ['recovery_code', 'help'],
    ],
    [
      'mail after a texted first factor',
      { facts: rescues, profile, run: firstOver('sms') },
      ['recovery_code', 'email', 'help'],
    ],
    [
      'no mail to a user without an address',
      { facts: { ...rescues, user: { ...rescues.user, email: null } }, profile },
      ['recovery_code', 'help'],
    ],
    ['no mail without a mailer', { facts: { ...rescues, methods: {} }, profile }, ['recovery_code', 'help']],
    [
      'codes alone under a lock',
      { facts: rescues, profile: { ...profile, lock: { until: START + 1 } } },
      ['recovery_code'],
    ],
    [
      'all of them once the lock is over',
      { facts: rescues, profile: { ...profile, lock: { until: START } } },
      ['recovery_code', 'email', 'help'],
    ],
  ] as const)('CWE-640: are %s', (_what, context, expected) => {
    expect(offered(context)).toEqual(expected)
  })

  test('NIST look-up secrets: a recovery code stands in for a factor, so it needs one to stand in for', () => {
    expect(canUseRecoveryCode(contextWith({ profile }))).toBe(true)
    expect(canUseRecoveryCode(contextWith({ profile: withCodes(profileWith(), 'r1') }))).toBe(false)
  })
})

const pendingOf = (method: string, address: string | null): PendingEnrollment => ({
  id: enrollmentId('p'),
  method,
  name: null,
  address,
  secret: null,
  methodData: null,
  replaces: null,
})

describe('a target', () => {
  const context = contextWith({ profile: profileWith(app, mail, text) })
  const ofEnrollment = (id: string): Target => ({ of: 'enrollment', enrollment: enrollmentId(id) })
  const ofPending = (method: string, address: string | null): Target => ({
    of: 'pending',
    pending: pendingOf(method, address),
  })

  test.each([
    [ofEnrollment('e1'), 'authenticator', null, 'e1'],
    [ofEnrollment('e2'), 'email', 'bob@acme.test', 'e2'],
    [ofEnrollment('e3'), 'sms', '+15550001', 'e3'],
    [ofEnrollment('e9'), 'unknown', null, 'e9'],
    [ofPending('sms', '+15550003'), 'sms', '+15550003', 'sms:+15550003'],
    [ofPending('email', null), 'email', 'bob@acme.test', 'email:'],
    [ofPending('authenticator', null), 'authenticator', null, 'authenticator:'],
    [{ of: 'email_rescue' }, 'email', 'bob@acme.test', 'email_rescue'],
    [{ of: 'recovery_code' }, 'recovery_code', null, 'recovery_code'],
  ] as const)(
    '%j is of the method %s, goes to %s and cools down as %s',
    (target, method, address, destination) => {
      expect(methodKindOf(context, target)).toBe(method)
      expect(methodOf(context, target)?.kind).toBe(
        method === 'recovery_code' || method === 'unknown' ? undefined : method,
      )
      expect(addressOf(context, target)).toBe(address)
      expect(destinationOf(target)).toBe(destination)
    },
  )

  test('goes to the address that the host names now, not one that was stored', () => {
    const moved = contextWith({ facts: factsFor({}, { email: 'new@acme.test' }), profile: profileWith(mail) })
    expect(addressOf(moved, ofEnrollment('e2'))).toBe('new@acme.test')
  })
})

test('a destination cools down until its moment, which is no longer part of it', () => {
  const context = (at: number) => contextWith({ at, cooldowns: { e3: START + 30_000 } })
  expect(coolsDownUntil(context(START + 29_999), 'e3')).toBe(START + 30_000)
  expect(coolsDownUntil(context(START + 30_000), 'e3')).toBeNull()
  expect(coolsDownUntil(context(START), 'e1')).toBeNull()
})
