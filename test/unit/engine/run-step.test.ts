import { type ClientEvent, emptyProfile, parseUserId, type Step, StoreError } from '@sallyport/core'
import { faultyStore, inState, outcomeOf, refusalOf } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { contestedStore, deploy, heldStore } from './deployment.ts'

const bob = parseUserId('bob')
const rescue = { email: { mayChangeFactors: false }, help: 'help@acme.test' }

/** A deployment in which bob has an app and a phone, and the recovery codes that he wrote down. */
async function withBob(options: Parameters<typeof deploy>[0] = {}) {
  const deployed = deploy({ policy: { rescue }, ...options })
  const { app } = await deployed.given.authenticator('bob')
  await deployed.given.factor('bob', 'sms', '+15550001')
  const codes = await deployed.twoFactor.recoveryCodes.generate('bob')
  deployed.store.clear()
  deployed.outbox.clear()
  deployed.observed.length = 0
  return { ...deployed, app, codes }
}
type Deployed = Awaited<ReturnType<typeof withBob>>

const proof = (text: string): ClientEvent => ({ type: 'proof_submitted', proof: text })
const chosen = (method: string): ClientEvent => ({ type: 'method_selected', method })

/** Each kind of step: what comes before it, and the step itself. */
const steps: readonly (readonly [
  string,
  (bob: Deployed) => Promise<Step>,
  (bob: Deployed, before: Step) => Promise<Step>,
])[] = [
  ['the start of a login', ({ when }) => when.login('alice'), ({ when }) => when.login('bob')],
  ['the start of a setup', ({ when }) => when.login('alice'), ({ when }) => when.setup('bob')],
  ['the start of a step-up', ({ when }) => when.login('alice'), ({ when }) => when.stepUp('bob')],
  [
    'a choice of an app',
    ({ when }) => when.login('bob'),
    ({ when }, step) => when.send(step, chosen('authenticator')),
  ],
  [
    'a choice that sends a code',
    ({ when }) => when.login('bob'),
    ({ when }, step) => when.send(step, chosen('sms')),
  ],
  [
    'a way back',
    async ({ when }) => when.send(await when.login('bob'), chosen('sms')),
    ({ when }, step) => when.send(step, { type: 'selection_requested' }),
  ],
  [
    'a resend',
    async ({ when, clock }) => {
      const step = await when.send(await when.login('bob'), chosen('sms'))
      clock.advance({ seconds: 30 })
      return step
    },
    ({ when }, step) => when.send(step, { type: 'resend_requested' }),
  ],
  [
    'an accepted proof',
    async ({ when }) => when.send(await when.login('bob'), chosen('authenticator')),
    ({ when, app, clock }, step) => when.prove(step, app.codeAt(clock.now())),
  ],
  [
    'a rejected proof',
    async ({ when }) => when.send(await when.login('bob'), chosen('authenticator')),
    ({ when, app, clock }, step) => when.prove(step, app.wrongCodeAt(clock.now())),
  ],
  [
    'an accepted recovery code',
    async ({ when }) =>
      when.send(await when.login('bob'), { type: 'rescue_requested', option: 'recovery_code' }),
    ({ when, codes }, step) => when.prove(step, codes[0] ?? ''),
  ],
  [
    'a rescue by mail',
    ({ when }) => when.login('bob'),
    ({ when }, step) => when.send(step, { type: 'rescue_requested', option: 'email' }),
  ],
  [
    'a call for help',
    ({ when }) => when.login('bob'),
    ({ when }, step) => when.send(step, { type: 'rescue_requested', option: 'help' }),
  ],
  [
    'a request to enroll',
    ({ when }) => when.setup('bob'),
    ({ when }, step) =>
      when.send(step, { type: 'enrollment_requested', method: 'authenticator', mode: 'add' }, 'bob'),
  ],
  [
    'a rename',
    ({ when }) => when.setup('bob'),
    ({ when }, step) => {
      const [one] = inState(step, 'managing').enrollments
      return when.send(step, { type: 'rename_requested', enrollment: one?.id ?? '', name: 'new' }, 'bob')
    },
  ],
  [
    'new recovery codes',
    ({ when }) => when.setup('bob'),
    ({ when }, step) => when.send(step, { type: 'recovery_codes_requested' }, 'bob'),
  ],
  [
    'disabling',
    ({ when }) => when.setup('bob'),
    ({ when }, step) => when.send(step, { type: 'disable_requested' }, 'bob'),
  ],
  [
    'an end at the user’s wish',
    ({ when }) => when.login('bob'),
    ({ twoFactor }, step) => twoFactor.cancel(step.flow),
  ],
]

