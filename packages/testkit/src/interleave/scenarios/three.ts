import { RIVALED_USER as bob, type InterleavingScenario } from '../scenario.ts'
import { ADDRESS, operate, prove, repeatAtLogin, sendTo } from './turns.ts'

/** Three clients at once: more schedules than can be walked through, so that chance draws some. */
export const threeClientScenarios: readonly InterleavingScenario[] = [
  {
    name: 'three-equal-codes-over-two-flows',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const [first, second] = [await when.login(bob), await when.login(bob)]
      const code = app.codeAt(clock.now())
      return {
        clients: [[prove(first.flow, code)], [prove(second.flow, code)], [prove(first.flow, code)]],
        repeats: [repeatAtLogin(code)],
      }
    },
  },
  {
    name: 'right-wrong-and-unlock',
    policy: { throttle: { failuresPerLock: 3 } },
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const step = await when.login(bob)
      const [right, wrong] = [app.codeAt(clock.now()), app.wrongCodeAt(clock.now())]
      await when.prove(step, wrong)
      await when.prove(step, wrong)
      return {
        clients: [
          [prove(step.flow, right)],
          [prove(step.flow, wrong, 'wrong')],
          [operate('unlock', ({ users }) => users.unlock(bob))],
        ],
        repeats: [repeatAtLogin(right)],
      }
    },
  },
  {
    name: 'resend-submit-and-wrong',
    async prepare({ given, when, outbox, clock }) {
      await given.factor(bob, 'email')
      const { flow } = await when.login(bob)
      const code = outbox.lastCode(ADDRESS)
      clock.advance({ seconds: 40 })
      const wrong = code === '000000' ? '000001' : '000000'
      return {
        clients: [
          [sendTo(flow, { type: 'resend_requested' })],
          [prove(flow, code)],
          [prove(flow, wrong, 'wrong')],
        ],
      }
    },
  },
  {
    name: 'purge-forget-and-login',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      await when.login(bob)
      clock.advance({ hours: 2 })
      const { flow } = await when.login(bob)
      return {
        clients: [
          [operate('purge', (twoFactor) => twoFactor.purge())],
          [operate('forget', (twoFactor) => twoFactor.forget(bob))],
          [prove(flow, app.codeAt(clock.now())), { name: 'log in', take: (client) => client.login() }],
        ],
      }
    },
  },
  {
    name: 'disable-login-and-reset',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const [login, setup] = [await when.login(bob), await when.setup(bob)]
      return {
        clients: [
          [sendTo(setup.flow, { type: 'disable_requested' })],
          [prove(login.flow, app.codeAt(clock.now()))],
          [operate('reset', ({ users }) => users.reset(bob))],
        ],
      }
    },
  },
]
