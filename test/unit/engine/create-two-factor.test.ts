import { memoryStore } from '@sallyport/adapters-memory'
import {
  type ClientEvent,
  clientEventTypes,
  createTwoFactor,
  InputError,
  type LoginInput,
  type Step,
  TokenError,
} from '@sallyport/core'
import { inState, outcomeOf, refusalOf } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { deploy } from './deployment.ts'

const CANARY = 'S3CRET-canary'
const AT = 1_767_225_600_000
const first = { amr: ['pwd'], at: AT }

/** The InputError that a call is rejected with. */
async function faultOf(call: () => Promise<unknown>): Promise<InputError> {
  const error = await call().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof InputError) return error
  throw new Error(`no InputError but ${error}`)
}

describe('a login’s input', () => {
  test.each<[string, object, string]>([
    ['no user', { firstFactor: first }, 'login.userId'],
    ['a user id that is a number', { userId: 7, firstFactor: first }, 'userId'],
    ['an empty user id', { userId: '', firstFactor: first }, 'userId'],
    ['no first factor', { userId: 'bob' }, 'login.firstFactor'],
    ['a first factor without its time', { userId: 'bob', firstFactor: { amr: [] } }, 'login.firstFactor.at'],
    [
      'a first factor at a fraction',
      { userId: 'bob', firstFactor: { amr: [], at: 1.5 } },
      'login.firstFactor.at',
    ],
    [
      'a first factor before time began',
      { userId: 'bob', firstFactor: { amr: [], at: -1 } },
      'login.firstFactor.at',
    ],
    [
      'a first factor at a date',
      { userId: 'bob', firstFactor: { amr: [], at: CANARY } },
      'login.firstFactor.at',
    ],
    ['amr that is a text', { userId: 'bob', firstFactor: { amr: CANARY, at: AT } }, 'login.firstFactor.amr'],
    [
      'amr with an empty value',
      { userId: 'bob', firstFactor: { amr: [''], at: AT } },
      'login.firstFactor.amr.0',
    ],
    [
      'amr with a long value',
      { userId: 'bob', firstFactor: { amr: [CANARY.repeat(9)], at: AT } },
      'login.firstFactor.amr.0',
    ],
    [
      'amr with very many values',
      { userId: 'bob', firstFactor: { amr: Array(17).fill('pwd'), at: AT } },
      'login.firstFactor.amr',
    ],
    [
      'an unknown channel',
      { userId: 'bob', firstFactor: { ...first, channel: CANARY } },
      'login.firstFactor.channel',
    ],
    [
      'a remembered token that is no text',
      { userId: 'bob', firstFactor: first, remembered: { CANARY } },
      'login.remembered',
    ],
    ['a wish that is no boolean', { userId: 'bob', firstFactor: first, remember: CANARY }, 'login.remember'],
    ['a field that there is not', { userId: 'bob', firstFactor: first, [CANARY]: 1 }, 'login'],
  ])('with %s is refused: the field is named, its value never (L6)', async (_what, input, field) => {
    const { twoFactor, store } = deploy()
    const error = await faultOf(() => twoFactor.login(input as LoginInput))
    expect([error.field, error.code]).toEqual([
      field,
      field === 'userId' ? 'user_id_invalid' : 'input_invalid',
    ])
    expect(error.message).not.toContain(CANARY)
    expect([store.loads, store.commits]).toEqual([[], []])
  })

  test.each([undefined, null, CANARY, 7])('that is none at all is refused: %j', async (input) => {
    const { twoFactor } = deploy()
    expect((await faultOf(() => twoFactor.login(input as unknown as LoginInput))).field).toBe('login')
  })

  test.each(['', CANARY, 'a.b.c', '\ud800', 'x'.repeat(100_000)])(
    'may carry any text as the token of a device',
    async (remembered) => {
      const { when, given } = deploy({ policy: { remember: {} } })
      await given.authenticator('bob')
      expect((await when.login('bob', { remembered })).state).toBe('challenging')
    },
  )

  test('may say of what it does not have that it is null', async () => {
    const { when } = deploy()
    const firstFactor = { ...first, channel: null }
    expect((await when.login('bob', { firstFactor, remembered: null })).state).toBe('authenticated')
  })
})