describe('a step costs one load and one commit', () => {
  test.each(steps)('%s', async (name, before, take) => {
    const deployed = await withBob()
    const first = await before(deployed)
    deployed.store.clear()
    const step = await take(deployed, first)
    expect(step.refusal).toEqual(name === 'a rejected proof' ? { reason: 'proof_rejected' } : null)
    expect(deployed.store.loads).toHaveLength(1)
    expect(deployed.store.commits.map(({ result }) => result)).toEqual(['committed'])
  })

  test('a start loads the profile alone, every other step the flow with it', async () => {
    const { when, store } = await withBob()
    const step = await when.login('bob')
    expect(store.loads).toEqual([{ userId: bob }])
    await when.send(step, chosen('authenticator'))
    expect(store.loads[1]).toEqual({ userId: bob, flowId: store.commits[0]?.change.flow?.id })
  })

  test('a view costs one load and no commit', async () => {
    const { when, store, twoFactor } = await withBob()
    const step = await when.login('bob')
    store.clear()
    expect(await twoFactor.view(step.flow)).toEqual(step)
    expect([store.loads.length, store.commits.length]).toEqual([1, 0])
  })
})

describe('a commit', () => {
  test('writes the profile only where it has changed, and else relies on it', async () => {
    const { when, store, app, clock } = await withBob()
    const step = await when.send(await when.login('bob'), chosen('authenticator'))
    await when.prove(step, app.wrongCodeAt(clock.now()))
    const [start, choice, wrong] = store.commits.map(({ change }) => change.profile)
    expect(start).toEqual({ expected: expect.any(Number) })
    expect(choice).toEqual(start)
    expect(wrong).toMatchObject({ expected: start?.expected, value: { failures: 1 } })
  })

  test('names no profile where the user has none and gets none', async () => {
    const { when, store } = deploy()
    await when.login('carol')
    expect(store.commits[0]?.change).not.toHaveProperty('profile')
  })

  test('counts revisions on from a first one of 48 random bits', async () => {
    const { when, store, given } = deploy()
    await given.factor('bob', 'sms', '+15550001')
    await when.send(await when.login('bob'), { type: 'cancel_requested' })
    const [enrolled, start, cancel] = store.commits.map(({ change }) => change)
    expect(enrolled?.profile).not.toHaveProperty('expected')
    const first = start?.flow
    expect(first).not.toHaveProperty('expected')
    expect(first?.revision).toBeGreaterThan(2 ** 32)
    expect(first?.revision).toBeLessThan(2 ** 48)
    expect(cancel?.flow).toMatchObject({ expected: first?.revision, revision: (first?.revision ?? 0) + 1 })
  })

  test('NIST binding, ASVS 16.2: appends the log in UTC, with its flow', async () => {
    const { when, memory, store, clock } = await withBob()
    const before = (await memory.auditOf(bob)).length
    const step = await when.send(await when.login('bob'), chosen('authenticator'))
    await when.prove(step, '000000')
    const flow = store.commits[0]?.change.flow?.id
    const records = (await memory.auditOf(bob)).slice(before)
    expect(records.map(({ kind }) => kind)).toEqual(['flow_started', 'challenge_opened', 'proof_rejected'])
    for (const record of records) expect(record).toMatchObject({ at: clock.now(), flow, flowKind: 'login' })
  })

  test('ASVS 11.5.1: carries an id of its own, 128 random bits', async () => {
    const { when, store } = await withBob()
    await when.login('bob')
    await when.login('bob')
    const ids = store.commits.map(({ change }) => change.commitId)
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/)
  })
})

