import { InputError } from '@sallyport/core'
import { inState, outcomeOf } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { deploy } from './deployment.ts'

const rescue = { recoveryCodes: true, dangerouslyShowAgain: true }

describe('viewSetup', () => {
  test('shows what setup would, with nothing to send events to', async () => {
    const { twoFactor, given, clock } = deploy({ policy: { rescue } })
    given.user('bob')
    await given.authenticator('bob')
    await twoFactor.recoveryCodes.generate('bob')
    const caller = { userId: 'bob', secondFactorAt: clock.now() }
    const shown = await twoFactor.viewSetup({ caller })
    const {
      flow: _flow,
      refusal: _refusal,
      ...opened
    } = inState(await twoFactor.setup({ caller }), 'managing')
    expect(shown).toEqual(opened)
    expect(opened.recoveryCodes).toHaveLength(10)
  })

  test('shows no recovery codes to a session that is not fresh', async () => {
    const { twoFactor, given } = deploy({ policy: { rescue } })
    given.user('bob')
    await given.authenticator('bob')
    await twoFactor.recoveryCodes.generate('bob')
    const shown = await twoFactor.viewSetup({ caller: { userId: 'bob' } })
    expect(shown).toMatchObject({ state: 'managing', isFresh: false, recoveryCodes: null })
  })

  test('reads once and writes nothing', async () => {
    const { twoFactor, store } = deploy()
    await twoFactor.viewSetup({ caller: { userId: 'bob' } })
    expect([store.loads.length, store.commits.length]).toEqual([1, 0])
  })

  test('of a user who may not log in, it is over before it begins', async () => {
    const { twoFactor, given } = deploy()
    given.user('bob', { active: false })
    expect(await twoFactor.viewSetup({ caller: { userId: 'bob' } })).toMatchObject({
      state: 'denied',
      accepts: [],
    })
  })

  test('tells of a flow as of now, not as of its last step', async () => {
    const { twoFactor, when, given, clock } = deploy({ policy: { freshnessSeconds: 60 } })
    await given.authenticator('bob')
    const caller = when.session('bob')
    const { flow } = inState(await twoFactor.setup({ caller }), 'managing')
    clock.advance({ seconds: 59 })
    expect(await twoFactor.view(flow, { caller })).toMatchObject({ isFresh: true })
    clock.advance({ seconds: 2 })
    expect(await twoFactor.view(flow, { caller })).toMatchObject({ isFresh: false })
  })

  test('refuses a caller that is none', async () => {
    const { twoFactor } = deploy()
    const call = () => twoFactor.viewSetup({ caller: { userId: '' } })
    await expect(call()).rejects.toThrow(InputError)
  })
})

test('an authenticated outcome tells when the first factor was proven, however long ago', async () => {
  const { twoFactor, given, clock } = deploy()
  given.user('bob')
  const { app } = await given.authenticator('bob')
  const at = clock.now() - 90_000
  const step = await twoFactor.login({ userId: 'bob', firstFactor: { amr: ['pwd'], at } })
  clock.advance({ minutes: 1 })
  const next = await twoFactor.send(step.flow, { type: 'proof_submitted', proof: app.codeAt(clock.now()) })
  expect(outcomeOf(next, 'authenticated')).toMatchObject({
    firstFactorAt: at,
    authenticatedAt: clock.now(),
    secondFactorAt: clock.now(),
  })
})

test('a changed outcome tells of the proof, for the session to keep', async () => {
  const { twoFactor, given, clock, outbox } = deploy({ policy: { methods: ['email'] } })
  given.user('bob')
  const caller = { userId: 'bob', firstFactorAt: clock.now() }
  const { flow } = await twoFactor.setup({ caller })
  await twoFactor.send(flow, { type: 'enrollment_requested', method: 'email' }, { caller })
  const proof = outbox.lastCode('bob@acme.test')
  const step = await twoFactor.send(flow, { type: 'proof_submitted', proof }, { caller })
  expect(outcomeOf(step, 'changed')).toMatchObject({ amr: ['otp'], secondFactorAt: clock.now() })
})

test('RFC 8176: a changed outcome tells of the method that was proven, not of one that was there before', async () => {
  const { when, given, outbox } = deploy()
  await given.authenticator('bob')
  const event = { type: 'enrollment_requested', method: 'sms', address: '+15550001', mode: 'add' } as const
  const step = await when.send(await when.setup('bob'), event, 'bob')
  const changed = await when.prove(step, outbox.lastCode('+15550001'), 'bob')
  expect(outcomeOf(changed, 'changed').amr).toEqual(['sms'])
})
