import { EMAIL, PHONE } from '../cast.ts'
import type { Act } from '../scene.ts'
import { formatTime } from '../terminal/time.ts'
import { prove } from '../walk.ts'

export const operators: Act = {
  title: 'Operators',
  scenes: [
    {
      name: 'method-switched-off',
      title: 'A method is switched off in the policy',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['sms'] })
        ana.configure({ methods: ['authenticator', 'email'] })
        say(
          'Nobody can enroll a phone any more. Whoever has one still needs it: a policy takes no factor away.',
        )
        const [login] = await ana.login('challenging')
        const { outcome } = await login.send(prove(ana.textedCode()), 'authenticated')
        const secondFactorAt = outcome?.kind === 'authenticated' ? outcome.secondFactorAt : null
        const [setup, { enrollable }] = await ana.setup({ userId: ana.user.id, secondFactorAt }, 'managing')
        check(
          'sms is not on offer',
          enrollable.every(({ method }) => method !== 'sms'),
        )
        const request = { type: 'enrollment_requested', method: 'sms', address: PHONE } as const
        await setup.send(request, 'managing', 'method_unavailable')
      },
    },
    {
      name: 'method-gone',
      title: 'A method that nothing can send for any more',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['sms'] })
        await ana.offStage(({ recoveryCodes }, userId) => recoveryCodes.generate(userId))
        ana.configure({ methods: ['authenticator'] }, 'sms')
        say(
          'The contract with the SMS provider has ended. Ana’s factor still counts, so her password alone is not enough.',
        )
        const [login, { challenge }] = await ana.login('rescuing')
        check('she has her recovery codes', challenge === null)
        await login.cancel()
        say('Without those she would be shut out.')
        ana.configure({ methods: ['authenticator'], rescue: { recoveryCodes: false } }, 'sms')
        const [, { outcome }] = await ana.login('denied')
        check('no_usable_method', outcome?.kind === 'denied' && outcome.reason === 'no_usable_method')
      },
    },
    {
      name: 'required-now',
      title: 'A second factor becomes required',
      async play({ open }) {
        const ana = await open()
        await ana.login('authenticated')
        ana.configure({ required: ({ email }) => email?.endsWith('@acme.test') === true })
        await ana.login('enrolling')
      },
    },
    {
      name: 'reset',
      title: 'An administrator resets a user',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator', 'email'] })
        say('Ana has lost everything, and has shown her passport at the help desk.')
        await ana.operate('users.reset', ({ users }, userId) => users.reset(userId))
        const { enrollments, epoch } = await ana.twoFactor.users.get(ana.user.id)
        check('nothing is enrolled', enrollments.length === 0)
        check('the epoch has gone up, and never comes back', epoch === 3)
        await ana.login('authenticated')
      },
    },
    {
      name: 'audit',
      title: 'What the audit log says of all this',
      async play({ say, check, rows, open }) {
        const ana = await open({ enrolled: ['authenticator'], policy: { remember: {} } })
        const [first] = await ana.login('challenging')
        // A log is in the order of time: of two steps in one millisecond none is the first.
        const typing = () => ana.clock.advance({ seconds: 4 })
        typing()
        await first.send(prove(ana.wrongCode()), 'challenging', 'proof_rejected')
        typing()
        await first.send({ type: 'proof_submitted', proof: ana.appCode(), remember: true }, 'authenticated')
        typing()
        const session = { userId: ana.user.id, secondFactorAt: ana.clock.now() }
        const [setup] = await ana.setup(session, 'managing')
        typing()
        await setup.send({ type: 'recovery_codes_requested' }, 'managing')
        typing()
        await setup.send({ type: 'enrollment_requested', method: 'email', mode: 'add' }, 'enrolling')
        const code = ana.mailedCode()
        typing()
        await setup.send(prove(code), 'changed')

        say('Each step has written its records in the commit that made it so. Times are UTC.')
        const records = await ana.audit()
        rows(
          records.map(({ at, kind, flow: _flow, flowKind = 'operator', ...details }) => ({
            label: formatTime(at, ana.clock.now()).slice(-8),
            text: `${flowKind.padEnd(9)} ${kind.padEnd(25)} ${shown(details)}`.trimEnd(),
          })),
        )
        const log = JSON.stringify(records)
        check('no code, no address is in it', !log.includes(code) && !log.includes(EMAIL))
        check(
          'it tells of the failed attempt',
          records.some(({ kind }) => kind === 'proof_rejected'),
        )
      },
    },
  ],
}

/** The details of a record, less the ids that only a machine reads. */
function shown(details: object): string {
  return Object.entries(details)
    .filter(([key]) => !['challenge', 'enrollment', 'device', 'replaced'].includes(key))
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ')
}