describe('a refusal writes nothing', () => {
  const chooseApp = async ({ when }: Deployed) => when.send(await when.login('bob'), chosen('authenticator'))
  const texted = async ({ when }: Deployed) => when.send(await when.login('bob'), chosen('sms'))

  test.each<[string, (bob: Deployed) => Promise<Step>, ClientEvent, string]>([
    [
      'an event that is malformed',
      chooseApp,
      { type: 'nonsense' } as unknown as ClientEvent,
      'event_malformed',
    ],
    ['an event that the state does not take', chooseApp, { type: 'disable_requested' }, 'event_not_accepted'],
    ['a proof that is malformed', chooseApp, proof('not a code'), 'proof_malformed'],
    ['a resend too soon', texted, { type: 'resend_requested' }, 'cooling_down'],
    ['a method that there is not', chooseApp, chosen('fax'), 'enrollment_unknown'],
    [
      'a rescue that there is not',
      chooseApp,
      { type: 'rescue_requested', option: 'password' } as unknown as ClientEvent,
      'event_malformed',
    ],
    [
      'L7: any event to a flow that has ended',
      async (bob) => bob.twoFactor.cancel((await chooseApp(bob)).flow),
      proof('123456'),
      'flow_ended',
    ],
    [
      'L5: a proof of a challenge that has expired',
      async (bob) => {
        const step = await texted(bob)
        bob.clock.advance({ seconds: 120 })
        return step
      },
      proof('123456'),
      'challenge_expired',
    ],
  ])('%s', async (_what, before, event, reason) => {
    const deployed = await withBob()
    const step = await before(deployed)
    const id = deployed.store.commits[0]?.change.flow?.id
    const kept = await deployed.memory.load(bob, id)
    deployed.store.clear()
    deployed.outbox.clear()
    deployed.observed.length = 0
    const refused = await deployed.when.send(step, event)
    expect(refusalOf(refused)).toBe(reason)
    expect([deployed.store.loads.length, deployed.store.commits.length]).toEqual([1, 0])
    expect([deployed.outbox.sent, deployed.observed]).toEqual([[], []])
    expect(await deployed.memory.load(bob, id)).toEqual(kept)
  })

  test('a flow that was purged is gone', async () => {
    const { when, twoFactor, clock, store } = await withBob()
    const step = await when.login('bob')
    clock.advance({ hours: 3 })
    expect(await twoFactor.purge()).toBe(1)
    store.clear()
    expect(await when.prove(step, '123456')).toEqual({
      state: 'unavailable',
      accepts: [],
      flow: step.flow,
      refusal: { reason: 'flow_gone' },
    })
    expect(await twoFactor.view(step.flow)).toMatchObject({
      state: 'unavailable',
      refusal: { reason: 'flow_gone' },
    })
    expect(store.commits).toEqual([])
  })
})

describe('L12: nothing that a step found out leaves before its commit', () => {
  const gate = async () => {
    const held: { store?: ReturnType<typeof heldStore> } = {}
    const deployed = await withBob({
      wrap: (store) => {
        held.store = heldStore(store)
        return held.store
      },
    })
    if (held.store === undefined) throw new Error('the store was not wrapped')
    return { ...deployed, held: held.store }
  }

  test.each([
    ['a code is neither sent nor told of', chosen('sms'), 1],
    ['a mail of rescue is neither sent nor told of', { type: 'rescue_requested', option: 'email' }, 1],
    ['the administrators are not called', { type: 'rescue_requested', option: 'help' }, 1],
  ] as const)('%s while the commit is under way', async (_what, event, messages) => {
    const { when, held, outbox, observed } = await gate()
    const step = await when.login('bob')
    observed.length = 0
    const arrived = held.hold()
    let isAnswered = false
    const answering = when.send(step, event).finally(() => {
      isAnswered = true
    })
    await arrived
    await Promise.resolve()
    expect([outbox.sent.length, observed.length, isAnswered]).toEqual([0, 0, false])
    held.release()
    expect((await answering).refusal).toBeNull()
    expect([outbox.sent.length, observed.length > 0]).toEqual([messages, true])
  })

  test('no verdict is told, right or wrong, and no notice sent', async () => {
    const { when, held, outbox, observed, app, clock } = await gate()
    for (const code of [app.wrongCodeAt(clock.now()), app.codeAt(clock.now())]) {
      const step = await when.send(await when.login('bob'), chosen('authenticator'))
      outbox.clear()
      observed.length = 0
      const arrived = held.hold()
      let answer: Step | undefined
      const answering = when.prove(step, code).then((given) => {
        answer = given
      })
      await arrived
      await Promise.resolve()
      expect([outbox.sent.length, observed.length, answer]).toEqual([0, 0, undefined])
      held.release()
      await answering
      expect(answer).toBeDefined()
      expect(observed.map(({ kind }) => kind)).toContain(
        answer?.state === 'authenticated' ? 'proof_accepted' : 'proof_rejected',
      )
    }
  })
})

