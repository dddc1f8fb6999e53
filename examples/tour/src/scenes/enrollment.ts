import type { Act } from '../scene.ts'
import { prove } from '../walk.ts'

export const enrollment: Act = {
  title: 'Initial enrollment',
  scenes: [
    {
      name: 'enroll-authenticator',
      title: 'An authenticator app, during the login',
      async play({ say, check, open }) {
        const ana = await open({ policy: { required: true, remember: { days: 30 } } })
        say('Everyone must have a second factor, and Ana has none yet. Her login goes on once she has.')
        const [login] = await ana.login('enrolling')
        const begun = await login.send({ type: 'enrollment_requested', method: 'authenticator' }, 'enrolling')
        const { provisioning } = begun
        check('the step has all that a QR code needs', provisioning?.kind === 'app')
        if (provisioning?.kind === 'app') ana.scan(provisioning.uri)
        const again = await login.view('enrolling')
        check('the key is shown once', again.provisioning === null)
        say('Nothing is in force before the app has proven itself by a code.')
        check('nothing is enrolled', (await ana.twoFactor.users.get(ana.user.id)).enrollments.length === 0)
        await login.send(prove(ana.wrongCode()), 'enrolling', 'proof_rejected')
        const proof: string = ana.appCode()
        const { outcome } = await login.send(
          { type: 'proof_submitted', proof, remember: true },
          'authenticated',
        )
        check(
          'one proof enrolls, logs in and remembers the browser',
          outcome?.kind === 'authenticated' && outcome.remembered !== null,
        )
        say('The code that confirmed the enrollment counts as used.')
        const [next] = await ana.login('challenging')
        await next.send(prove(proof), 'challenging', 'proof_rejected')
      },
    },
    {
      name: 'enroll-email',
      title: 'Mail, during the login',
      async play({ say, check, open }) {
        const ana = await open({ policy: { required: true } })
        const [login] = await ana.login('enrolling')
        say('The address is the host’s: Ana cannot give another.')
        await login.send({ type: 'enrollment_requested', method: 'email' }, 'enrolling')
        await login.send(prove(ana.mailedCode()), 'authenticated')
        const { enrollments } = await ana.twoFactor.users.get(ana.user.id)
        check('mail is enrolled', enrollments.map(({ method }) => method).join() === 'email')
      },
    },
    {
      name: 'enroll-sms',
      title: 'A phone number, during the login',
      async play({ say, check, open }) {
        const ana = await open({ policy: { required: true } })
        const [login] = await ana.login('enrolling')
        say('A number is needed, and it must be able to take a text.')
        const request = { type: 'enrollment_requested', method: 'sms' } as const
        await login.send(request, 'enrolling', 'address_required')
        await login.send({ ...request, address: '030 123456' }, 'enrolling', 'address_invalid')
        await login.send({ ...request, address: '0151 23456789', name: 'My phone' }, 'enrolling')
        check('it was read as people write it', ana.textedCode('+4915123456789').length === 6)
        await login.send(prove(ana.textedCode()), 'authenticated')
      },
    },
    {
      name: 'enroll-change-of-mind',
      title: 'Another method after all',
      async play({ say, check, open }) {
        const ana = await open({ policy: { required: true } })
        const [login] = await ana.login('enrolling')
        await login.send({ type: 'enrollment_requested', method: 'email' }, 'enrolling')
        say('The mail does not arrive, so Ana takes the app instead.')
        const { provisioning } = await login.send(
          { type: 'enrollment_requested', method: 'authenticator' },
          'enrolling',
        )
        if (provisioning?.kind === 'app') ana.scan(provisioning.uri)
        await login.send(prove(ana.mailedCode()), 'enrolling', 'proof_rejected')
        await login.send(prove(ana.appCode()), 'authenticated')
        const { enrollments } = await ana.twoFactor.users.get(ana.user.id)
        check('only the app is enrolled', enrollments.map(({ method }) => method).join() === 'authenticator')
      },
    },
    {
      name: 'enroll-not-allowed',
      title: 'Where a password alone may not enroll',
      async play({ say, check, open }) {
        const ana = await open({ policy: { required: true, enrollAtLogin: false } })
        say('Whoever has only a password is not let in to enroll a factor of their own.')
        const [, { outcome }] = await ana.login('denied')
        check('denied for that', outcome?.kind === 'denied' && outcome.reason === 'enrollment_not_allowed')
        say('An administrator hands Ana a factor.')
        const { provisioning } = await ana.operate('users.enroll', (twoFactor, userId) =>
          twoFactor.users.enroll(userId, { method: 'authenticator', name: 'From the help desk' }),
        )
        if (provisioning?.kind === 'app') ana.scan(provisioning.uri)
        const [login] = await ana.login('challenging')
        await login.send(prove(ana.appCode()), 'authenticated')
      },
    },
  ],
}
