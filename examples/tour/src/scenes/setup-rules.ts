import type { Act } from '../scene.ts'
import { prove } from '../walk.ts'

export const setupRules: Act = {
  title: 'Rules of setup',
  scenes: [
    {
      name: 'setup-not-fresh',
      title: 'Not fresh: a step-up, and the same setup goes on',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const session = await ana.signIn()
        say('Half an hour later Ana opens her security settings.')
        ana.pass({ minutes: 30 })
        const [setup, { accepts }] = await ana.setup(session, 'managing')
        check('she may look, and do nothing but leave', accepts.join() === 'cancel_requested')
        const request = { type: 'enrollment_requested', method: 'email', mode: 'add' } as const
        await setup.send(request, 'managing', 'reauth_required')
        say('The host asks for her second factor again, and keeps in her session when she gave it.')
        const [stepUp] = await ana.stepUp(session, 'challenging')
        const { outcome } = await stepUp.send(prove(ana.appCode()), 'verified')
        if (outcome?.kind === 'verified') session.secondFactorAt = outcome.secondFactorAt
        const fresh = await setup.view('managing')
        check('the same setup is open to changes', fresh.isFresh)
        await setup.send(request, 'enrolling')
        await setup.send(prove(ana.mailedCode()), 'changed')
      },
    },
    {
      name: 'setup-required',
      title: 'Where a second factor is required, the last one stays',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'], policy: { required: true } })
        const [setup, managing] = await ana.setup(await ana.signIn(), 'managing')
        check('the step does not offer it', !managing.accepts.includes('disable_requested'))
        await setup.send({ type: 'disable_requested' }, 'managing', 'two_factor_required')
        const [only] = managing.enrollments
        say('Nor can it be removed.')
        const removal = { type: 'removal_requested', enrollment: only?.id ?? '' } as const
        await setup.send(removal, 'managing', 'two_factor_required')
      },
    },
    {
      name: 'setup-nothing-enrolled',
      title: 'What only makes sense with a second factor',
      async play({ say, open }) {
        const ana = await open()
        const [setup] = await ana.setup(await ana.signIn(), 'managing')
        await setup.send({ type: 'disable_requested' }, 'managing', 'not_enrolled')
        say('Recovery codes stand in for a factor; without one there is nothing to recover.')
        await setup.send({ type: 'recovery_codes_requested' }, 'managing', 'not_enrolled')
      },
    },
    {
      name: 'setup-of-another',
      title: 'A setup belongs to its user’s sessions',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const session = await ana.signIn()
        const [setup] = await ana.setup(session, 'managing')
        say('Eve has got hold of the flow token, and has a session of her own.')
        const owner = session.userId
        session.userId = 'eve'
        await setup.send({ type: 'disable_requested' }, 'unavailable', 'wrong_caller')
        await setup.view('unavailable', 'wrong_caller')
        session.userId = owner
        say('To its owner it is as it was.')
        const managing = await setup.view('managing')
        check('nothing has changed', managing.enrollments.length === 1)
      },
    },
    {
      name: 'setup-full',
      title: 'A profile holds ten enrollments',
      async play({ say, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const session = await ana.signIn()
        for (let more = 2; more <= 10; more++) {
          const input = { method: 'authenticator', name: `Key ${more}` }
          await ana.offStage((twoFactor, userId) => twoFactor.users.enroll(userId, input))
        }
        say('Ana collects authenticators.')
        const [setup] = await ana.setup(session, 'managing')
        const request = { type: 'enrollment_requested', method: 'email' } as const
        await setup.send({ ...request, mode: 'add' }, 'managing', 'too_many_enrollments')
        say('One may still take the place of another.')
        await setup.send({ ...request, mode: 'replace' }, 'enrolling')
      },
    },
  ],
}
