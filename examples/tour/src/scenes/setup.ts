import { EMAIL, NEW_PHONE, PHONE } from '../cast.ts'
import type { Act } from '../scene.ts'
import { prove } from '../walk.ts'

export const setup: Act = {
  title: 'Setup',
  scenes: [
    {
      name: 'setup-first',
      title: 'The first method, of one’s own accord',
      async play({ say, check, open }) {
        const ana = await open()
        const session = await ana.signIn()
        say(
          'Ana is logged in and has nothing enrolled: her fresh password is all the proof that there can be.',
        )
        const [setup] = await ana.setup(session, 'managing')
        const { provisioning } = await setup.send(
          { type: 'enrollment_requested', method: 'authenticator', name: 'My phone' },
          'enrolling',
        )
        if (provisioning?.kind === 'app') ana.scan(provisioning.uri)
        await setup.send(prove(ana.appCode()), 'changed')
        const { enrollments } = await ana.twoFactor.users.get(ana.user.id)
        check('the app is in force, under its name', enrollments[0]?.name === 'My phone')
      },
    },
    {
      name: 'setup-replace',
      title: 'A new phone number takes the place of the old',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['sms'] })
        const session = await ana.signIn()
        const [setup] = await ana.setup(session, 'managing')
        say('What is in force stays in force until the new number has been proven.')
        const request = { type: 'enrollment_requested', method: 'sms' } as const
        await setup.send({ ...request, address: NEW_PHONE }, 'enrolling')
        const before = await ana.twoFactor.users.get(ana.user.id)
        check('the old number still counts', before.enrollments[0]?.address === PHONE)
        await setup.send(prove(ana.textedCode(NEW_PHONE)), 'changed')
        const after = await ana.twoFactor.users.get(ana.user.id)
        check(
          'the new number counts now',
          after.enrollments.map(({ address }) => address).join() === NEW_PHONE,
        )
        say('The news went over another channel than the one that changed, and to the old number as well.')
        const told = ana.outbox.sent.filter(({ message }) => message.kind === 'factor_replaced')
        check(
          'mail and the old number were told',
          told.map(({ message }) => message.to).join() === `${EMAIL},${PHONE}`,
        )
      },
    },
    {
      name: 'setup-add',
      title: 'A second method beside the first',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const session = await ana.signIn()
        const [setup] = await ana.setup(session, 'managing')
        await setup.send({ type: 'enrollment_requested', method: 'email', mode: 'add' }, 'enrolling')
        say('The mail goes missing for a while; Ana has it sent again. The first code is void from then on.')
        const lost = ana.mailedCode()
        ana.pass({ seconds: 30 })
        await setup.send({ type: 'resend_requested' }, 'enrolling')
        await setup.send(prove(lost), 'enrolling', 'proof_rejected')
        await setup.send(prove(ana.mailedCode()), 'changed')
        const [next, managing] = await ana.setup(session, 'managing')
        check('both are in force', managing.enrollments.length === 2)
        say('The same mail twice would add nothing.')
        await next.send(
          { type: 'enrollment_requested', method: 'email', mode: 'add' },
          'managing',
          'already_enrolled',
        )
      },
    },
    {
      name: 'setup-rename-prefer-remove',
      title: 'Names, the preferred method, and one too many',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['email', 'authenticator'] })
        const session = await ana.signIn()
        const [setup, { enrollments }] = await ana.setup(session, 'managing')
        const [mail, app] = enrollments
        if (mail === undefined || app === undefined) return check('there are two', false)
        const renamed = await setup.send(
          { type: 'rename_requested', enrollment: app.id, name: 'My phone' },
          'managing',
        )
        check(
          'the app has a name',
          renamed.enrollments.some(({ name }) => name === 'My phone'),
        )
        const preferred = await setup.send({ type: 'preference_requested', enrollment: app.id }, 'managing')
        check('the app comes first', preferred.enrollments[0]?.id === app.id)
        const removed = await setup.send({ type: 'removal_requested', enrollment: mail.id }, 'managing')
        check('mail is gone, and the same setup goes on', removed.enrollments.length === 1)
        say(
          'Of all sessions what was proven before counts no more, in case one is a thief’s. Ana proves it again.',
        )
        const gone = { type: 'preference_requested', enrollment: mail.id } as const
        await setup.send(gone, 'managing', 'reauth_required')
        const [stepUp] = await ana.stepUp(session, 'challenging')
        const { outcome } = await stepUp.send(prove(ana.appCode()), 'verified')
        if (outcome?.kind === 'verified') session.secondFactorAt = outcome.secondFactorAt
        say('An enrollment that is not there, or no longer, is refused.')
        await setup.send(gone, 'managing', 'enrollment_unknown')
      },
    },
    {
      name: 'setup-abandoned',
      title: 'A change that is not finished leaves nothing behind',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const session = await ana.signIn()
        const [setup] = await ana.setup(session, 'managing')
        await setup.send({ type: 'enrollment_requested', method: 'authenticator' }, 'enrolling')
        say('Ana has scanned the code with the wrong phone, and gives up.')
        await setup.cancel()
        const { enrollments, failures } = await ana.twoFactor.users.get(ana.user.id)
        check('what was in force is in force', enrollments.length === 1 && failures === 0)
        const [login] = await ana.login('challenging')
        await login.send(prove(ana.appCode()), 'authenticated')
      },
    },
    {
      name: 'setup-disable',
      title: 'Two-factor login is switched off by its user',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator', 'email'] })
        const session = await ana.signIn()
        const [setup] = await ana.setup(session, 'managing')
        await setup.send({ type: 'disable_requested' }, 'disabled')
        const { enrollments, recoveryCodesLeft, devices } = await ana.twoFactor.users.get(ana.user.id)
        check('nothing is left', enrollments.length + recoveryCodesLeft + devices.length === 0)
        await ana.login('authenticated')
        say('Removing the last enrollment is the same.')
        const bob = await open({ enrolled: ['email'] })
        const [other, { enrollments: ofBob }] = await bob.setup(await bob.signIn(), 'managing')
        await other.send({ type: 'removal_requested', enrollment: ofBob[0]?.id ?? '' }, 'disabled')
      },
    },
  ],
}
