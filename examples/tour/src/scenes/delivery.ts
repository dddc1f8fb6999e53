import { HELP_DESK } from '../cast.ts'
import type { Act } from '../scene.ts'
import { prove } from '../walk.ts'

const resend = { type: 'resend_requested' } as const

export const delivery: Act = {
  title: 'Delivery',
  scenes: [
    {
      name: 'resend',
      title: 'A code is sent again, after a pause',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['email'] })
        const [login, { challenge }] = await ana.login('challenging')
        const first = ana.mailedCode()
        const refused = await login.send(resend, 'challenging', 'cooling_down')
        check('it says from when on', refused.refusal?.retryAt === challenge.resendAt)
        ana.pass({ seconds: 30 })
        await login.send(resend, 'challenging')
        say('The new code voids the old one.')
        await login.send(prove(first), 'challenging', 'proof_rejected')
        await login.send(prove(ana.mailedCode()), 'authenticated')
      },
    },
    {
      name: 'resend-of-nothing',
      title: 'An app has nothing to send again',
      async play({ check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const [login, { accepts, challenge }] = await ana.login('challenging')
        check(
          'the step does not offer it',
          !accepts.includes('resend_requested') && challenge.resendAt === null,
        )
        await login.send(resend, 'challenging', 'resend_unavailable')
      },
    },
    {
      name: 'delivery-limited',
      title: 'Five codes in ten minutes are enough',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['sms', 'authenticator'] })
        const [login] = await ana.login('selecting')
        await login.send({ type: 'method_selected', method: 'sms' }, 'challenging')
        for (let more = 2; more <= 5; more++) {
          ana.pass({ seconds: 30 })
          await login.send(resend, 'challenging')
        }
        ana.pass({ seconds: 30 })
        const limited = await login.send(resend, 'challenging', 'delivery_limited')
        check('it says from when on', limited.refusal?.retryAt !== undefined)
        say('Other methods stay open.')
        await login.send({ type: 'method_selected', method: 'authenticator' }, 'challenging')
        await login.send(prove(ana.appCode()), 'authenticated')
      },
    },
    {
      name: 'delivery-limited-at-once',
      title: 'A new login does not bring a new budget',
      async play({ say, open }) {
        const ana = await open({ enrolled: ['email'], policy: { delivery: { perTenMinutes: 1 } } })
        await ana.login('challenging')
        say(
          'Ana closes the window and starts again. Her only method may not send now: she can wait and select it.',
        )
        const [login] = await ana.login('selecting', { refused: 'delivery_limited' })
        await login.send({ type: 'method_selected', method: 'email' }, 'selecting', 'delivery_limited')
        ana.pass({ minutes: 9, seconds: 59 })
        await login.send({ type: 'method_selected', method: 'email' }, 'selecting', 'delivery_limited')
        say('Her login ends before that, and the next one sends.')
        ana.pass({ seconds: 1 })
        await ana.login('challenging')
      },
    },
    {
      name: 'delivery-refused',
      title: 'A mail that surely was not sent',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['email'] })
        ana.outbox.next('refuse')
        const [login, { challenge }] = await ana.login('challenging', { refused: 'delivery_failed' })
        check(
          'it may be sent again at once',
          challenge.delivery === 'failed' && challenge.resendAt === ana.clock.now(),
        )
        say('The flow stays usable.')
        await login.send(resend, 'challenging')
        await login.send(prove(ana.mailedCode()), 'authenticated')
      },
    },
    {
      name: 'delivery-unknown',
      title: 'A mail that may have been sent',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['email'] })
        ana.outbox.next('fail_after_sending')
        const [login, { challenge }] = await ana.login('challenging', { refused: 'delivery_failed' })
        check('nobody knows', challenge.delivery === 'unknown')
        say('It did arrive: its code is as good as any.')
        await login.send(prove(ana.mailedCode()), 'authenticated')
      },
    },
    {
      name: 'delivery-hangs',
      title: 'A mail server that does not answer',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['email'] })
        ana.outbox.next('hang')
        say('After ten seconds the login goes on without an answer.')
        const opening = ana.login('challenging', { refused: 'delivery_failed' })
        await ana.clock.paused()
        ana.pass({ seconds: 10 })
        const [login, { challenge }] = await opening
        check('nobody knows', challenge.delivery === 'unknown')
        say('The mail comes late, and counts.')
        ana.outbox.release()
        await login.send(prove(ana.mailedCode()), 'authenticated')
      },
    },
    {
      name: 'notice-failed',
      title: 'A notice that does not get through stops nobody',
      async play({ check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const [login] = await ana.login('challenging')
        ana.outbox.next('refuse')
        await login.send(prove(ana.wrongCode()), 'challenging', 'proof_rejected')
        check('nothing arrived', ana.outbox.sent.length === 0)
        await login.send(prove(ana.appCode()), 'authenticated')
      },
    },
    {
      name: 'help-failed',
      title: 'A call for help that does not get through may be made again',
      async play({ open }) {
        const ana = await open({ enrolled: ['authenticator'], policy: { rescue: { help: HELP_DESK } } })
        const [login] = await ana.login('challenging')
        const help = { type: 'rescue_requested', option: 'help' } as const
        ana.outbox.next('refuse')
        await login.send(help, 'challenging', 'delivery_failed')
        await login.send(help, 'challenging')
      },
    },
  ],
}