describe('ASVS 15.4.2, CWE-367: when another was faster', () => {
  const contested = async () => {
    const inner: { store?: ReturnType<typeof contestedStore> } = {}
    const deployed = await withBob({
      wrap: (store) => {
        inner.store = contestedStore(store)
        return inner.store
      },
    })
    if (inner.store === undefined) throw new Error('the store was not wrapped')
    return { ...deployed, contest: inner.store.contest }
  }

  test.each([1, 3, 7])('the step is done again from load, and wins after %i conflicts', async (times) => {
    const { when, contest, store, app, clock } = await contested()
    const step = await when.send(await when.login('bob'), chosen('authenticator'))
    store.clear()
    contest(times)
    const won = await when.prove(step, app.codeAt(clock.now()))
    outcomeOf(won, 'authenticated')
    expect([store.loads.length, store.commits.length]).toEqual([times + 1, times + 1])
  })

  test('each time under another commit id and after a pause that grows', async () => {
    const { when, contest, store, clock } = await contested()
    const step = await when.login('bob')
    store.clear()
    const pauses: number[] = []
    let last = clock.now()
    contest(7, () => {
      pauses.push(clock.now() - last)
      last = clock.now()
    })
    await when.send(step, chosen('authenticator'))
    expect(new Set(store.commits.map(({ change }) => change.commitId)).size).toBe(8)
    for (const [attempt, pause] of pauses.entries())
      expect(pause).toBeLessThanOrEqual(4 * 2 ** Math.max(0, attempt - 1))
    expect(pauses[0]).toBe(0) // the first is no pause but the time to the first conflict
    expect(Math.max(...pauses)).toBeGreaterThan(16)
  })

  test('ASVS 6.5.8: the server’s clock is read again: a code whose time passes meanwhile is not taken', async () => {
    const { when, contest, app, clock } = await contested()
    const step = await when.send(await when.login('bob'), chosen('authenticator'))
    const code = app.codeAt(clock.now())
    contest(1, () => clock.advance({ minutes: 2 }))
    expect(refusalOf(await when.prove(step, code))).toBe('proof_rejected')
  })

  test('L5: the clock is read again: a flow whose time passes meanwhile expires', async () => {
    const { when, contest, app, clock } = await contested()
    const step = await when.send(await when.login('bob'), chosen('authenticator'))
    contest(1, () => clock.advance({ minutes: 10 }))
    expect((await when.prove(step, app.codeAt(clock.now()))).outcome?.kind).toBe('expired')
  })

  test('the user is asked for again: one whose stamp changes meanwhile is superseded', async () => {
    const { when, contest, app, clock, given } = await contested()
    const step = await when.send(await when.login('bob'), chosen('authenticator'))
    contest(1, () => void given.user('bob', { securityStamp: 'new' }))
    expect((await when.prove(step, app.codeAt(clock.now()))).outcome).toMatchObject({ reason: 'superseded' })
  })

  test('after eight conflicts the answer is busy: nothing has changed and nothing was told', async () => {
    const { when, contest, store, memory, app, clock, outbox, observed } = await contested()
    const step = await when.send(await when.login('bob'), chosen('authenticator'))
    const id = store.commits[0]?.change.flow?.id
    const kept = await memory.load(bob, id)
    store.clear()
    outbox.clear()
    observed.length = 0
    contest(8)
    const busy = await when.prove(step, app.codeAt(clock.now()))
    expect([busy.state, busy.refusal, busy.outcome]).toEqual(['challenging', { reason: 'busy' }, undefined])
    expect([store.loads.length, store.commits.length]).toEqual([9, 8])
    expect(await memory.load(bob, id)).toEqual(kept)
    expect([outbox.sent, observed]).toEqual([[], []])
    // The proof was not spent.
    outcomeOf(await when.prove(busy, app.codeAt(clock.now())), 'authenticated')
  })

  test('a flow that could not be started for conflicts is unavailable', async () => {
    const { when, contest } = await contested()
    contest(8)
    expect(await when.login('bob')).toMatchObject({ state: 'unavailable', refusal: { reason: 'busy' } })
  })
})

