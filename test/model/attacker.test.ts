import { memoryStore } from '@sallyport/adapters-memory'
import { type ClientEvent, parseUserId, type Step } from '@sallyport/core'
import { type Scenario, type SimulatedAuthenticator, scenario } from '@sallyport/testkit'
import fc from 'fast-check'
import { expect, test } from 'vitest'

/**
 * Two people at one account. Bob holds the factors. The attacker knows his password and has seen every code that
 * he has used, but none that is still good. They act in any order, and time passes.
 */
interface World extends Scenario {
  readonly store: ReturnType<typeof memoryStore>
  readonly app: SimulatedAuthenticator
  readonly recoveryCodes: string[]
  /** Every proof that has won: known to the attacker, and good for nothing. */
  readonly spent: string[]
  /** The attacker's open flows. */
  readonly flows: Step[]
  /** Rejections that were revealed since the count was last reset. */
  failures: number
}

const NUMBER = '+15550100'
const WINS = ['authenticated', 'verified', 'changed', 'disabled']

const byAttacker = fc.oneof(
  fc.constant({ does: 'login' } as const),
  fc.record({ does: fc.constant('replay' as const), which: fc.nat(20), flow: fc.nat(5) }),
  fc.record({
    does: fc.constant('guess' as const),
    flow: fc.nat(5),
    proof: fc.constantFrom('wrong', '0000-0000-0000-0000-0000-0000', 'x', ''),
  }),
  fc.record({
    does: fc.constant('send' as const),
    flow: fc.nat(5),
    event: fc.constantFrom<ClientEvent>(
      { type: 'method_selected', method: 'sms' },
      { type: 'method_selected', method: 'authenticator' },
      { type: 'selection_requested' },
      { type: 'resend_requested' },
      { type: 'rescue_requested', option: 'recovery_code' },
      { type: 'rescue_requested', option: 'email' },
      { type: 'rescue_requested', option: 'help' },
      { type: 'enrollment_requested', method: 'authenticator' },
      { type: 'disable_requested' },
      { type: 'cancel_requested' },
    ),
  }),
  fc.record({
    does: fc.constant('setup' as const),
    event: fc.constantFrom<ClientEvent>(
      { type: 'disable_requested' },
      { type: 'recovery_codes_requested' },
      { type: 'enrollment_requested', method: 'email', mode: 'add' },
    ),
  }),
)

const byBob = fc.constantFrom(
  { does: 'bob_logs_in' } as const,
  { does: 'bob_is_rescued' } as const,
  { does: 'bob_mistypes' } as const,
)

const time = fc.record({
  does: fc.constant('time' as const),
  seconds: fc.constantFrom(1, 31, 121, 601, 901, 3601),
})

const command = fc.oneof(
  { weight: 4, arbitrary: byAttacker },
  { weight: 2, arbitrary: byBob },
  { weight: 2, arbitrary: time },
)

type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never

async function begin(): Promise<World> {
  const store = memoryStore()
  const world = scenario({ store, policy: { rescue: { help: 'help@acme.test' }, remember: { days: 7 } } })
  const { app } = await world.given.authenticator('bob')
  await world.given.factor('bob', 'sms', NUMBER)
  const recoveryCodes = [...(await world.twoFactor.recoveryCodes.generate('bob'))]
  return { ...world, store, app, recoveryCodes, spent: [], flows: [], failures: 0 }
}

/** The attacker proves something in one of their flows. It must never win. */
async function attack(world: World, index: number, proof: string): Promise<void> {
  const step = world.flows[index % Math.max(world.flows.length, 1)]
  if (step === undefined) return
  const after = await world.when.prove(step, proof)
  expect(WINS, `the attacker won by ${proof}`).not.toContain(after.state)
  const wasRecoveryCode = step.state === 'rescuing' && step.challenge?.method === 'recovery_code'
  const isRevealed =
    after.refusal?.reason === 'proof_rejected' ||
    after.outcome?.kind === 'denied' ||
    after.outcome?.kind === 'locked'
  if (isRevealed && !wasRecoveryCode) world.failures += 1
  world.flows[index % world.flows.length] = after
}

async function bob(world: World, does: 'bob_logs_in' | 'bob_is_rescued' | 'bob_mistypes'): Promise<void> {
  const { when, clock, app, recoveryCodes, spent } = world
  clock.advance({ seconds: 30 }) // a code of his own, not the one before
  const login = await when.login('bob')
  if (does === 'bob_is_rescued') {
    const code = recoveryCodes.pop()
    if (code === undefined) return
    const rescuing =
      login.state === 'rescuing'
        ? login
        : await when.send(login, { type: 'rescue_requested', option: 'recovery_code' })
    const after = await when.prove(rescuing, code)
    expect(after.state, 'the owner always has a way in').toBe('authenticated')
    spent.push(code)
    world.failures = 0
    return
  }
  const challenge = await when.send(login, { type: 'method_selected', method: 'authenticator' })
  if (challenge.state !== 'challenging') return
  const now = clock.now()
  const after = await when.prove(challenge, does === 'bob_logs_in' ? app.codeAt(now) : app.wrongCodeAt(now))
  if (after.state === 'authenticated') {
    spent.push(app.codeAt(now))
    world.failures = 0
  } else if (does === 'bob_mistypes') world.failures += 1
}

async function act(world: World, command: Command): Promise<void> {
  const { when, clock, twoFactor, flows, spent, app } = world
  switch (command.does) {
    case 'login':
      flows.push(await when.login('bob', { remember: true }))
      return
    case 'replay':
      return attack(world, command.flow, spent[command.which % Math.max(spent.length, 1)] ?? '000000')
    case 'guess':
      return attack(
        world,
        command.flow,
        command.proof === 'wrong' ? app.wrongCodeAt(clock.now()) : command.proof,
      )
    case 'send': {
      const index = command.flow % Math.max(flows.length, 1)
      const step = flows[index]
      if (step === undefined) return
      const after = await when.send(step, command.event)
      expect(WINS).not.toContain(after.state)
      flows[index] = after
      return
    }
    case 'setup': {
      // A session by a remembered browser, say: it has the password and nothing more.
      const caller = { userId: 'bob', firstFactorAt: clock.now(), secondFactorAt: null }
      const setup = await twoFactor.setup({ caller })
      const after = await twoFactor.send(setup.flow, command.event, { caller })
      expect(after.refusal?.reason).toBe('reauth_required')
      return
    }
    case 'time':
      clock.advance({ seconds: command.seconds })
      return
    default:
      return bob(world, command.does)
  }
}

test('L1–L4, L9: whatever Bob does, an attacker with his password and his used codes never gets in or changes a factor', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 40 }), async (commands) => {
      const world = await begin()
      const factors = (await world.twoFactor.users.get('bob')).enrollments.map(({ id }) => id)
      for (const one of commands) await act(world, one)
      const after = await world.twoFactor.users.get('bob')
      expect(after.enrollments.map(({ id }) => id)).toEqual(factors)
      expect(after.failures, 'L3: every revealed failure is counted, and nothing else').toBe(world.failures)
      expect(after.devices).toEqual([])
      expect(new Set(world.spent.filter((code) => code.includes('-'))).size).toBe(
        10 - world.recoveryCodes.length,
      )
      const records = await world.store.auditOf(parseUserId('bob'))
      const wins = records.filter(
        (record) => record.kind === 'flow_ended' && record.outcome === 'authenticated',
      )
      expect(wins, 'L2: as many logins as codes that were Bob’s').toHaveLength(world.spent.length)
    }),
    { numRuns: 400 },
  )
})