describe('the caller of a setup or a step-up', () => {
  const calls = ['setup', 'stepUp'] as const

  test.each<[string, unknown, string]>([
    ['none', undefined, 'caller'],
    ['one without a user', {}, 'caller.userId'],
    ['one with a user that is none', { userId: CANARY.repeat(99) }, 'userId'],
    ['a time that is a text', { userId: 'bob', firstFactorAt: CANARY }, 'caller.firstFactorAt'],
    ['a time that is a fraction', { userId: 'bob', secondFactorAt: 0.5 }, 'caller.secondFactorAt'],
    [
      'a time that is a boolean, as a check of a password gives',
      { userId: 'bob', secondFactorAt: true },
      'caller.secondFactorAt',
    ],
    ['a field that there is not', { userId: 'bob', [CANARY]: 1 }, 'caller'],
  ])('is refused as %s', async (_what, caller, field) => {
    const { twoFactor, store } = deploy()
    for (const call of calls) {
      const error = await faultOf(() => twoFactor[call]({ caller } as Parameters<typeof twoFactor.setup>[0]))
      expect(error.field).toBe(field)
      expect(error.message).not.toContain(CANARY)
    }
    expect(store.loads).toEqual([])
  })

  test('who gives nothing at all is refused as well', async () => {
    const { twoFactor } = deploy()
    for (const call of calls) {
      const nothing = undefined as unknown as Parameters<typeof twoFactor.setup>[0] // from plain JavaScript
      expect((await faultOf(() => twoFactor[call](nothing))).field).toBe('caller')
    }
  })

  test('without times has proven nothing', async () => {
    const { twoFactor, given } = deploy()
    given.user('bob')
    const step = inState(await twoFactor.setup({ caller: { userId: 'bob' } }), 'managing')
    expect([step.isFresh, step.accepts]).toEqual([false, ['cancel_requested']])
  })
})

describe('every call answers with a promise, also where it is refused', () => {
  const bad = undefined as never // what a host in plain JavaScript may pass
  const { twoFactor } = deploy()
  const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['login', () => twoFactor.login(bad)],
    ['setup', () => twoFactor.setup(bad)],
    ['stepUp', () => twoFactor.stepUp(bad)],
    ['send', () => twoFactor.send(bad, bad)],
    ['view', () => twoFactor.view(bad)],
    ['cancel', () => twoFactor.cancel(bad)],
    ['forget', () => twoFactor.forget(bad)],
    ['users.get', () => twoFactor.users.get(bad)],
    ['users.reset', () => twoFactor.users.reset(bad)],
    ['users.unlock', () => twoFactor.users.unlock(bad)],
    ['users.enroll', () => twoFactor.users.enroll(bad, { method: 'authenticator' })],
    ['devices.list', () => twoFactor.devices.list(bad)],
    ['devices.revoke', () => twoFactor.devices.revoke(bad, 'd')],
    ['recoveryCodes.generate', () => twoFactor.recoveryCodes.generate(bad)],
    ['recoveryCodes.count', () => twoFactor.recoveryCodes.count(bad)],
    ['rekey', () => twoFactor.rekey([bad])],
  ]
  test.each(calls)('%s', async (_name, call) => {
    let answer: Promise<unknown> | undefined
    expect(() => {
      answer = call()
    }).not.toThrow()
    await expect(answer).rejects.toThrow(/./)
  })
})

describe('the token of a flow', () => {
  const garbage = ['', CANARY, 'a.b.c', '\u0000', 'x'.repeat(100_000)]

  test.each(garbage)('L1: that is garbage is refused before anything is loaded: %j', async (token) => {
    const { twoFactor, store } = deploy()
    for (const call of [
      () => twoFactor.send(token, { type: 'cancel_requested' }),
      () => twoFactor.view(token),
      () => twoFactor.cancel(token),
    ]) {
      const error = await call().catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(TokenError)
      expect(error).toMatchObject({ code: 'token_invalid', message: expect.not.stringContaining(CANARY) })
    }
    expect(store.loads).toEqual([])
  })

  test('of other keys is refused', async () => {
    const other = deploy({ keys: { ring: [{ id: 'test', secret: new Uint8Array(32).fill(9) }] } })
    const { twoFactor, when } = deploy()
    const step = await when.login('bob')
    await expect(other.twoFactor.view(step.flow)).rejects.toThrow(TokenError)
    expect((await twoFactor.view(step.flow)).state).toBe('authenticated')
  })

  test('is refused before its event is looked at', async () => {
    const { twoFactor } = deploy()
    await expect(twoFactor.send('x', { type: CANARY } as unknown as ClientEvent)).rejects.toThrow(TokenError)
  })
})

