import { describe, expect, test } from 'vitest'
import {
  enrollment,
  enrollmentId,
  factsFor,
  profileWith,
  START,
  setup,
  withCodes,
} from '../../model/world.ts'
import { endingOf, sent, started } from './sample-flow.ts'

const app = enrollment('e1', 'authenticator')
const text = enrollment('e2', 'sms', '+15550001')
const profile = profileWith(app, text)
const managing = started({ run: setup, profile })
const unknown = enrollmentId('e9')

describe('in a setup', () => {
  test.each([
    { type: 'rename_requested', enrollment: unknown, name: 'new' },
    { type: 'preference_requested', enrollment: unknown },
    { type: 'removal_requested', enrollment: unknown },
  ] as const)('$type of an enrollment that is not there is refused and changes nothing', (event) => {
    const step = sent(managing, event)
    expect(step.refusal).toEqual({ reason: 'enrollment_unknown', field: 'enrollment' })
    expect(step).toMatchObject({ state: 'managing.idle', flow: managing.flow, profile, tells: [] })
  })

  test('an enrollment is renamed, preferred and removed where it is there', () => {
    const named = sent(managing, { type: 'rename_requested', enrollment: text.id, name: 'new' })
    expect(named.profile.enrollments.map(({ name }) => name)).toEqual([app.name, 'new'])
    expect(sent(managing, { type: 'preference_requested', enrollment: text.id }).profile.preferred).toBe(
      text.id,
    )
    const removed = sent(managing, { type: 'removal_requested', enrollment: text.id })
    expect(removed.profile.enrollments).toEqual([app])
  })

  test('recovery codes are refused where the policy has none', () => {
    const facts = factsFor({ rescue: { recoveryCodes: false } })
    const step = sent(managing, { type: 'recovery_codes_requested' }, { facts })
    expect(step).toMatchObject({ state: 'managing.idle', refusal: { reason: 'rescue_unavailable' }, profile })
  })

  test('recovery codes are drawn where it has', () => {
    const step = sent({ ...managing, profile: withCodes(profile) }, { type: 'recovery_codes_requested' })
    expect(step).toMatchObject({ state: 'managing.idle', refusal: null })
    expect(step.profile.recoveryCodes?.unused.length).toBeGreaterThan(0)
  })

  test('the second factor is disabled, which ends it', () => {
    const step = sent(managing, { type: 'disable_requested' })
    expect(step).toMatchObject({ state: 'disabled', refusal: null, profile: { enrollments: [] } })
    expect(endingOf(step)).toEqual({ kind: 'disabled' })
  })
})

describe('a flow that ends as it begins', () => {
  test('says that the user may not log in', () => {
    const facts = factsFor({}, { active: false })
    expect(endingOf(started({ facts }))).toEqual({ kind: 'denied', reason: 'inactive' })
  })

  test('says until when the user is locked', () => {
    const until = START + 60_000
    const locked = started({ profile: { ...profileWith(app), lock: { until } } })
    expect(endingOf(locked)).toEqual({ kind: 'locked', reason: 'locked', until })
  })
})

describe('an event that is refused before the machine sees it tells nothing', () => {
  test('as the session is not fresh', () => {
    const facts = { ...managing.facts, caller: null }
    const step = sent(managing, { type: 'disable_requested' }, { facts })
    expect(step).toMatchObject({ refusal: { reason: 'reauth_required' }, tells: [], profile })
  })

  test('as the state does not take it', () => {
    const step = sent(managing, { type: 'proof_submitted' })
    expect(step).toMatchObject({ refusal: { reason: 'event_not_accepted' }, tells: [], profile })
  })
})
