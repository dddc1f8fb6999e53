import { memoryStore } from '@sallyport/adapters-memory'
import { inState, outcomeOf, refusalOf, scenario } from '@sallyport/testkit'
import { expect, test } from 'vitest'

const begin = (policy: Parameters<typeof scenario>[0]['policy'] = {}) =>
  scenario({ store: memoryStore(), policy })

test('a user with an authenticator logs in by its code, and the outcome says by what means and when', async () => {
  const { given, when, clock } = begin()
  const { app, enrollment } = await given.authenticator('bob')
  const step = inState(await when.login('bob'), 'challenging')
  expect(step.accepts).toContain('proof_submitted')
  const outcome = outcomeOf(await when.prove(step, app.codeAt(clock.now())), 'authenticated')
  expect(outcome).toMatchObject({
    userId: 'bob',
    via: 'enrollment',
    enrollment,
    amr: ['pwd', 'otp', 'mfa'],
    authenticatedAt: clock.now(),
    secondFactorAt: clock.now(),
    remembered: null,
  })
})

test.each([
  ['email', undefined, 'bob@acme.test', ['pwd', 'otp', 'mfa']],
  ['sms', '+15550100', '+15550100', ['pwd', 'sms', 'mfa']],
] as const)('a user logs in by a code sent by %s', async (method, address, to, amr) => {
  const { given, when, outbox } = begin()
  await given.factor('bob', method, address)
  const step = inState(await when.login('bob'), 'challenging')
  expect(step.challenge).toMatchObject({ method, delivery: 'sent' })
  expect(step.challenge.address).not.toBe(to)
  const outcome = outcomeOf(await when.prove(step, outbox.lastCode(to)), 'authenticated')
  expect(outcome.amr).toEqual(amr)
})

test('a user with several methods chooses one, may choose again, and nothing is sent before', async () => {
  const { given, when, clock, outbox } = begin()
  const { app } = await given.authenticator('bob')
  await given.factor('bob', 'sms', '+15550100')
  outbox.clear()
  const selecting = inState(await when.login('bob'), 'selecting')
  expect(selecting.enrollments.map(({ method }) => method)).toEqual(['authenticator', 'sms'])
  expect(outbox.sent).toEqual([])
  const bySms = inState(await when.send(selecting, { type: 'method_selected', method: 'sms' }), 'challenging')
  expect(outbox.to('+15550100')).toHaveLength(1)
  const byApp = inState(
    await when.send(bySms, { type: 'method_selected', method: 'authenticator' }),
    'challenging',
  )
  outcomeOf(await when.prove(byApp, app.codeAt(clock.now())), 'authenticated')
})

test('a user who must have a second factor and has none enrolls one and is logged in by it', async () => {
  const { when, given, clock, outbox, twoFactor } = begin({ required: true, remember: { days: 7 } })
  given.user('bob')
  const choosing = inState(await when.login('bob', { remember: true }), 'enrolling')
  expect(choosing.enrollable).toEqual([
    { method: 'authenticator', needsAddress: false },
    { method: 'email', needsAddress: false },
    { method: 'sms', needsAddress: true },
  ])
  const asked = await when.send(choosing, {
    type: 'enrollment_requested',
    method: 'sms',
    address: '+15550100',
  })
  const confirming = inState(asked, 'enrolling')
  expect((await twoFactor.users.get('bob')).enrollments).toEqual([])
  const outcome = outcomeOf(await when.prove(confirming, outbox.lastCode('+15550100')), 'authenticated')
  expect(outcome.via).toBe('initial_enrollment')
  expect(outcome.remembered?.expiresAt).toBe(clock.now() + 7 * 86_400_000)
  expect((await twoFactor.users.get('bob')).enrollments).toMatchObject([
    { method: 'sms', address: '+15550100' },
  ])
  expect(outbox.to('bob@acme.test').at(-1)?.message.kind).toBe('factor_added')
})

test('provisioning data are given once, to the step that made them', async () => {
  const { when, given, twoFactor } = begin({ required: true })
  given.user('bob')
  const step = await when.send(await when.login('bob'), {
    type: 'enrollment_requested',
    method: 'authenticator',
  })
  expect(inState(step, 'enrolling').provisioning?.kind).toBe('app')
  expect(inState(await twoFactor.view(step.flow), 'enrolling').provisioning).toBeNull()
  expect(inState(await when.prove(step, '000000'), 'enrolling').provisioning).toBeNull()
})

test('nothing enrolled and nothing required: the first factor is all there is', async () => {
  const { when, given } = begin()
  given.user('bob')
  const outcome = outcomeOf(await when.login('bob'), 'authenticated')
  expect(outcome).toMatchObject({ via: 'first_factor', amr: ['pwd'], secondFactorAt: null })
})

