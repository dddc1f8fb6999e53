import { expect, test } from 'vitest'
import type { Tell } from '../../../packages/core/src/flow/effects.ts'
import { enrollment, factsFor, profileWith, START, setup, stepUp } from '../../model/world.ts'
import { audited, endingOf, sent, started, type Walked } from './sample-flow.ts'

const app = enrollment('e1', 'authenticator')
const text = enrollment('e2', 'sms', '+15550001')
const profile = profileWith(app, text)

const events = ({ tells }: { readonly tells: readonly Tell[] }) =>
  tells.flatMap((tell) => (tell.kind === 'audit' ? [tell.event] : []))

test('a removal is in the audit log, with what was removed', () => {
  const step = sent(started({ run: setup, profile }), { type: 'removal_requested', enrollment: text.id })
  expect(events(step)).toEqual([{ kind: 'enrollment_removed', method: 'sms', enrollment: text.id }])
})

test('what a user enrolls is in the audit log as the user’s doing', () => {
  const begun = sent(started({ run: setup, profile }), {
    type: 'enrollment_requested',
    method: 'email',
    mode: 'add',
  })
  const step = sent(begun, { type: 'proof_submitted' })
  expect(events(step)).toContainEqual(
    expect.objectContaining({ kind: 'enrollment_added', method: 'email', by: 'user' }),
  )
})

test('a rejection that locks nobody is told by itself alone', () => {
  const step = sent(
    started({ profile: profileWith(app) }),
    { type: 'proof_submitted' },
    { verdict: 'rejected' },
  )
  expect(audited(step)).toEqual(['proof_rejected'])
  expect(step.tells.map((tell) => tell.kind)).not.toContain(undefined)
})

test('a rescue by mail is in the audit log as an accepted proof', () => {
  const facts = factsFor({ rescue: { email: { mayChangeFactors: false } } })
  const begun = sent(started({ profile: profileWith(app), facts }), {
    type: 'rescue_requested',
    option: 'email',
  })
  const step = sent(begun, { type: 'proof_submitted' })
  expect(events(step)[0]).toStrictEqual({ kind: 'proof_accepted', challenge: 'c', method: 'email' }) // of no enrollment
})

test.each<[string, () => Walked, object]>([
  [
    'verified',
    () => sent(started({ run: stepUp, profile: profileWith(app) }), { type: 'proof_submitted' }),
    { via: 'enrollment', amr: ['otp'] },
  ],
  ['disabled', () => sent(started({ run: setup, profile }), { type: 'disable_requested' }), {}],
  [
    'changed',
    () =>
      sent(
        sent(started({ run: setup, profile }), {
          type: 'enrollment_requested',
          method: 'email',
          mode: 'add',
        }),
        { type: 'proof_submitted' },
      ),
    {},
  ],
  [
    'cancelled',
    () => sent(started({ run: setup, profile }), { type: 'cancel_requested' }),
    { reason: 'cancelled_by_user' },
  ],
])('a flow that ends %s says so last, and what belongs to it', (kind, end, more) => {
  const step = end()
  expect(endingOf(step).kind).toBe(kind)
  expect(events(step).at(-1)).toStrictEqual({ kind: 'flow_ended', outcome: kind, ...more })
})

test('a code’s cool-downs that are over are forgotten', () => {
  const first = started({ profile: profileWith(text) })
  const at = START + 30_000
  const old = { ...first, flow: { ...first.flow, cooldowns: { ...first.flow.cooldowns, other: at } } }
  const again = sent(old, { type: 'resend_requested', at })
  expect(again.refusal).toBeNull()
  expect(Object.keys(again.flow.cooldowns)).toEqual([text.id])
})