describe('L1: a setup and a step-up belong to the sessions of their user', () => {
  const foreign: readonly (readonly [
    string,
    Parameters<ReturnType<typeof deploy>['twoFactor']['view']>[1],
  ])[] = [
    ['no session', undefined],
    ['no caller', {}],
    ['another user’s session', { caller: { userId: 'eve', secondFactorAt: AT } }],
    ['a user whose id differs in case', { caller: { userId: 'Bob', secondFactorAt: AT } }],
  ]

  test.each(foreign)('%s: wrong_caller, and nothing is loaded', async (_who, options) => {
    const { twoFactor, when, given, store } = deploy()
    await given.authenticator('bob')
    const flows = [await when.setup('bob'), await when.stepUp('bob')]
    store.clear()
    for (const { flow } of flows) {
      const refused = { state: 'unavailable', accepts: [], flow, refusal: { reason: 'wrong_caller' } }
      expect(await twoFactor.view(flow, options)).toEqual(refused)
      expect(await twoFactor.send(flow, { type: 'disable_requested' }, options)).toEqual(refused)
      expect(await twoFactor.cancel(flow, options)).toEqual(refused)
    }
    expect([store.loads, store.commits]).toEqual([[], []])
  })

  test('an event of a wrong caller is not even parsed', async () => {
    const { twoFactor, when } = deploy()
    const { flow } = await when.setup('bob')
    expect(refusalOf(await twoFactor.send(flow, { type: 'nonsense' } as unknown as ClientEvent))).toBe(
      'wrong_caller',
    )
  })

  test('a caller that is malformed is a bug of the host’s', async () => {
    const { twoFactor, when } = deploy()
    const { flow } = await when.setup('bob')
    const caller = { userId: 'bob', secondFactorAt: 'now' } as never // from plain JavaScript
    expect((await faultOf(() => twoFactor.view(flow, { caller }))).field).toBe('caller.secondFactorAt')
  })

  test('a login has no session yet: whoever holds its token continues it, whatever caller is named', async () => {
    const { twoFactor, when, given } = deploy()
    await given.authenticator('bob')
    const { flow } = await when.login('bob')
    expect((await twoFactor.view(flow, { caller: { userId: 'eve' } })).state).toBe('challenging')
  })
})

describe('an event', () => {
  const begun = async () => {
    const deployed = deploy()
    await deployed.given.authenticator('bob')
    const step = await deployed.when.login('bob')
    deployed.store.clear()
    return { ...deployed, step }
  }
  const malformed = [
    [{ type: 'proof_submitted' }, 'proof'],
    [{ type: 'nonsense' }, 'type'],
    [{ type: 'cancel_requested', [CANARY]: 1 }, undefined],
    [null, 'type'],
    [undefined, 'type'],
    [[], 'type'],
  ] as const

  test.each(malformed)('that is malformed is refused with the flow as it is: %j', async (event, field) => {
    const { twoFactor, step, store } = await begun()
    const refused = await twoFactor.send(step.flow, event as unknown as ClientEvent)
    const refusal = { reason: 'event_malformed', ...(field === undefined ? {} : { field }) }
    expect(refused).toEqual({ ...step, refusal })
    expect(store.commits).toEqual([])
  })

  // Each with the fields it has inside: what an attacker who has read the source would send.
  test.each([
    { type: 'proof_accepted', methodData: null, recoveryCode: null, remember: true, device: 'd' },
    { type: 'proof_rejected', cause: 'x' },
    { type: 'proof_malformed' },
    { type: 'challenge_opened', challenge: 'c', digest: null, hint: null },
    { type: 'enrollment_prepared', pending: {} },
    { type: 'recovery_codes_drawn', digests: [], sealed: null },
    { type: 'delivery_failed', challenge: 'c', definite: true },
    { type: 'help_failed', definite: true },
    { type: 'flow_expired' },
    { type: 'flow_superseded' },
    { type: 'user_inactive' },
  ])('L1: of the engine’s, $type, does nothing through the public door', async (event) => {
    const { twoFactor, step, store } = await begun()
    for (const sent of [event, { ...event, at: AT }]) {
      const refused = await twoFactor.send(step.flow, sent as unknown as ClientEvent)
      expect(refused).toEqual({ ...step, refusal: { reason: 'event_malformed', field: 'type' } })
    }
    expect(store.commits).toEqual([])
  })

  test('with an address that the method has no use for is taken without it', async () => {
    const { twoFactor, when, store } = deploy()
    const setup = await when.setup('bob')
    const event = { type: 'enrollment_requested', method: 'email', address: 'eve@evil.test' } as const
    await twoFactor.send(setup.flow, event, { caller: when.session('bob') })
    expect(JSON.stringify(store.commits)).not.toContain('evil')
  })

  test('with an address for a method that there is not is refused for the method', async () => {
    const { when } = deploy()
    const setup = await when.setup('bob')
    const step = await when.send(setup, { type: 'enrollment_requested', method: 'fax', address: '1' }, 'bob')
    expect(step.refusal).toEqual({ reason: 'method_unavailable', field: 'method' })
  })

  test('ASVS 6.6.1: with an address is taken in its canonical form, or refused', async () => {
    const phoneNumbers = { toE164: (text: string) => (text === '0155 50001' ? '+4915550001' : undefined) }
    const { when, outbox } = deploy({ phoneNumbers })
    const setup = await when.setup('bob')
    const enroll = (address: string): ClientEvent => ({
      type: 'enrollment_requested',
      method: 'sms',
      address,
    })
    expect((await when.send(setup, enroll('premium'), 'bob')).refusal).toEqual({
      reason: 'address_invalid',
      field: 'address',
    })
    const sent = await when.send(setup, enroll('0155 50001'), 'bob')
    expect(sent.state).toBe('enrolling')
    expect(outbox.to('+4915550001')).toHaveLength(1)
  })
})

