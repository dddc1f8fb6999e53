import { memoryStore } from '@sallyport/adapters-memory'
import { type ClientEvent, parseUserId, StoreError, TokenError } from '@sallyport/core'
import {
  faultyStore,
  inState,
  outcomeOf,
  recordingStore,
  refusalOf,
  scenario,
  simulatedAuthenticator,
} from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'

type Policy = Parameters<typeof scenario>[0]['policy']
const begin = (policy: Policy = {}) => scenario({ store: memoryStore(), policy })

describe('the attacker knows the password', () => {
  test('L1: a verdict, or any other fact of the engine, sent as a client’s event is malformed and does nothing', async () => {
    const { given, when, twoFactor } = begin()
    await given.authenticator('bob')
    const step = await when.login('bob')
    const forged = [
      { type: 'proof_accepted', at: 0, methodData: null, recoveryCode: null, remember: null, device: 'd' },
      { type: 'proof_rejected', at: 0, cause: 'x' },
      { type: 'challenge_opened', at: 0, challenge: 'c', digest: null, hint: null },
      { type: 'enrollment_prepared', at: 0, pending: {} },
      { type: 'recovery_codes_drawn', at: 0, digests: [], sealed: null },
      { type: 'delivery_failed', at: 0, challenge: 'c', definite: true },
      { type: 'help_failed', at: 0, definite: true },
      { type: 'flow_expired', at: 0 },
      { type: 'flow_superseded', at: 0 },
      { type: 'user_inactive', at: 0 },
      { type: 'xstate.init' },
      { type: '*' },
    ]
    for (const event of forged) {
      const answer = await twoFactor.send(step.flow, event as unknown as ClientEvent) // what no compiler lets through
      expect(refusalOf(answer)).toBe('event_malformed')
      inState(answer, 'challenging')
    }
  })

  test('L1: time cannot be sent along with an event', async () => {
    const { given, when, twoFactor } = begin()
    await given.authenticator('bob')
    const step = await when.login('bob')
    const event = { type: 'proof_submitted', proof: '123456', at: 0 } as const
    expect(refusalOf(await twoFactor.send(step.flow, event))).toBe('event_malformed')
  })

  test('L1: a step_up ends verified, whatever is done with its token: no login', async () => {
    const { given, when, clock, twoFactor } = begin()
    const { app } = await given.authenticator('bob')
    const step = await when.stepUp('bob')
    const answer = await when.prove(step, app.codeAt(clock.now()), 'bob')
    expect(answer.state).toBe('verified')
    expect(refusalOf(await twoFactor.send(step.flow, { type: 'selection_requested' }))).toBe('wrong_caller')
  })

  test('L1: the token of a setup or step-up is worth nothing in another user’s session, or in none', async () => {
    const { given, when, clock, twoFactor } = begin()
    const { app } = await given.authenticator('bob')
    given.user('eve')
    for (const step of [await when.setup('bob'), await when.stepUp('bob')]) {
      const event = { type: 'proof_submitted', proof: app.codeAt(clock.now()) } as const
      for (const options of [{}, { caller: when.session('eve') }]) {
        const answer = inState(await twoFactor.send(step.flow, event, options), 'unavailable')
        expect(refusalOf(answer)).toBe('wrong_caller')
        expect(refusalOf(await twoFactor.view(step.flow, options))).toBe('wrong_caller')
        expect(refusalOf(await twoFactor.cancel(step.flow, options))).toBe('wrong_caller')
      }
    }
  })

  test('L1: a forged or altered token is refused before anything is loaded', async () => {
    const store = recordingStore(memoryStore())
    const { given, when, twoFactor } = scenario({ store })
    await given.authenticator('bob')
    const { flow } = await when.login('bob')
    const { loads } = store
    for (const token of [
      '',
      'x',
      flow.slice(0, -1),
      `${flow}A`,
      flow.replace(/^./, 'X'),
      flow.toUpperCase(),
    ]) {
      await expect(twoFactor.send(token, { type: 'cancel_requested' })).rejects.toBeInstanceOf(TokenError)
      await expect(twoFactor.view(token)).rejects.toBeInstanceOf(TokenError)
    }
    expect(store.loads).toEqual(loads)
  })

  test('L1: an outcome is not to be had from a view of the finished flow, nor by sending again', async () => {
    const { given, when, clock, twoFactor } = begin({ remember: { days: 7 } })
    const { app } = await given.authenticator('bob')
    const step = await when.login('bob', { remember: true })
    const code = app.codeAt(clock.now())
    outcomeOf(await when.prove(step, code), 'authenticated')
    const viewed = inState(await twoFactor.view(step.flow), 'authenticated')
    expect(viewed.outcome).toBeUndefined()
    expect(JSON.stringify(viewed)).not.toContain('token')
    const repeated = await when.prove(step, code)
    expect(refusalOf(repeated)).toBe('flow_ended')
    expect(inState(repeated, 'authenticated').outcome).toBeUndefined()
  })

  test('L2, RFC 6238 §5.2: a code that someone looked over the shoulder for does not log in again', async () => {
    const { given, when, clock } = begin()
    const { app } = await given.authenticator('bob')
    const code = app.codeAt(clock.now())
    outcomeOf(await when.prove(await when.login('bob'), code), 'authenticated')
    expect(refusalOf(await when.prove(await when.login('bob'), code))).toBe('proof_rejected')
    clock.advance({ seconds: 30 })
    expect(refusalOf(await when.prove(await when.login('bob'), code))).toBe('proof_rejected')
  })

  test('L2: the code that confirmed an enrollment counts as used', async () => {
    const { given, when, clock } = begin({ required: true })
    given.user('bob')
    const asked = await when.send(await when.login('bob'), {
      type: 'enrollment_requested',
      method: 'authenticator',
    })
    const { provisioning } = inState(asked, 'enrolling')
    const app = simulatedAuthenticator(provisioning?.kind === 'app' ? provisioning.uri : '')
    const code = app.codeAt(clock.now())
    outcomeOf(await when.prove(asked, code), 'authenticated')
    expect(refusalOf(await when.prove(await when.login('bob'), code))).toBe('proof_rejected')
  })

  test('L2: a mailed code is bound to its challenge: a resend voids it, and it is worth nothing in another flow', async () => {
    const { given, when, clock, outbox } = begin()
    await given.factor('bob', 'email')
    const step = await when.login('bob')
    const first = outbox.lastCode('bob@acme.test')
    clock.advance({ seconds: 30 })
    await when.send(step, { type: 'resend_requested' })
    expect(refusalOf(await when.prove(step, first))).toBe('proof_rejected')
    const other = await when.login('bob')
    expect(
      refusalOf(await when.prove(other, outbox.lastCode('bob@acme.test') === first ? '000000' : first)),
    ).toBe('proof_rejected')
  })

  test.each(['restarting the flow', 'resending', 'switching methods'])(
    'L3: guessing goes no further by %s',
    async (trick) => {
      const { given, when, clock, outbox, twoFactor } = begin()
      const { app } = await given.authenticator('bob')
      await given.factor('bob', 'email')
      const start = async () =>
        when.send(await when.login('bob'), { type: 'method_selected', method: 'authenticator' })
      let step = await start()
      let guesses = 0
      for (let round = 0; round < 40; round += 1) {
        clock.advance({ seconds: 31 })
        if (trick === 'restarting the flow' || step.state !== 'challenging') step = await start()
        if (trick === 'resending') step = await when.send(step, { type: 'resend_requested' })
        if (trick === 'switching methods') {
          step = await when.send(step, {
            type: 'method_selected',
            method: round % 2 === 0 ? 'email' : 'authenticator',
          })
        }
        if (step.state !== 'challenging') break
        step = await when.prove(step, app.wrongCodeAt(clock.now()))
        guesses += 1
        if (step.state === 'locked') break
      }
      expect(guesses).toBeLessThanOrEqual(10)
      expect(await twoFactor.users.get('bob')).toMatchObject({ failures: 10, isLocked: true })
      expect(outbox.to('bob@acme.test').map(({ message }) => message.kind)).toContain('second_factor_failed')
    },
  )

  test('L3: under a lock the right code is not even checked, and a recovery code is the way in that lifts it', async () => {
    const { given, when, clock, twoFactor } = begin({ throttle: { failuresPerLock: 3 } })
    const { app } = await given.authenticator('bob')
    const [code = ''] = await twoFactor.recoveryCodes.generate('bob')
    const open = await when.login('bob')
    const step = await when.login('bob')
    for (let guess = 0; guess < 3; guess += 1) await when.prove(step, app.wrongCodeAt(clock.now()))
    expect(refusalOf(await when.prove(open, app.codeAt(clock.now())))).toBe('locked')
    expect(
      inState(await when.send(open, { type: 'rescue_requested', option: 'recovery_code' }), 'rescuing')
        .accepts,
    ).toContain('proof_submitted')
    const locked = inState(await when.login('bob'), 'rescuing')
    expect(locked.rescueOptions).toEqual(['recovery_code'])
    outcomeOf(await when.prove(locked, code), 'authenticated')
    expect(await twoFactor.users.get('bob')).toMatchObject({ failures: 0, isLocked: false })
  })

  test('L3: the failure that locks ends the flow, or leaves it a recovery code and nothing else', async () => {
    const { given, when, clock, twoFactor } = begin({ throttle: { failuresPerLock: 3 } })
    const { app } = await given.authenticator('bob')
    const { app: other } = await given.authenticator('eve')
    await twoFactor.recoveryCodes.generate('eve')
    const fail = async (id: string, phone: typeof app) => {
      let step = await when.login(id)
      for (let guess = 0; guess < 3; guess += 1) step = await when.prove(step, phone.wrongCodeAt(clock.now()))
      return step
    }
    expect(outcomeOf(await fail('bob', app), 'locked').until).toBe(clock.now() + 900_000)
    const rescuing = inState(await fail('eve', other), 'rescuing')
    expect(rescuing.challenge).toMatchObject({ method: 'recovery_code', attemptsLeft: 2 })
    expect(rescuing.accepts).not.toContain('method_selected')
    expect(rescuing.lockedUntil).toBe(clock.now() + 900_000)
    expect(refusalOf(rescuing)).toBe('proof_rejected')
  })

  test('L3: a mailed rescue code and the proof of a new method are not checked under a lock either', async () => {
    const { given, when, clock, outbox } = begin({ rescue: { email: {} }, throttle: { failuresPerLock: 3 } })
    const { app } = await given.authenticator('bob')
    const rescuing = await when.send(await when.login('bob'), { type: 'rescue_requested', option: 'email' })
    const rescueCode = outbox.lastCode('bob@acme.test')
    const asked = await when.send(
      await when.setup('bob'),
      { type: 'enrollment_requested', method: 'sms', address: '+15550100' },
      'bob',
    )
    const step = await when.login('bob')
    for (let guess = 0; guess < 3; guess += 1) await when.prove(step, app.wrongCodeAt(clock.now()))
    expect(refusalOf(await when.prove(rescuing, rescueCode))).toBe('locked')
    expect(refusalOf(await when.prove(asked, outbox.lastCode('+15550100'), 'bob'))).toBe('locked')
  })

  test('a mailed rescue is not offered to a user whose only method is mail', async () => {
    const { given, when } = begin({ rescue: { email: {} } })
    await given.factor('bob', 'email')
    const step = inState(await when.login('bob'), 'challenging')
    expect(step.rescueOptions).toEqual([])
    expect(refusalOf(await when.send(step, { type: 'rescue_requested', option: 'email' }))).toBe(
      'rescue_unavailable',
    )
  })

  test('a user who must keep a second factor can neither disable it nor remove the last', async () => {
    const { given, when } = begin({ required: true })
    const { enrollment } = await given.authenticator('bob')
    const setup = await when.setup('bob')
    expect(refusalOf(await when.send(setup, { type: 'disable_requested' }, 'bob'))).toBe(
      'two_factor_required',
    )
    expect(refusalOf(await when.send(setup, { type: 'removal_requested', enrollment }, 'bob'))).toBe(
      'two_factor_required',
    )
  })

  test.each(['recovery_code', 'email'] as const)(
    'L9: a rescue by %s remembers no browser, even when asked to',
    async (option) => {
      const { given, when, twoFactor, outbox } = begin({ remember: { days: 7 }, rescue: { email: {} } })
      await given.authenticator('bob')
      const [code = ''] = await twoFactor.recoveryCodes.generate('bob')
      const step = await when.send(await when.login('bob', { remember: true }), {
        type: 'rescue_requested',
        option,
      })
      const proof = option === 'email' ? outbox.lastCode('bob@acme.test') : code
      const answer = await when.send(step, { type: 'proof_submitted', proof, remember: true })
      expect(outcomeOf(answer, 'authenticated').remembered).toBeNull()
      expect(await twoFactor.devices.list('bob')).toEqual([])
    },
  )

  test('L3: wrong recovery codes spend the flow’s attempts, and cannot lock the owner out for good', async () => {
    const { given, when, twoFactor } = begin()
    await given.authenticator('bob')
    await twoFactor.recoveryCodes.generate('bob')
    let step = await when.send(await when.login('bob'), { type: 'rescue_requested', option: 'recovery_code' })
    for (let guess = 0; guess < 5; guess += 1) step = await when.prove(step, '0000-0000-0000-0000-0000-0000')
    expect(outcomeOf(step, 'denied').reason).toBe('attempts_exhausted')
    expect((await twoFactor.users.get('bob')).failures).toBe(0)
  })

  test('L3: choosing a rescue again does not give attempts back', async () => {
    const { given, when, clock, twoFactor } = begin()
    const { app } = await given.authenticator('bob')
    await twoFactor.recoveryCodes.generate('bob')
    let step = await when.login('bob')
    for (let guess = 0; guess < 4; guess += 1) step = await when.prove(step, app.wrongCodeAt(clock.now()))
    step = await when.send(step, { type: 'rescue_requested', option: 'recovery_code' })
    expect(inState(step, 'rescuing').challenge?.attemptsLeft).toBe(1)
    outcomeOf(await when.prove(step, '0000-0000-0000-0000-0000-0000'), 'denied')
  })

  test('L3: each lock lasts twice as long, and the hundredth failure locks until a rescue', async () => {
    const { given, when, clock, twoFactor } = begin()
    const { app } = await given.authenticator('bob')
    const minutes: number[] = []
    for (let failures = 0; failures < 100; ) {
      let step = await when.login('bob')
      for (let guess = 0; guess < 5 && step.state === 'challenging'; guess += 1, failures += 1) {
        step = await when.prove(step, app.wrongCodeAt(clock.now()))
      }
      const { lockedUntil } = await twoFactor.users.get('bob')
      if (typeof lockedUntil === 'number') {
        minutes.push((lockedUntil - clock.now()) / 60_000)
        clock.set(lockedUntil)
      }
    }
    expect(minutes).toEqual([15, 30, 60, 120, 240, 480, 960, 1440, 1440])
    expect((await twoFactor.users.get('bob')).lockedUntil).toBe('rescued')
    clock.advance({ days: 1_000 })
    inState(await when.login('bob'), 'locked')
    await twoFactor.users.unlock('bob')
    outcomeOf(await when.prove(await when.login('bob'), app.codeAt(clock.now())), 'authenticated')
  })

  test('L4: a setup begun before the owner changed factors changes nothing afterwards', async () => {
    const { given, when, outbox, twoFactor } = begin()
    const { enrollment } = await given.authenticator('bob')
    const attackers = await when.send(
      await when.setup('bob'),
      { type: 'enrollment_requested', method: 'sms', address: '+15550666' },
      'bob',
    )
    const owners = await when.send(
      await when.setup('bob'),
      { type: 'enrollment_requested', method: 'email', mode: 'add' },
      'bob',
    )
    outcomeOf(await when.prove(owners, outbox.lastCode('bob@acme.test'), 'bob'), 'changed')
    const late = await when.prove(attackers, outbox.lastCode('+15550666'), 'bob')
    expect(outcomeOf(late, 'cancelled').reason).toBe('superseded')
    const methods = (await twoFactor.users.get('bob')).enrollments.map(({ id, method }) => [
      id === enrollment,
      method,
    ])
    expect(methods).toEqual([
      [true, 'authenticator'],
      [false, 'email'],
    ])
  })

  test('L4: a login that was pending when the owner enrolled does not enroll the attacker’s phone', async () => {
    const { given, when, outbox, twoFactor } = begin({ required: true })
    given.user('bob')
    const attackers = await when.send(await when.login('bob'), {
      type: 'enrollment_requested',
      method: 'sms',
      address: '+15550666',
    })
    await given.authenticator('bob')
    const late = await when.prove(attackers, outbox.lastCode('+15550666'))
    expect(outcomeOf(late, 'cancelled').reason).toBe('superseded')
    expect((await twoFactor.users.get('bob')).enrollments.map(({ method }) => method)).toEqual([
      'authenticator',
    ])
  })

  test('L4: an abandoned setup leaves nothing behind', async () => {
    const { given, when, clock, twoFactor } = begin()
    await given.authenticator('bob')
    const before = await twoFactor.users.get('bob')
    const step = await when.send(
      await when.setup('bob'),
      { type: 'enrollment_requested', method: 'authenticator' },
      'bob',
    )
    clock.advance({ hours: 2 })
    inState(await when.prove(step, '123456', 'bob'), 'expired')
    expect(await twoFactor.users.get('bob')).toEqual(before)
  })

  test('a pending login dies with the password: a new security stamp supersedes it', async () => {
    const { given, when, clock } = begin()
    const { app } = await given.authenticator('bob')
    const step = await when.login('bob')
    given.user('bob', { securityStamp: 'changed' })
    expect(outcomeOf(await when.prove(step, app.codeAt(clock.now())), 'cancelled').reason).toBe('superseded')
  })

  test.each([
    ['deactivated', (world: ReturnType<typeof begin>) => void world.given.user('bob', { active: false })],
    ['deleted', (world: ReturnType<typeof begin>) => world.given.noUser('bob')],
  ])('a user who was %s meanwhile does not get in', async (_what, happen) => {
    const world = begin()
    const { app } = await world.given.authenticator('bob')
    const step = await world.when.login('bob')
    happen(world)
    expect(outcomeOf(await world.when.prove(step, app.codeAt(world.clock.now())), 'denied').reason).toBe(
      'inactive',
    )
  })

  test('L9, ASVS 7.5.1: a session by remembered device alone changes no factor', async () => {
    const { given, when, clock, twoFactor } = begin({ remember: { days: 7 } })
    const { app } = await given.authenticator('bob')
    const step = await when.login('bob', { remember: true })
    const { remembered } = outcomeOf(await when.prove(step, app.codeAt(clock.now())), 'authenticated')
    clock.advance({ days: 1 })
    const { secondFactorAt } = outcomeOf(
      await when.login('bob', { remembered: remembered?.token ?? '' }),
      'authenticated',
    )
    const caller = { userId: 'bob', firstFactorAt: clock.now(), secondFactorAt }
    const setup = await twoFactor.setup({ caller })
    const events: ClientEvent[] = [
      { type: 'disable_requested' },
      { type: 'enrollment_requested', method: 'email' },
      { type: 'recovery_codes_requested' },
    ]
    for (const event of events) {
      expect(refusalOf(await twoFactor.send(setup.flow, event, { caller }))).toBe('reauth_required')
    }
  })

  test('L9: a device token is bound to its user, the stamp and the epoch', async () => {
    const { given, when, clock, twoFactor } = begin({ remember: { days: 7 } })
    const { app } = await given.authenticator('bob')
    await given.authenticator('eve')
    const step = await when.login('bob', { remember: true })
    const token =
      outcomeOf(await when.prove(step, app.codeAt(clock.now())), 'authenticated').remembered?.token ?? ''
    inState(await when.login('eve', { remembered: token }), 'challenging')
    given.user('bob', { securityStamp: 'changed' })
    inState(await when.login('bob', { remembered: token }), 'challenging')
    given.user('bob', { securityStamp: 'stamp' })
    outcomeOf(await when.login('bob', { remembered: token }), 'authenticated')
    await twoFactor.users.enroll('bob', { method: 'email' })
    expect((await when.login('bob', { remembered: token })).state).toBe('selecting')
  })

  test('the channel of the first factor is neither second factor nor rescue', async () => {
    const { given, when } = begin({ rescue: { email: {} } })
    await given.authenticator('bob')
    await given.factor('bob', 'email')
    const firstFactor = { amr: ['email'], at: 0, channel: 'email' } as const
    const step = inState(await when.login('bob', { firstFactor }), 'challenging')
    expect(step.challenge.method).toBe('authenticator')
    expect(step.rescueOptions).toEqual([])
    expect(refusalOf(await when.send(step, { type: 'method_selected', method: 'email' }))).toBe(
      'method_unavailable',
    )
    expect(refusalOf(await when.send(step, { type: 'rescue_requested', option: 'email' }))).toBe(
      'rescue_unavailable',
    )
    await given.factor('eve', 'email')
    expect(outcomeOf(await when.login('eve', { firstFactor }), 'denied').reason).toBe('no_usable_method')
  })

  test('L1: a method switched off in the policy still challenges: switching off is no way around it', async () => {
    const store = memoryStore()
    const on = scenario({ store })
    await on.given.factor('bob', 'email')
    const off = scenario({ store, policy: { methods: ['authenticator'] } })
    off.given.user('bob')
    const step = inState(await off.when.login('bob'), 'challenging')
    const outcome = outcomeOf(
      await off.when.prove(step, off.outbox.lastCode('bob@acme.test')),
      'authenticated',
    )
    expect(outcome.via).toBe('enrollment')
  })

  test('L5: an expired code and an expired flow accept nothing, even the right code', async () => {
    const { given, when, clock, outbox } = begin()
    await given.factor('bob', 'email')
    const step = await when.login('bob')
    const code = outbox.lastCode('bob@acme.test')
    clock.advance({ seconds: 300 })
    expect(refusalOf(await when.prove(step, code))).toBe('challenge_expired')
    clock.advance({ seconds: 300 })
    expect(outcomeOf(await when.prove(step, code), 'expired').reason).toBe('flow_expired')
  })

  test('L5: a clock that steps back opens nothing', async () => {
    const { given, when, clock, outbox } = begin({ rescue: { help: 'help@acme.test' } })
    await given.factor('bob', 'email')
    const start = clock.now()
    const step = await when.login('bob')
    const code = outbox.lastCode('bob@acme.test')
    clock.advance({ seconds: 301 })
    await when.send(step, { type: 'rescue_requested', option: 'help' }) // the flow has seen this moment
    clock.set(start + 100_000)
    expect(refusalOf(await when.prove(step, code))).toBe('challenge_expired')
  })

  test('ASVS 6.6.4: a user is not bombed with codes; other methods stay open', async () => {
    const { given, when, clock, outbox } = begin()
    const { app } = await given.authenticator('bob')
    await given.factor('bob', 'sms', '+15550100')
    outbox.clear()
    let limited = false
    for (let round = 0; round < 8; round += 1) {
      const step = await when.send(await when.login('bob'), { type: 'method_selected', method: 'sms' })
      limited = step.refusal?.reason === 'delivery_limited'
    }
    expect(limited).toBe(true)
    expect(outbox.to('+15550100').filter(({ message }) => message.kind === 'code')).toHaveLength(5)
    const byApp = await when.send(await when.login('bob'), {
      type: 'method_selected',
      method: 'authenticator',
    })
    outcomeOf(await when.prove(byApp, app.codeAt(clock.now())), 'authenticated')
  })

  test('a user whose only method cannot send right now is told so, and may try later', async () => {
    const { given, when, clock } = begin({ delivery: { perTenMinutes: 1 } })
    await given.factor('bob', 'email')
    inState(await when.login('bob'), 'challenging')
    const step = inState(await when.login('bob'), 'selecting')
    expect(step.refusal).toMatchObject({ reason: 'delivery_limited', retryAt: clock.now() + 600_000 })
    clock.advance({ minutes: 9 })
    expect(refusalOf(await when.send(step, { type: 'method_selected', method: 'email' }))).toBe(
      'delivery_limited',
    )
  })

  test('L6: no code, secret or proof is in a snapshot, an audit record, a step, a refusal or an observed event', async () => {
    const observed: unknown[] = []
    const inner = memoryStore()
    const store = recordingStore(inner)
    const { given, when, clock, outbox, twoFactor } = scenario({
      store,
      observer: { observe: (event) => observed.push(event) },
    })
    const { app } = await given.authenticator('bob')
    await given.factor('bob', 'sms', '+15550100')
    const codes = await twoFactor.recoveryCodes.generate('bob')
    const steps: unknown[] = []
    const kept = <Kept>(step: Kept): Kept => {
      steps.push(step)
      return step
    }
    const bySms = kept(
      await when.send(kept(await when.login('bob')), { type: 'method_selected', method: 'sms' }),
    )
    const sent = outbox.lastCode('+15550100')
    kept(await when.prove(bySms, app.wrongCodeAt(clock.now())))
    kept(await when.prove(bySms, 'hunter2hunter2'))
    kept(await when.prove(bySms, sent))
    const rescuing = kept(
      await when.send(await when.login('bob'), { type: 'rescue_requested', option: 'recovery_code' }),
    )
    kept(await when.prove(rescuing, codes[0] ?? ''))
    const everything = JSON.stringify([
      observed,
      steps,
      store.commits,
      await inner.auditOf(parseUserId('bob')),
    ])
    expect(everything.length).toBeGreaterThan(5_000)
    for (const secret of [
      sent,
      app.wrongCodeAt(clock.now()),
      'hunter2',
      ...codes,
      ...codes.map((code) => code.replaceAll('-', '')),
    ]) {
      expect(everything).not.toContain(secret)
    }
  })

  test('ASVS 6.3.8: a malformed, a wrong and a used code tell nothing apart but form', async () => {
    const { given, when, clock } = begin()
    const { app } = await given.authenticator('bob')
    const code = app.codeAt(clock.now())
    outcomeOf(await when.prove(await when.login('bob'), code), 'authenticated')
    const step = await when.login('bob')
    const used = await when.prove(step, code)
    const wrong = await when.prove(step, app.wrongCodeAt(clock.now()))
    expect(used.refusal).toEqual(wrong.refusal)
    const malformed = await when.prove(step, 'abc')
    expect(malformed.refusal).toEqual({ reason: 'proof_malformed', field: 'proof' })
    expect(inState(malformed, 'challenging').challenge.attemptsLeft).toBe(
      inState(wrong, 'challenging').challenge.attemptsLeft,
    )
  })
})

