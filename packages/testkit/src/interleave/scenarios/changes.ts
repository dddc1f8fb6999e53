import { AssertionError } from 'node:assert'
import type { Step } from '@sallyport/core'
import { inState, outcomeOf, type Scenario } from '../../scenario.ts'
import { simulatedAuthenticator } from '../../simulated-authenticator.ts'
import { RIVALED_USER as bob, type InterleavingScenario, type Turn } from '../scenario.ts'
import { operate, prove, repeatAtLogin, repeatAtRescue, sendTo } from './turns.ts'

/** Clients and operators that change factors while someone uses them. */
export const changeScenarios: readonly InterleavingScenario[] = [
  {
    name: 'setup-confirm-against-disable',
    async prepare(given) {
      await given.given.authenticator(bob)
      const adding = await addingText(given, '+15550101')
      const disabling = await given.when.setup(bob)
      return {
        clients: [[prove(adding.flow, adding.code)], [sendTo(disabling.flow, { type: 'disable_requested' })]],
        secrets: [adding.code],
      }
    },
  },
  {
    name: 'two-setups-confirmed',
    async prepare(given) {
      await given.given.authenticator(bob)
      const first = await addingText(given, '+15550101')
      const second = await addingText(given, '+15550102')
      return { clients: [[prove(first.flow, first.code)], [prove(second.flow, second.code)]] }
    },
  },
  {
    name: 'replacement-confirmed-against-login',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const login = await when.login(bob)
      const setup = await when.send(
        await when.setup(bob),
        { type: 'enrollment_requested', method: 'authenticator' },
        bob,
      )
      const { code, secret } = offered(setup, clock.now())
      return {
        clients: [[prove(setup.flow, code)], [prove(login.flow, app.codeAt(clock.now()))]],
        secrets: [secret],
      }
    },
  },
  {
    name: 'first-enrollment-at-two-logins',
    policy: { required: true },
    async prepare({ given, when, clock }) {
      given.user(bob)
      const offers = []
      for (let login = 0; login < 2; login += 1) {
        const step = await when.send(await when.login(bob), {
          type: 'enrollment_requested',
          method: 'authenticator',
        })
        offers.push({ flow: step.flow, ...offered(step, clock.now()) })
      }
      return {
        clients: offers.map(({ flow, code }) => [prove(flow, code)]),
        secrets: offers.map(({ secret }) => secret),
      }
    },
  },
  {
    name: 'disable-against-login',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const login = await when.login(bob)
      const setup = await when.setup(bob)
      return {
        clients: [
          [sendTo(setup.flow, { type: 'disable_requested' })],
          [prove(login.flow, app.codeAt(clock.now())), { name: 'log in', take: (client) => client.login() }],
        ],
      }
    },
  },
  {
    name: 'reset-against-login',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const { flow } = await when.login(bob)
      return {
        clients: [
          [operate('reset', ({ users }) => users.reset(bob))],
          [prove(flow, app.codeAt(clock.now()))],
        ],
      }
    },
  },
  {
    name: 'enrolled-by-an-administrator-against-first-factor',
    async prepare({ given, when, twoFactor }) {
      await given.factor(bob, 'email')
      await twoFactor.users.reset(bob)
      outcomeOf(await when.login(bob), 'authenticated')
      return {
        clients: [
          [operate('enroll', ({ users }) => users.enroll(bob, { method: 'email' }))],
          [{ name: 'log in', take: (client) => client.login() }],
        ],
      }
    },
  },
  {
    name: 'revoke-against-remembered-login',
    policy: { remember: { days: 7 } },
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const first = await when.login(bob, { remember: true })
      const { remembered } = outcomeOf(await when.prove(first, app.codeAt(clock.now())), 'authenticated')
      if (remembered === null) throw new AssertionError({ message: 'the browser is not remembered' })
      const { token, device } = remembered
      const login: Turn = { name: 'log in remembered', take: (client) => client.login({ remembered: token }) }
      return {
        clients: [[operate('revoke', ({ devices }) => devices.revoke(bob, device)), login], [login]],
        secrets: [token],
      }
    },
  },
  {
    name: 'remembering-against-disable',
    policy: { remember: { days: 7 } },
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const login = await when.login(bob, { remember: true })
      const setup = await when.setup(bob)
      const code = app.codeAt(clock.now())
      return {
        clients: [[prove(login.flow, code)], [sendTo(setup.flow, { type: 'disable_requested' })]],
        repeats: [repeatAtLogin(code)],
      }
    },
  },
  {
    name: 'unlock-against-failure',
    policy: { throttle: { failuresPerLock: 3 } },
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const flow = await when.login(bob)
      const wrong = app.wrongCodeAt(clock.now())
      await when.prove(flow, wrong)
      await when.prove(flow, wrong)
      return {
        clients: [
          [operate('unlock', ({ users }) => users.unlock(bob))],
          [prove(flow.flow, wrong, 'wrong'), prove(flow.flow, app.codeAt(clock.now()))],
        ],
      }
    },
  },
  {
    name: 'new-recovery-codes-against-an-old-one',
    policy: { rescue: { recoveryCodes: true } },
    async prepare({ given, when, twoFactor }) {
      await given.authenticator(bob)
      const [code = ''] = await twoFactor.recoveryCodes.generate(bob)
      const rescue = await when.send(await when.login(bob), {
        type: 'rescue_requested',
        option: 'recovery_code',
      })
      return {
        clients: [
          [operate('generate', ({ recoveryCodes }) => recoveryCodes.generate(bob))],
          [prove(inState(rescue, 'rescuing').flow, code)],
        ],
        repeats: [repeatAtRescue(code)],
      }
    },
  },
]

/** A setup that waits for the code that it has sent to a number. */
async function addingText({ when, outbox }: Scenario, address: string) {
  const { flow } = await when.send(
    await when.setup(bob),
    { type: 'enrollment_requested', method: 'sms', address, mode: 'add' },
    bob,
  )
  return { flow, code: outbox.lastCode(address) }
}

/** The app of a step that offers one: its code now, and its secret. */
function offered(step: Step, at: number): { readonly code: string; readonly secret: string } {
  const { provisioning } = inState(step, 'enrolling')
  if (provisioning?.kind !== 'app')
    throw new AssertionError({ message: 'an authenticator has provisioning data' })
  const secret = new URL(provisioning.uri).searchParams.get('secret') ?? ''
  return { code: simulatedAuthenticator(provisioning.uri).codeAt(at), secret }
}