describe('the outcome of a login', () => {
  const remembers = { policy: { remember: { days: 7 } } }

  test('is the user’s, with the token of a browser that is remembered', async () => {
    const { when, given, clock } = deploy(remembers)
    const { app, enrollment } = await given.authenticator('bob')
    const step = await when.login('bob', { remember: true })
    const outcome = outcomeOf(await when.prove(step, app.codeAt(clock.now())), 'authenticated')
    expect(outcome).toEqual({
      kind: 'authenticated',
      via: 'enrollment',
      userId: 'bob',
      amr: ['pwd', 'otp', 'mfa'],
      authenticatedAt: clock.now(),
      firstFactorAt: clock.now(),
      firstFactorChannel: null,
      secondFactorAt: clock.now(),
      enrollment,
      remembered: {
        token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        device: expect.stringMatching(/^[\w-]{22}$/),
        expiresAt: clock.now() + 7 * 86_400_000,
      },
    })
  })

  test('takes the wish to be remembered with the proof before the one of the start', async () => {
    const { when, given, clock } = deploy(remembers)
    const { app } = await given.authenticator('bob')
    const step = await when.login('bob', { remember: true })
    const proof = { type: 'proof_submitted', proof: app.codeAt(clock.now()), remember: false } as const
    expect(outcomeOf(await when.send(step, proof), 'authenticated').remembered).toBeNull()
  })

  test('CWE-308: names the channel of the first factor, which a step-up of the session then leaves out', async () => {
    const { twoFactor, when, given, clock } = deploy()
    const { app } = await given.authenticator('bob')
    await given.factor('bob', 'email')
    const firstFactor = { amr: ['otp'], at: clock.now(), channel: 'email' } as const
    const step = await twoFactor.login({ userId: 'bob', firstFactor })
    const outcome = outcomeOf(await when.prove(step, app.codeAt(clock.now())), 'authenticated')
    expect(outcome.firstFactorChannel).toBe('email')
    const { userId, firstFactorAt, firstFactorChannel, secondFactorAt } = outcome
    const caller = { userId, firstFactorAt, firstFactorChannel, secondFactorAt }
    const { flow } = await twoFactor.stepUp({ caller })
    const switched = await twoFactor.send(flow, { type: 'method_selected', method: 'email' }, { caller })
    expect(switched.refusal).toEqual({ reason: 'method_unavailable', field: 'method' })
    await expect(
      twoFactor.stepUp({ caller: { ...caller, firstFactorChannel: 'pigeon' as 'email' } }),
    ).rejects.toMatchObject({ code: 'input_invalid', field: 'caller.firstFactorChannel' })
  })

  test('RFC 9470: a step-up’s says whose, when and how', async () => {
    const { when, given, clock } = deploy()
    const { app, enrollment } = await given.authenticator('bob')
    const step = await when.stepUp('bob')
    const verified = outcomeOf(await when.prove(step, app.codeAt(clock.now()), 'bob'), 'verified')
    expect(verified).toEqual({
      kind: 'verified',
      via: 'enrollment',
      userId: 'bob',
      amr: ['otp'],
      authenticatedAt: clock.now(),
      secondFactorAt: clock.now(),
      enrollment,
    })
  })

  test('of a setup names no user to log in', async () => {
    const { when, given } = deploy()
    await given.authenticator('bob')
    const setup = await when.setup('bob')
    const outcome = (await when.send(setup, { type: 'disable_requested' }, 'bob')).outcome
    expect(outcome).toEqual({ kind: 'disabled' })
  })
})