describe('the store fails', () => {
  test('L12: a commit whose outcome is unknown, though it was applied, is found by its id: the user is logged in once', async () => {
    const inner = memoryStore()
    const prepared = scenario({ store: inner })
    const { app } = await prepared.given.authenticator('bob')
    const store = faultyStore(inner, [{ on: 'commit', call: 2, fails: 'lost_answer' }])
    const { given, when } = scenario({ store, clock: prepared.clock, seed: 'other' })
    given.user('bob')
    const step = await when.login('bob')
    const code = app.codeAt(prepared.clock.now())
    outcomeOf(await when.prove(step, code), 'authenticated')
    expect(refusalOf(await when.prove(await when.login('bob'), code))).toBe('proof_rejected')
  })

  test('L12: one that was not applied after all is committed again, and nothing is counted twice', async () => {
    const inner = memoryStore()
    const prepared = scenario({ store: inner })
    const { app } = await prepared.given.authenticator('bob')
    const store = faultyStore(inner, [{ on: 'commit', call: 2, fails: 'lost_request' }])
    const { given, when, twoFactor } = scenario({ store, clock: prepared.clock, seed: 'other' })
    given.user('bob')
    const wrong = await when.prove(await when.login('bob'), app.wrongCodeAt(prepared.clock.now()))
    expect(inState(wrong, 'challenging').challenge.attemptsLeft).toBe(4)
    expect((await twoFactor.users.get('bob')).failures).toBe(1)
  })

  test('L3: a commit that surely was not applied reveals no verdict', async () => {
    const inner = memoryStore()
    const prepared = scenario({ store: inner })
    const { app } = await prepared.given.authenticator('bob')
    const store = faultyStore(inner, [{ on: 'commit', call: 2, fails: 'not_applied' }])
    const { given, when } = scenario({ store, clock: prepared.clock, seed: 'other' })
    given.user('bob')
    const step = await when.login('bob')
    await expect(when.prove(step, app.codeAt(prepared.clock.now()))).rejects.toBeInstanceOf(StoreError)
    outcomeOf(await when.prove(step, app.codeAt(prepared.clock.now())), 'authenticated')
  })
})