test('a remembered browser skips the challenge until it expires, and raises no assurance', async () => {
  const { given, when, clock } = begin({ remember: { days: 7 } })
  const { app } = await given.authenticator('bob')
  const step = await when.login('bob', { remember: true })
  const { remembered } = outcomeOf(await when.prove(step, app.codeAt(clock.now())), 'authenticated')
  const token = remembered?.token ?? ''
  clock.advance({ days: 6 })
  const again = outcomeOf(await when.login('bob', { remembered: token }), 'authenticated')
  expect(again).toMatchObject({
    via: 'remembered_device',
    secondFactorAt: null,
    remembered: null,
    amr: ['pwd'],
  })
  clock.advance({ days: 1 })
  inState(await when.login('bob', { remembered: token }), 'challenging')
})

test('a remembered browser can be revoked, one by one', async () => {
  const { given, when, clock, twoFactor } = begin({ remember: { days: 7 } })
  const { app } = await given.authenticator('bob')
  const remember = async () => {
    clock.advance({ minutes: 1 })
    const step = await when.login('bob', { remember: true })
    return outcomeOf(await when.prove(step, app.codeAt(clock.now())), 'authenticated').remembered
  }
  const [first, second] = [await remember(), await remember()]
  expect((await twoFactor.devices.list('bob')).map(({ id }) => id)).toEqual([first?.device, second?.device])
  expect(await twoFactor.devices.revoke('bob', first?.device ?? '')).toBe(true)
  expect(await twoFactor.devices.revoke('bob', first?.device ?? '')).toBe(false)
  inState(await when.login('bob', { remembered: first?.token ?? '' }), 'challenging')
  outcomeOf(await when.login('bob', { remembered: second?.token ?? '' }), 'authenticated')
})

test('a code that could not be sent leaves the flow usable: the code may be sent again at once', async () => {
  const { given, when, outbox } = begin()
  await given.factor('bob', 'email')
  outbox.next('refuse')
  const failed = inState(await when.login('bob'), 'challenging')
  expect(refusalOf(failed)).toBe('delivery_failed')
  expect(failed.challenge.delivery).toBe('failed')
  const again = inState(await when.send(failed, { type: 'resend_requested' }), 'challenging')
  outcomeOf(await when.prove(again, outbox.lastCode('bob@acme.test')), 'authenticated')
})

test('a code whose fate is unknown may still arrive, and is then accepted', async () => {
  const { given, when, outbox } = begin()
  await given.factor('bob', 'email')
  outbox.next('fail_after_sending')
  const unknown = inState(await when.login('bob'), 'challenging')
  expect(unknown.challenge.delivery).toBe('unknown')
  expect(refusalOf(await when.send(unknown, { type: 'resend_requested' }))).toBe('cooling_down')
  outcomeOf(await when.prove(unknown, outbox.lastCode('bob@acme.test')), 'authenticated')
})

test('a sender that hangs is given up after ten seconds', async () => {
  const { given, when, outbox, clock } = begin()
  await given.factor('bob', 'email')
  outbox.next('hang')
  const login = when.login('bob')
  await clock.paused()
  clock.advance({ seconds: 10 })
  expect(inState(await login, 'challenging').challenge.delivery).toBe('unknown')
})

test('a call for help is mailed once an hour, says what its sender knows, and leaves the flow open', async () => {
  const { given, when, outbox, clock } = begin({ rescue: { help: 'help@acme.test' } })
  const { app } = await given.authenticator('bob')
  const step = await when.login('bob')
  const called = await when.send(step, { type: 'rescue_requested', option: 'help' })
  expect(called.refusal).toBeNull()
  expect(outbox.to('help@acme.test').at(-1)?.message.text).toContain('knows the password')
  expect(refusalOf(await when.send(called, { type: 'rescue_requested', option: 'help' }))).toBe(
    'help_requested_before',
  )
  expect(outbox.to('help@acme.test')).toHaveLength(1)
  outcomeOf(await when.prove(called, app.codeAt(clock.now())), 'authenticated')
})