describe('the token of a remembered device', () => {
  const remembered = async () => {
    const deployed = deploy({ policy: { remember: { days: 7 } } })
    const { app } = await deployed.given.authenticator('bob')
    const step = await deployed.when.login('bob', { remember: true })
    const outcome = outcomeOf(
      await deployed.when.prove(step, app.codeAt(deployed.clock.now())),
      'authenticated',
    )
    const token = outcome.remembered?.token ?? ''
    return { ...deployed, token, login: (id = 'bob') => deployed.when.login(id, { remembered: token }) }
  }

  test('lets its user in, by no second factor (L9)', async () => {
    const { login } = await remembered()
    expect(outcomeOf(await login(), 'authenticated')).toMatchObject({
      via: 'remembered_device',
      secondFactorAt: null,
    })
  })

  test.each<[string, (bob: Awaited<ReturnType<typeof remembered>>) => unknown]>([
    [
      'the security stamp, as a new password changes it',
      ({ given }) => given.user('bob', { securityStamp: 'new' }),
    ],
    ['the factors', ({ given }) => given.authenticator('bob')],
    [
      'its own revocation',
      async ({ twoFactor }) => {
        for (const { id } of await twoFactor.devices.list('bob')) await twoFactor.devices.revoke('bob', id)
      },
    ],
    ['its time', ({ clock }) => clock.advance({ days: 7 })],
  ])('L1, ASVS 6.4.3: does not outlive %s', async (_what, change) => {
    const bob = await remembered()
    await change(bob)
    expect((await bob.login()).state).not.toBe('authenticated')
  })

  test('L1: is worth nothing to another user', async () => {
    const { login, given } = await remembered()
    await given.authenticator('eve')
    expect((await login('eve')).state).toBe('challenging')
  })
})

describe('recovery codes in a setup', () => {
  const draw = async (dangerouslyShowAgain: boolean, recoveryCodes = true) => {
    const deployed = deploy({ policy: { rescue: { dangerouslyShowAgain, recoveryCodes } } })
    await deployed.given.authenticator('bob')
    const setup = await deployed.when.setup('bob')
    const drawn = await deployed.when.send(setup, { type: 'recovery_codes_requested' }, 'bob')
    return { ...deployed, drawn }
  }
  const codesIn = (step: Step) => inState(step, 'managing').recoveryCodes

  test('ASVS 6.5.2, L6: are shown once, and stored as digests alone', async () => {
    const { drawn, twoFactor, when, store } = await draw(false)
    const codes = codesIn(drawn) ?? []
    expect(codes).toHaveLength(10)
    expect(new Set(codes).size).toBe(10)
    expect(codesIn(await twoFactor.view(drawn.flow, { caller: when.session('bob') }))).toBeNull()
    for (const code of codes) expect(JSON.stringify(store.commits)).not.toContain(code)
  })

  test('under dangerouslyShowAgain are shown again, used ones included, and sealed at rest', async () => {
    const { drawn, twoFactor, when, store } = await draw(true)
    const codes = codesIn(drawn) ?? []
    const login = await when.send(await when.login('bob'), {
      type: 'rescue_requested',
      option: 'recovery_code',
    })
    outcomeOf(await when.prove(login, codes[0] ?? ''), 'authenticated')
    expect(codesIn(await twoFactor.view(drawn.flow, { caller: when.session('bob') }))).toEqual(codes)
    for (const code of codes) expect(JSON.stringify(store.commits)).not.toContain(code)
  })

  test('under dangerouslyShowAgain are not shown to a session that is not fresh', async () => {
    const { drawn, twoFactor } = await draw(true)
    const stale = await twoFactor.view(drawn.flow, { caller: { userId: 'bob', firstFactorAt: AT } })
    expect(codesIn(stale)).toBeNull()
  })

  test('are not shown again once the policy has taken the danger back', async () => {
    const { drawn, memory, when } = await draw(true)
    const careful = deploy()
    const twoFactor = createTwoFactor({
      policy: { issuer: 'Acme' },
      store: memory,
      keys: { ring: [{ id: 'test', secret: new Uint8Array(32).fill(7) }] },
      findUser: (id) => careful.given.user(id),
      clock: careful.clock,
    })
    expect(codesIn(await twoFactor.view(drawn.flow, { caller: when.session('bob') }))).toBeNull()
  })

  test('are none where the user has none', async () => {
    const { when, given } = deploy({ policy: { rescue: { dangerouslyShowAgain: true } } })
    await given.authenticator('bob')
    expect(codesIn(await when.setup('bob'))).toBeNull()
  })
})