describe('when the store fails', () => {
  const failing = (plan: Parameters<typeof faultyStore>[1]) =>
    withBob({ wrap: (store) => faultyStore(store, plan) })
  /** The commits that set bob up, before the test's own. */
  const SET_UP = 3

  test.each(['not_applied'] as const)(
    'L3: %s is thrown: nothing has changed, and no verdict is told',
    async (fails) => {
      const { when, memory, store, app, clock, outbox, observed } = await failing([
        { on: 'commit', call: SET_UP + 3, fails },
      ])
      const step = await when.send(await when.login('bob'), chosen('authenticator'))
      const id = store.commits[0]?.change.flow?.id
      const kept = await memory.load(bob, id)
      outbox.clear()
      observed.length = 0
      await expect(when.prove(step, app.codeAt(clock.now()))).rejects.toMatchObject({ code: 'not_applied' })
      expect(await memory.load(bob, id)).toEqual(kept)
      expect([outbox.sent, observed]).toEqual([[], []])
      outcomeOf(await when.prove(step, app.codeAt(clock.now())), 'authenticated')
    },
  )

  test('a load that fails is thrown', async () => {
    const { when, store } = await failing([{ on: 'load', call: SET_UP + 1 }])
    await expect(when.login('bob')).rejects.toMatchObject({ code: 'not_applied' })
    expect(store.commits).toEqual([])
  })

  test.each([
    ['was written after all', 'lost_answer'],
    ['was not written', 'lost_request'],
  ] as const)('L12: a code whose commit %s is sent once, and opens once', async (_what, fails) => {
    const { when, outbox, observed } = await failing([{ on: 'commit', call: SET_UP + 2, fails }])
    const step = await when.send(await when.login('bob'), chosen('sms'))
    expect([step.state, step.refusal]).toEqual(['challenging', null])
    expect(outbox.to('+15550001')).toHaveLength(1)
    expect(observed.filter(({ kind }) => kind === 'challenge_opened')).toHaveLength(1)
    const code = outbox.lastCode('+15550001')
    outcomeOf(await when.prove(step, code), 'authenticated')
    expect(refusalOf(await when.prove(step, code))).toBe('flow_ended')
  })

  test('L12: when nobody can say, the answer is busy and the code was not sent', async () => {
    const { when, outbox, store } = await failing([
      { on: 'commit', call: SET_UP + 2, fails: 'lost_request' },
      { on: 'load', call: SET_UP + 3 },
    ])
    const step = await when.login('bob')
    const busy = await when.send(step, chosen('sms'))
    expect(refusalOf(busy)).toBe('busy')
    expect(outbox.sent).toEqual([])
    expect(store.commits.at(-1)?.result).toBe('failed')
  })

  test('L12: when nobody can say and the flow cannot be shown either, nothing claims that the step was not made', async () => {
    const { when, app, clock } = await failing([
      { on: 'commit', call: SET_UP + 3, fails: 'lost_answer' },
      { on: 'load', call: SET_UP + 4 }, // the look-up
      { on: 'load', call: SET_UP + 5 }, // the flow, to show it
    ])
    const step = await when.send(await when.login('bob'), chosen('authenticator'))
    const code = app.codeAt(clock.now())
    await expect(when.prove(step, code)).rejects.toMatchObject({
      code: 'outcome_unknown',
      message: expect.stringContaining('cannot say whether the step was made'),
      cause: expect.any(StoreError), // why it cannot be shown
    })
    expect(refusalOf(await when.prove(step, code))).toBe('flow_ended') // it was made
  })
})

describe('the user', () => {
  test('is asked for at every step, beside the load', async () => {
    const asked: string[] = []
    const { when, twoFactor } = deploy({
      findUser: (id) => {
        asked.push(id)
        return { id, label: id, email: 'b@acme.test', securityStamp: 's', active: true, required: true }
      },
    })
    const step = await when.login('bob')
    await twoFactor.view(step.flow)
    await when.send(step, { type: 'enrollment_requested', method: 'email' })
    expect(asked).toEqual(['bob', 'bob', 'bob'])
  })

  test('whose host cannot find out fails the step, which commits nothing', async () => {
    const { when, store } = deploy({
      findUser: () => {
        throw new Error('the users’ table is away')
      },
    })
    await expect(when.login('bob')).rejects.toThrow('the users’ table is away')
    expect(store.commits).toEqual([])
  })

  test('that is deleted during a flow ends it as an inactive one does', async () => {
    const { when, given, app, clock } = await withBob()
    const step = await when.send(await when.login('bob'), chosen('authenticator'))
    given.noUser('bob')
    expect(outcomeOf(await when.prove(step, app.codeAt(clock.now())), 'denied').reason).toBe('inactive')
  })
})

