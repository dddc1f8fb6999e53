import { RIVALED_USER as bob, type InterleavingScenario, type Turn } from '../scenario.ts'
import { operate, prove, repeatAtLogin, sendTo } from './turns.ts'

const purge: Turn = operate('purge', (twoFactor) => twoFactor.purge())
const login: Turn = { name: 'log in', take: (client) => client.login() }

/** The host's own work, and what it gets in the way of. */
export const upkeepScenarios: readonly InterleavingScenario[] = [
  {
    name: 'purge-against-login',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const old = await when.login(bob)
      clock.advance({ hours: 2 })
      const { flow } = await when.login(bob)
      const code = app.codeAt(clock.now())
      return {
        clients: [
          [purge, sendTo(old.flow, { type: 'cancel_requested' })],
          [prove(flow, code), login],
        ],
        repeats: [repeatAtLogin(code)],
      }
    },
  },
  {
    name: 'purge-against-an-expired-flow',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const { flow } = await when.login(bob)
      clock.advance({ hours: 2 })
      return { clients: [[purge], [prove(flow, app.codeAt(clock.now()))]] }
    },
  },
  {
    name: 'forget-against-login',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const { flow } = await when.login(bob)
      return {
        clients: [
          [operate('forget', (twoFactor) => twoFactor.forget(bob))],
          [prove(flow, app.codeAt(clock.now())), login],
        ],
      }
    },
  },
  {
    name: 'rekey-against-login',
    rotatesKeys: true,
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const { flow } = await when.login(bob)
      const code = app.codeAt(clock.now())
      return {
        clients: [[operate('rekey', (twoFactor) => twoFactor.rekey([bob]))], [prove(flow, code)]],
        repeats: [repeatAtLogin(code)],
      }
    },
  },
  {
    name: 'new-password-against-login',
    changesUser: true,
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const { flow } = await when.login(bob)
      const change: Turn = {
        name: 'change the password',
        take: (client) => client.changeUser({ securityStamp: 'another stamp' }),
      }
      const view: Turn = { name: 'view', take: (client) => client.view(flow) }
      return { clients: [[change, view], [prove(flow, app.codeAt(clock.now()))]] }
    },
  },
  {
    name: 'cancel-against-submit',
    async prepare({ given, when, clock }) {
      const { app } = await given.authenticator(bob)
      const { flow } = await when.login(bob)
      const code = app.codeAt(clock.now())
      return {
        clients: [[sendTo(flow, { type: 'cancel_requested' })], [prove(flow, code)]],
        repeats: [repeatAtLogin(code)],
      }
    },
  },
]