test('a recovery code logs in once, its owner is told, and few left are warned of', async () => {
  const { given, when, twoFactor, outbox } = begin()
  await given.authenticator('bob')
  const codes = await twoFactor.recoveryCodes.generate('bob')
  expect(new Set(codes).size).toBe(10)
  for (const [used, code] of codes.slice(0, 7).entries()) {
    const rescuing = await when.send(await when.login('bob'), {
      type: 'rescue_requested',
      option: 'recovery_code',
    })
    const typed = code.toLowerCase().replaceAll('-', ' ')
    const outcome = outcomeOf(await when.prove(inState(rescuing, 'rescuing'), typed), 'authenticated')
    expect(outcome).toMatchObject({ via: 'recovery_code', remembered: null })
    expect(await twoFactor.recoveryCodes.count('bob')).toBe(9 - used)
  }
  const kinds = outbox.to('bob@acme.test').map(({ message }) => message.kind)
  expect(kinds).toContain('recovery_code_used')
  expect(kinds).toContain('recovery_codes_low')
})

test('a mailed code rescues where the policy says so, and does not make the session fresh', async () => {
  const { given, when, outbox } = begin({ rescue: { email: {} } })
  await given.authenticator('bob')
  const rescuing = await when.send(await when.login('bob'), { type: 'rescue_requested', option: 'email' })
  const outcome = outcomeOf(
    await when.prove(inState(rescuing, 'rescuing'), outbox.lastCode('bob@acme.test')),
    'authenticated',
  )
  expect(outcome).toMatchObject({ via: 'email_rescue', secondFactorAt: null, remembered: null })
})

test('a setup changes names and preference, and removes one of several', async () => {
  const { given, when, twoFactor } = begin()
  const app = await given.authenticator('bob')
  const text = await given.factor('bob', 'sms', '+15550100')
  let step = inState(await when.setup('bob'), 'managing')
  const send = async (event: Parameters<typeof when.send>[1]) =>
    inState(await when.send(step, event, 'bob'), 'managing')
  step = await send({ type: 'rename_requested', enrollment: app.enrollment, name: 'Phone' })
  step = await send({ type: 'preference_requested', enrollment: text.enrollment })
  expect(step.enrollments.map(({ name, method }) => [name, method])).toEqual([
    [null, 'sms'],
    ['Phone', 'authenticator'],
  ])
  step = await send({ type: 'removal_requested', enrollment: text.enrollment })
  expect((await twoFactor.users.get('bob')).preferred).toBe(app.enrollment)
  const disabled = await when.send(step, { type: 'removal_requested', enrollment: app.enrollment }, 'bob')
  outcomeOf(disabled, 'disabled')
  expect((await twoFactor.users.get('bob')).enrollments).toEqual([])
})

test('a changed number is told to the old number as well', async () => {
  const { given, when, outbox } = begin()
  await given.factor('bob', 'sms', '+15550100')
  const asked = await when.send(
    await when.setup('bob'),
    { type: 'enrollment_requested', method: 'sms', address: '+15550199' },
    'bob',
  )
  outcomeOf(await when.prove(asked, outbox.lastCode('+15550199'), 'bob'), 'changed')
  expect(outbox.to('+15550100').at(-1)?.message.kind).toBe('factor_replaced')
  expect(outbox.to('bob@acme.test').at(-1)?.message.kind).toBe('factor_replaced')
})

test('a step-up proves a factor again, and says when for max_age (RFC 9470)', async () => {
  const { given, when, clock } = begin({ remember: { days: 7 } })
  const { app } = await given.authenticator('bob')
  const step = inState(await when.stepUp('bob'), 'challenging')
  const outcome = outcomeOf(await when.prove(step, app.codeAt(clock.now()), 'bob'), 'verified')
  expect(outcome).toMatchObject({ userId: 'bob', authenticatedAt: clock.now(), amr: ['otp'] })
})

test('a step-up of a user with nothing enrolled is refused as such', async () => {
  const { given, when } = begin()
  given.user('bob')
  expect(outcomeOf(await when.stepUp('bob'), 'denied').reason).toBe('not_enrolled')
})

test('a stale session is told to prove a factor, and after a step-up the same setup goes on', async () => {
  const { given, when, clock, twoFactor } = begin()
  const { app } = await given.authenticator('bob')
  const stale = { userId: 'bob', firstFactorAt: clock.now(), secondFactorAt: null }
  const setup = inState(await twoFactor.setup({ caller: stale }), 'managing')
  expect(setup).toMatchObject({ isFresh: false, accepts: ['cancel_requested'] })
  const event = { type: 'recovery_codes_requested' } as const
  expect(refusalOf(await twoFactor.send(setup.flow, event, { caller: stale }))).toBe('reauth_required')
  const verified = await when.prove(await when.stepUp('bob'), app.codeAt(clock.now()), 'bob')
  const { secondFactorAt } = outcomeOf(verified, 'verified')
  const fresh = await twoFactor.send(setup.flow, event, { caller: { ...stale, secondFactorAt } })
  expect(inState(fresh, 'managing').recoveryCodes).toHaveLength(10)
})
