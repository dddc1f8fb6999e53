import { inState } from '../../scenario.ts'
import { RIVALED_USER as bob, type Client, type InterleavingScenario, type Turn } from '../scenario.ts'
import { ADDRESS, prove, repeatAtLogin, repeatAtRescue, sendTo } from './turns.ts'

/** Clients that prove something at the same time. */
export const proofScenarios: readonly InterleavingScenario[] = [
  {
    name: 'same-code-on-one-flow',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const { flow } = await when.login(bob)
      const code = app.codeAt(clock.now())
      return {
        clients: [[prove(flow, code)], [prove(flow, code)]],
        repeats: [repeatAtLogin(code)],
      }
    },
  },
  {
    name: 'same-code-over-two-flows',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const flows = [await when.login(bob), await when.login(bob)]
      const code = app.codeAt(clock.now())
      return { clients: flows.map(({ flow }) => [prove(flow, code)]), repeats: [repeatAtLogin(code)] }
    },
  },
  {
    name: 'same-code-for-login-and-step-up',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const [login, stepUp] = [await when.login(bob), await when.stepUp(bob)]
      const code = app.codeAt(clock.now())
      return {
        clients: [[prove(login.flow, code)], [prove(stepUp.flow, code)]],
        repeats: [repeatAtLogin(code)],
      }
    },
  },
  {
    name: 'right-and-wrong-on-one-flow',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const { flow } = await when.login(bob)
      const code = app.codeAt(clock.now())
      return {
        clients: [[prove(flow, code)], [prove(flow, app.wrongCodeAt(clock.now()), 'wrong')]],
        repeats: [repeatAtLogin(code)],
      }
    },
  },
  {
    name: 'last-attempts-on-one-flow',
    policy: { throttle: { attemptsPerFlow: 2, failuresPerLock: 3 } },
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const { flow } = await when.login(bob)
      const wrong = app.wrongCodeAt(clock.now())
      return {
        clients: [[prove(flow, wrong, 'wrong')], [prove(flow, wrong, 'wrong'), prove(flow, wrong, 'wrong')]],
      }
    },
  },
  {
    name: 'wrong-over-two-flows-before-a-lock',
    policy: { throttle: { failuresPerLock: 3 } },
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const [first, second] = [await when.login(bob), await when.login(bob)]
      const wrong = app.wrongCodeAt(clock.now())
      await when.prove(first, wrong)
      await when.prove(first, wrong)
      return {
        clients: [
          [prove(first.flow, wrong, 'wrong')],
          [prove(second.flow, wrong, 'wrong'), prove(second.flow, app.codeAt(clock.now()))],
        ],
      }
    },
  },
  {
    name: 'mailed-code-twice',
    async prepare({ given, when, outbox }) {
      await given.factor(bob, 'email')
      const { flow } = await when.login(bob)
      const code = outbox.lastCode(ADDRESS)
      return { clients: [[prove(flow, code)], [prove(flow, code)]] }
    },
  },
  {
    name: 'resend-against-submit',
    async prepare({ given, when, outbox, clock }) {
      await given.factor(bob, 'email')
      const { flow } = await when.login(bob)
      const code = outbox.lastCode(ADDRESS)
      clock.advance({ seconds: 40 })
      const resend = sendTo(flow, { type: 'resend_requested' })
      return { clients: [[resend, proveNewest(flow, code)], [prove(flow, code)]], secrets: [code] }
    },
  },
  {
    name: 'recovery-code-on-one-flow',
    policy: { rescue: { recoveryCodes: true } },
    async prepare({ given, when, twoFactor }) {
      await given.authenticator(bob)
      const [code = ''] = await twoFactor.recoveryCodes.generate(bob)
      const rescue = await when.send(await when.login(bob), {
        type: 'rescue_requested',
        option: 'recovery_code',
      })
      const { flow } = inState(rescue, 'rescuing')
      return {
        clients: [[prove(flow, code)], [prove(flow, code)]],
        repeats: [repeatAtRescue(code)],
      }
    },
  },
  {
    name: 'recovery-code-over-two-flows',
    policy: { rescue: { recoveryCodes: true } },
    async prepare({ given, when, twoFactor }) {
      await given.authenticator(bob)
      const [code = ''] = await twoFactor.recoveryCodes.generate(bob)
      const rescue = async () =>
        when.send(await when.login(bob), { type: 'rescue_requested', option: 'recovery_code' })
      const flows = [await rescue(), await rescue()]
      return { clients: flows.map(({ flow }) => [prove(flow, code)]), repeats: [repeatAtRescue(code)] }
    },
  },
  {
    name: 'views-around-a-submit',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const { flow } = await when.login(bob)
      const code = app.codeAt(clock.now())
      const view = (name: string): Turn => ({ name, take: (client) => client.view(flow) })
      return {
        clients: [
          [prove(flow, code), view('view')],
          [view('view before'), prove(flow, code), view('view after')],
        ],
      }
    },
  },
]

/** Submits the code that arrived last, or the one of before where none did. */
function proveNewest(flow: string, before: string): Turn {
  return {
    name: 'submit the newest code',
    take: (client: Client) => client.prove(flow, client.codeTo(ADDRESS) ?? before, true),
  }
}
