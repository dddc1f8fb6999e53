import { memoryStore } from '@sallyport/adapters-memory'
import { type FlowLogEntry, keyRing, type Method, parseUserId } from '@sallyport/core'
import { inState, outcomeOf, refusalOf, scenario } from '@sallyport/testkit'
import { expect, test } from 'vitest'
import { createSealer } from '../../../packages/core/src/crypto/sealer.ts'
import type { Sealed } from '../../../packages/core/src/ids.ts'
import { deploy } from './deployment.ts'

const bob = parseUserId('bob')
/** A method of the host's that keeps nothing and takes every proof. */
const tap: Method = {
  kind: 'tap',
  amr: ['hwk'],
  addressed: 'none',
  begin: () => ({ methodData: null }),
  check: () => ({ kind: 'accepted', methodData: null }),
}
const shownAgain = { recoveryCodes: true, dangerouslyShowAgain: true }

test('recovery codes that are kept are sealed under the name that records of every release bear', async () => {
  const keys = keyRing([{ id: 'test', secret: new Uint8Array(32).fill(9) }])
  const { twoFactor, memory } = deploy({ keys, policy: { rescue: shownAgain } })
  const codes = await twoFactor.recoveryCodes.generate('bob')
  const { value } = (await memory.load(bob)).profile ?? {}
  const { recoveryCodes } = value as { recoveryCodes: { sealed: Sealed } } // as the profile is stored
  const opened = await createSealer(keys).open(recoveryCodes.sealed, {
    userId: bob,
    subject: 'recovery_codes',
  })
  expect(JSON.parse(new TextDecoder().decode(opened))).toEqual(codes)
})

test('recovery codes that were drawn before the policy kept them cannot be shown again', async () => {
  const store = memoryStore()
  const before = scenario({ store })
  await before.given.authenticator('bob')
  await before.twoFactor.recoveryCodes.generate('bob')
  const after = scenario({ store, policy: { rescue: shownAgain } })
  const shown = inState(await after.when.setup('bob'), 'managing')
  expect(shown).toMatchObject({ recoveryCodesLeft: 10, recoveryCodes: null })
})

test('a code is checked against the enrollment that was chosen, not the first', async () => {
  const { given, when, clock } = deploy()
  await given.factor('bob', 'sms', '+15550001')
  const { app, enrollment } = await given.authenticator('bob')
  const step = await when.send(await when.login('bob'), { type: 'method_selected', method: 'authenticator' })
  const outcome = outcomeOf(await when.prove(step, app.codeAt(clock.now())), 'authenticated')
  expect(outcome.enrollment).toBe(enrollment)
})

test('a method that has drawn no secret and no code is given none to check with', async () => {
  const given: object[] = []
  const method: Method = {
    ...tap,
    check(input) {
      given.push(input)
      return tap.check(input)
    },
  }
  const deployed = deploy({ methods: [{ method }], policy: { methods: ['tap'] } })
  await deployed.given.factor('bob', 'tap')
  outcomeOf(await deployed.when.prove(await deployed.when.login('bob'), 'tap'), 'authenticated')
  expect(given).toHaveLength(1)
  expect(given[0]).not.toHaveProperty('secret')
  expect(given[0]).not.toHaveProperty('digest')
})

test('an accepted proof strikes out no recovery code, and is logged to do so', async () => {
  const log: FlowLogEntry[] = []
  const { given, when, clock } = deploy({ flowLog: { append: (entry) => log.push(entry) } })
  const { app } = await given.authenticator('bob')
  outcomeOf(await when.prove(await when.login('bob'), app.codeAt(clock.now())), 'authenticated')
  expect(log.at(-1)?.events).toContainEqual(
    expect.objectContaining({ type: 'proof_accepted', recoveryCode: null }),
  )
})

test('a recovery code that is none of the set is a wrong code in the audit log', async () => {
  const { given, when, twoFactor, memory } = deploy()
  await given.authenticator('bob')
  await twoFactor.recoveryCodes.generate('bob')
  const step = await when.send(await when.login('bob'), { type: 'rescue_requested', option: 'recovery_code' })
  expect(refusalOf(await when.prove(step, '0000-0000-0000-0000-0000-0000'))).toBe('proof_rejected')
  expect((await memory.auditOf(bob)).at(-1)).toMatchObject({ kind: 'proof_rejected', cause: 'code_mismatch' })
})

test('a proof for a method that the host has taken away is refused, and costs nothing', async () => {
  const store = memoryStore()
  const before = scenario({ store, methods: [{ method: tap }], policy: { methods: ['tap'] } })
  await before.given.factor('bob', 'tap')
  const step = inState(await before.when.login('bob'), 'challenging')
  const after = scenario({ store })
  after.given.user('bob')
  expect(refusalOf(await after.when.prove(step, 'tap'))).toBe('method_unavailable')
  expect(await before.twoFactor.users.get('bob')).toMatchObject({ failures: 0 })
  outcomeOf(await before.when.prove(step, 'tap'), 'authenticated')
})

test('a user whom the host answers null for is not enrolled', async () => {
  const { twoFactor, store } = deploy({ findUser: () => null })
  const call = twoFactor.users.enroll('bob', { method: 'authenticator' })
  await expect(call).rejects.toMatchObject({ code: 'input_invalid', field: 'userId' })
  expect(store.commits).toEqual([])
})