describe('a recovery code', () => {
  const rescued = async () => {
    const deployed = deploy()
    await deployed.given.authenticator('bob')
    const codes = await deployed.twoFactor.recoveryCodes.generate('bob')
    const step = await deployed.when.send(await deployed.when.login('bob'), {
      type: 'rescue_requested',
      option: 'recovery_code',
    })
    return { ...deployed, step, codes }
  }

  test('is taken however it is typed', async () => {
    const { when, step, codes } = await rescued()
    const typed = ` ${(codes[3] ?? '').toLowerCase().replaceAll('-', ' ')} `
    expect((await when.prove(step, typed)).state).toBe('authenticated')
  })

  test('that is none is malformed, and not counted', async () => {
    const { when, step } = await rescued()
    const odd = await when.prove(step, '123456')
    expect(refusalOf(odd)).toBe('proof_malformed')
    expect(inState(odd, 'rescuing').challenge?.attemptsLeft).toBe(5)
  })

  test('ASVS 6.5.1: of another user is wrong', async () => {
    const { when, step, twoFactor, given } = await rescued()
    given.user('eve')
    const [stolen = ''] = await twoFactor.recoveryCodes.generate('eve')
    const wrong = await when.prove(step, stolen)
    expect(refusalOf(wrong)).toBe('proof_rejected')
    expect(inState(wrong, 'rescuing').challenge?.attemptsLeft).toBe(4)
  })
})

describe('what the facade says of itself', () => {
  test('describes each event that a client may send, as a strict JSON Schema', () => {
    const { twoFactor } = deploy()
    const schemas = twoFactor.describeEvents()
    expect(Object.keys(schemas)).toEqual(clientEventTypes)
    for (const [type, schema] of Object.entries(schemas)) {
      expect(schema).toMatchObject({
        type: 'object',
        additionalProperties: false,
        properties: { type: { const: type } },
        required: expect.arrayContaining(['type']),
      })
    }
    expect(schemas.enrollment_requested).toMatchObject({
      required: ['type', 'method'],
      properties: { mode: { enum: ['replace', 'add'], default: 'replace' }, name: { maxLength: 64 } },
    })
  })

  test('describes what its policy meets', () => {
    const { twoFactor } = deploy({ policy: { methods: ['sms'] } })
    const phone = twoFactor.describePolicy().find(({ id }) => id === 'ASVS 6.6.1')
    expect(phone?.status).toBe('not_met')
  })

  test('shows its resolved policy, frozen', () => {
    const { twoFactor } = deploy()
    expect(twoFactor.policy).toMatchObject({ issuer: 'Acme', freshnessSeconds: 1_200 })
    expect(Object.isFrozen(twoFactor.policy)).toBe(true)
  })

  test('runs on the platform’s clock and chance where it is given none', async () => {
    const twoFactor = createTwoFactor({
      policy: { issuer: 'Acme' },
      store: memoryStore(),
      keys: { ring: [{ id: 'k', secret: new Uint8Array(32) }] },
      findUser: (id) => ({ id, label: id, securityStamp: 's', active: true }),
    })
    const started = await Promise.all(
      [1, 2].map(() => twoFactor.login({ userId: 'bob', firstFactor: { amr: [], at: 0 } })),
    )
    const [one, two] = started.map((step) => outcomeOf(step, 'authenticated').authenticatedAt)
    expect(started[0]?.flow).not.toBe(started[1]?.flow)
    expect(one).toBeGreaterThan(AT - 1e12)
    expect(Math.abs((one ?? 0) - (two ?? 0))).toBeLessThan(10_000)
  })
})
