import type { Act } from '../scene.ts'
import { prove } from '../walk.ts'

export const stepUp: Act = {
  title: 'Step-up',
  scenes: [
    {
      name: 'step-up',
      title: 'The second factor again, before a payment',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const session = await ana.signIn()
        ana.pass({ hours: 3 })
        say(
          'Ana pays a bill. Her bank wants a second factor that is no more than five minutes old (RFC 9470).',
        )
        const [flow] = await ana.stepUp(session, 'challenging')
        const { outcome } = await flow.send(prove(ana.appCode()), 'verified')
        if (outcome?.kind !== 'verified') return check('verified', false)
        check('it says when', outcome.authenticatedAt === ana.clock.now())
        check('it is no login: the password was not proven again', !outcome.amr.includes('pwd'))
      },
    },
    {
      name: 'step-up-recovery-code',
      title: 'By a recovery code',
      async play({ say, check, open }) {
        const ana = await open({
          enrolled: ['authenticator'],
          policy: { rescue: { email: {}, help: 'help@acme.test' } },
        })
        const session = await ana.signIn()
        const [code = ''] = await ana.offStage(({ recoveryCodes }, userId) => recoveryCodes.generate(userId))
        const [flow, { rescueOptions }] = await ana.stepUp(session, 'challenging')
        say('Of the rescues only this one proves that it is still Ana.')
        check('no other is offered', rescueOptions.join() === 'recovery_code')
        await flow.send({ type: 'rescue_requested', option: 'recovery_code' }, 'rescuing')
        const { outcome } = await flow.send(prove(code), 'verified')
        check('via recovery_code', outcome?.kind === 'verified' && outcome.via === 'recovery_code')
      },
    },
    {
      name: 'step-up-not-enrolled',
      title: 'With nothing enrolled',
      async play({ check, open }) {
        const ana = await open()
        const [, { outcome }] = await ana.stepUp(await ana.signIn(), 'denied')
        check('not_enrolled', outcome?.kind === 'denied' && outcome.reason === 'not_enrolled')
      },
    },
  ],
}