describe('L7: a view never reveals what only the committing call may', () => {
  test('an outcome', async () => {
    const { when, twoFactor, app, clock } = await withBob()
    const step = await when.send(await when.login('bob'), chosen('authenticator'))
    const won = await when.prove(step, app.codeAt(clock.now()))
    expect(won.outcome).toBeDefined()
    const view = await twoFactor.view(step.flow)
    expect(view).toMatchObject({ state: 'authenticated', refusal: null, accepts: [] })
    expect(view).not.toHaveProperty('outcome')
    expect(await when.prove(step, '123456')).not.toHaveProperty('outcome')
  })

  test('provisioning data, and an event that is refused does not either', async () => {
    const { when, twoFactor } = deploy()
    const setup = await when.setup('bob')
    const step = inState(
      await when.send(setup, { type: 'enrollment_requested', method: 'authenticator' }, 'bob'),
      'enrolling',
    )
    expect(step.provisioning).not.toBeNull()
    const view = await twoFactor.view(step.flow, { caller: when.session('bob') })
    expect(inState(view, 'enrolling').provisioning).toBeNull()
    const malformed = await when.prove(step, 'nonsense', 'bob')
    expect(inState(malformed, 'enrolling').provisioning).toBeNull()
  })

  test('what an event that nobody has sent would do: an expired flow is shown as such and stays as it is', async () => {
    const { when, twoFactor, clock, store } = await withBob()
    const step = await when.login('bob')
    store.clear()
    clock.advance({ minutes: 10 })
    expect(await twoFactor.view(step.flow)).toMatchObject({ state: 'expired', refusal: null })
    expect(store.commits).toEqual([])
    expect((await when.prove(step, '123456')).outcome).toEqual({ kind: 'expired', reason: 'flow_expired' })
  })
})

describe('an observer', () => {
  test('is told each record with its user, after the commit', async () => {
    const { when, observed } = await withBob()
    await when.send(await when.login('bob'), chosen('sms'))
    expect(observed.map(({ kind }) => kind)).toEqual(['flow_started', 'challenge_opened', 'code_sent'])
    for (const event of observed) expect(event.userId).toBe('bob')
  })

  test('that throws changes nothing', async () => {
    const { when, outbox } = await withBob({
      observer: {
        observe: () => {
          throw new Error('the metrics are away')
        },
      },
    })
    const step = await when.send(await when.login('bob'), chosen('sms'))
    expect((await when.prove(step, outbox.lastCode('+15550001'))).state).toBe('authenticated')
  })
})

test('L4: a setup of a user without a profile has left none when it is cancelled', async () => {
  const { when, memory, twoFactor } = deploy()
  const setup = await when.setup('bob')
  await twoFactor.cancel(setup.flow, { caller: when.session('bob') })
  expect((await memory.load(bob)).profile?.value ?? emptyProfile).toEqual(emptyProfile)
})

describe('ASVS 6.5.3, CWE-330: all that must not be guessed comes from the random port', () => {
  test('the same bytes give the same token, ids, codes and secrets, and other bytes give others', async () => {
    const draw = async (seed: string) => {
      const { twoFactor, when, outbox, given } = deploy({ seed })
      given.user('bob', { required: true })
      const codes = await twoFactor.recoveryCodes.generate('bob')
      const step = await when.login('bob')
      const app = inState(
        await when.send(step, { type: 'enrollment_requested', method: 'authenticator' }),
        'enrolling',
      )
      const phone = { type: 'enrollment_requested', method: 'sms', address: '+15550001' } as const
      const texted = inState(await when.send(step, phone), 'enrolling')
      const secret = app.provisioning?.kind === 'app' ? app.provisioning.secret : ''
      return [step.flow, codes[0], secret, texted.challenge?.id, outbox.lastCode('+15550001')]
    }
    const [one, again, other] = [await draw('one'), await draw('one'), await draw('two')]
    expect(again).toEqual(one)
    expect(one.filter((drawn, index) => drawn === other[index])).toEqual([])
  })

  test('ASVS 6.5.4: a code that is sent has six digits', async () => {
    const { when, outbox } = await withBob()
    await when.send(await when.login('bob'), chosen('sms'))
    expect(outbox.lastCode('+15550001')).toMatch(/^[0-9]{6}$/)
  })
})
