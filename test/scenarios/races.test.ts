import { memoryStore } from '@sallyport/adapters-memory'
import { parseUserId, type Step } from '@sallyport/core'
import { inState, scenario } from '@sallyport/testkit'
import { expect, test } from 'vitest'

const TOGETHER = 100

const all = (run: (index: number) => Promise<Step>): Promise<readonly Step[]> =>
  Promise.all(Array.from({ length: TOGETHER }, (_, index) => run(index)))

const won = (steps: readonly Step[]): readonly Step[] =>
  steps.filter(({ outcome }) => outcome?.kind === 'authenticated')

const refused = (steps: readonly Step[], reason: string): readonly Step[] =>
  steps.filter(({ refusal }) => refusal?.reason === reason)

test('L2: 100 equal proofs at once on one challenge: exactly one wins', async () => {
  const { given, when, clock } = scenario({ store: memoryStore() })
  const { app } = await given.authenticator('bob')
  const step = await when.login('bob')
  const code = app.codeAt(clock.now())
  const steps = await all(() => when.prove(step, code))
  expect(won(steps)).toHaveLength(1)
  expect(refused(steps, 'flow_ended').length + refused(steps, 'busy').length).toBe(TOGETHER - 1)
})

test('L2: 100 equal TOTP codes at once over 100 flows: exactly one wins, and every revealed failure is counted', async () => {
  const store = memoryStore()
  const { given, when, clock } = scenario({ store })
  const { app } = await given.authenticator('bob')
  const flows = await all(() => when.login('bob'))
  const code = app.codeAt(clock.now())
  const steps = await all((index) => when.prove(flows[index] as Step, code)) // as many flows as proofs
  expect(won(steps)).toHaveLength(1)
  const rejected =
    refused(steps, 'proof_rejected').length + steps.filter(({ state }) => state === 'locked').length
  const counted = (await store.auditOf(parseUserId('bob'))).filter(
    ({ kind }) => kind === 'proof_rejected',
  ).length
  expect(counted).toBe(rejected)
  expect(counted).toBeLessThanOrEqual(10)
})

test('L2: 100 equal recovery codes at once over 100 flows: exactly one wins, and one code is gone', async () => {
  const { given, when, twoFactor } = scenario({ store: memoryStore() })
  await given.authenticator('bob')
  const [code = ''] = await twoFactor.recoveryCodes.generate('bob')
  const flows = await all(async () =>
    when.send(await when.login('bob'), { type: 'rescue_requested', option: 'recovery_code' }),
  )
  const open = flows.filter(({ state }) => state === 'rescuing')
  expect(open.length).toBeGreaterThan(10)
  const steps = await Promise.all(open.map((step) => when.prove(step, code)))
  expect(won(steps)).toHaveLength(1)
  expect(await twoFactor.recoveryCodes.count('bob')).toBe(9)
})

test('L3: 100 wrong codes at once on one challenge: each revealed failure is counted, and no more than the flow bears', async () => {
  const store = memoryStore()
  const { given, when, clock, twoFactor } = scenario({ store })
  const { app } = await given.authenticator('bob')
  const step = await when.login('bob')
  const steps = await all(() => when.prove(step, app.wrongCodeAt(clock.now())))
  const revealed =
    refused(steps, 'proof_rejected').length + steps.filter(({ outcome }) => outcome?.kind === 'denied').length
  const { failures } = await twoFactor.users.get('bob')
  expect(failures).toBe(revealed)
  expect(failures).toBeLessThanOrEqual(5)
})

test('L3: 100 wrong codes at once over 100 flows lock the user at ten', async () => {
  const store = memoryStore()
  const { given, when, clock, twoFactor } = scenario({ store })
  const { app } = await given.authenticator('bob')
  const flows = await all(() => when.login('bob'))
  let pending = flows
  while (pending.length > 0) {
    const steps = await Promise.all(pending.map((step) => when.prove(step, app.wrongCodeAt(clock.now()))))
    pending = refused(steps, 'busy')
  }
  expect(await twoFactor.users.get('bob')).toMatchObject({ failures: 10, isLocked: true })
  const counted = (await store.auditOf(parseUserId('bob'))).filter(({ kind }) => kind === 'proof_rejected')
  expect(counted).toHaveLength(10)
})

test('L2: a mailed code submitted 100 times at once logs in once', async () => {
  const { given, when, outbox } = scenario({ store: memoryStore() })
  await given.factor('bob', 'email')
  const step = inState(await when.login('bob'), 'challenging')
  const code = outbox.lastCode('bob@acme.test')
  expect(won(await all(() => when.prove(step, code)))).toHaveLength(1)
})

test('L4: two setups confirmed at once: one is in force, the other is superseded', async () => {
  const { given, when, outbox, twoFactor } = scenario({ store: memoryStore() })
  await given.authenticator('bob')
  const ask = async (address: string) =>
    when.send(
      await when.setup('bob'),
      { type: 'enrollment_requested', method: 'sms', address, mode: 'add' },
      'bob',
    )
  const [first, second] = [await ask('+15550101'), await ask('+15550102')]
  const steps = await Promise.all([
    when.prove(first, outbox.lastCode('+15550101'), 'bob'),
    when.prove(second, outbox.lastCode('+15550102'), 'bob'),
  ])
  expect(steps.map(({ state }) => state).sort()).toEqual(['cancelled', 'changed'])
  expect((await twoFactor.users.get('bob')).enrollments).toHaveLength(2)
})
