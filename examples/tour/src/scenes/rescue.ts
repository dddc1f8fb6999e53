import { HELP_DESK } from '../cast.ts'
import type { Act } from '../scene.ts'
import { prove } from '../walk.ts'

export const rescue: Act = {
  title: 'Rescue',
  scenes: [
    {
      name: 'rescue-recovery-code',
      title: 'A recovery code in place of a lost phone',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'], policy: { remember: {} } })
        const codes = await ana.offStage((twoFactor, userId) => twoFactor.recoveryCodes.generate(userId))
        const [code = ''] = codes
        const [login] = await ana.login('challenging', { remember: true })
        say('Ana has lost her phone. A recovery code stands in for it, once; case and dashes do not matter.')
        await login.send({ type: 'rescue_requested', option: 'recovery_code' }, 'rescuing')
        await login.send(prove('not a recovery code'), 'rescuing', 'proof_malformed')
        const { outcome } = await login.send(prove(code.toLowerCase().replaceAll('-', ' ')), 'authenticated')
        check('via recovery_code', outcome?.kind === 'authenticated' && outcome.via === 'recovery_code')
        check(
          'a rescue remembers no browser',
          outcome?.kind === 'authenticated' && outcome.remembered === null,
        )
        say('Whoever finds the note later cannot use the same code again.')
        const [thief] = await ana.login('challenging')
        await thief.send({ type: 'rescue_requested', option: 'recovery_code' }, 'rescuing')
        await thief.send(prove(code), 'rescuing', 'proof_rejected')
      },
    },
    {
      name: 'rescue-email',
      title: 'A mailed code in place of a lost phone',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'], policy: { rescue: { email: {} } } })
        const [login, { rescueOptions }] = await ana.login('challenging')
        check('the policy offers it', rescueOptions.join() === 'email')
        await login.send({ type: 'rescue_requested', option: 'email' }, 'rescuing')
        const { outcome } = await login.send(prove(ana.mailedCode()), 'authenticated')
        check('via email_rescue', outcome?.kind === 'authenticated' && outcome.via === 'email_rescue')
        say('Whoever reads the mail gets in, but may not change factors: this is no proof of the second one.')
        const secondFactorAt = outcome?.kind === 'authenticated' ? outcome.secondFactorAt : 0
        const session = { userId: ana.user.id, firstFactorAt: ana.clock.now(), secondFactorAt }
        const [, managing] = await ana.setup(session, 'managing')
        check('the session is not fresh', !managing.isFresh)
      },
    },
    {
      name: 'rescue-email-may-change',
      title: 'Where a mailed rescue may go on to change factors',
      async play({ say, check, open }) {
        const ana = await open({
          enrolled: ['authenticator'],
          policy: { rescue: { email: { mayChangeFactors: true } } },
        })
        const [login] = await ana.login('challenging')
        await login.send({ type: 'rescue_requested', option: 'email' }, 'rescuing')
        const { outcome } = await login.send(prove(ana.mailedCode()), 'authenticated')
        if (outcome?.kind !== 'authenticated') return check('she is in', false)
        say('Ana puts a new phone in the place of the lost one at once.')
        const { userId, secondFactorAt } = outcome
        const [, { isFresh }] = await ana.setup({ userId, secondFactorAt }, 'managing')
        check('the session is fresh', isFresh)
      },
    },
    {
      name: 'rescue-help',
      title: 'A call for help',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'], policy: { rescue: { help: HELP_DESK } } })
        const [login] = await ana.login('challenging')
        say(
          'Ana has lost everything. Her call goes to the administrators, who must find out who she is by other means.',
        )
        const help = { type: 'rescue_requested', option: 'help' } as const
        await login.send(help, 'challenging')
        check('the administrators have mail', ana.outbox.to(HELP_DESK).length === 1)
        say('Once an hour is enough. The login stays open meanwhile: the phone may turn up.')
        await login.send(help, 'challenging', 'help_requested_before')
        await login.send(prove(ana.appCode()), 'authenticated')
      },
    },
    {
      name: 'rescue-and-back',
      title: 'Back from a rescue',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        await ana.offStage((twoFactor, userId) => twoFactor.recoveryCodes.generate(userId))
        const [login] = await ana.login('challenging')
        const recovery = { type: 'rescue_requested', option: 'recovery_code' } as const
        await login.send(recovery, 'rescuing')
        say('The phone was under the sofa.')
        await login.send({ type: 'selection_requested' }, 'selecting')
        say('What the policy does not offer is refused.')
        await login.send({ type: 'rescue_requested', option: 'email' }, 'selecting', 'rescue_unavailable')
        const back = await login.send({ type: 'method_selected', method: 'authenticator' }, 'challenging')
        check('going to and fro cost nothing', back.challenge.attemptsLeft === 5)
        await login.send(prove(ana.appCode()), 'authenticated')
      },
    },
  ],
}
