import { TokenError } from '@sallyport/core'
import type { Act } from '../scene.ts'
import { prove } from '../walk.ts'

export const proofs: Act = {
  title: 'Proofs',
  scenes: [
    {
      name: 'wrong-code',
      title: 'A wrong code costs an attempt',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const [login, { challenge }] = await ana.login('challenging')
        say('A wrong code is counted, and Ana is told of it, in case it was not her.')
        const wrong = await login.send(prove(ana.wrongCode()), 'challenging', 'proof_rejected')
        check('one attempt less', wrong.challenge.attemptsLeft === challenge.attemptsLeft - 1)
        say('The second one is counted too, but not worth another mail within the hour.')
        await login.send(prove(ana.wrongCode()), 'challenging', 'proof_rejected')
        check('one mail in all', ana.outbox.sent.length === 1)
        say('What cannot be a code is refused and not counted.')
        const typo = await login.send(prove('12345'), 'challenging', 'proof_malformed')
        check('still three attempts', typo.challenge.attemptsLeft === 3)
        say('Blanks and dashes do not matter.')
        await login.send(prove(ana.appCode().replace(/(\d{3})/, '$1 - ')), 'authenticated')
      },
    },
    {
      name: 'code-used-twice',
      title: 'A code works once',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const [first] = await ana.login('challenging')
        const code = ana.appCode()
        await first.send(prove(code), 'authenticated')
        say(
          'Someone looked over her shoulder, knows the password too, and types the same code ten seconds later.',
        )
        ana.pass({ seconds: 10 })
        const [second] = await ana.login('challenging')
        await second.send(prove(code), 'challenging', 'proof_rejected')
        say('The public reason does not tell a used code from a wrong one; the audit log does.')
        const rejected = (await ana.audit()).findLast(({ kind }) => kind === 'proof_rejected')
        check(
          'audited as time_step_reused',
          rejected?.kind === 'proof_rejected' && rejected.cause === 'time_step_reused',
        )
        say('Ana herself waits for the next code.')
        ana.pass({ seconds: 20 })
        await second.send(prove(ana.appCode()), 'authenticated')
      },
    },
    {
      name: 'code-of-another-login',
      title: 'A mailed code is good for its own login alone',
      async play({ say, open }) {
        const ana = await open({ enrolled: ['email'] })
        const [hers] = await ana.login('challenging')
        const code = ana.mailedCode()
        say(
          'Ana is on the phone with "the support", which has just begun a login of its own and asks for her code.',
        )
        const [theirs] = await ana.login('challenging')
        await theirs.send(prove(code), 'challenging', 'proof_rejected')
        await hers.send(prove(code), 'authenticated')
      },
    },
    {
      name: 'attempts-exhausted',
      title: 'Five wrong codes end a login',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator', 'email'] })
        const [login] = await ana.login('selecting')
        await login.send({ type: 'method_selected', method: 'authenticator' }, 'challenging')
        for (let wrong = 1; wrong <= 3; wrong++) {
          await login.send(prove(ana.wrongCode()), 'challenging', 'proof_rejected')
        }
        say('Another method does not bring new attempts.')
        const { challenge } = await login.send({ type: 'method_selected', method: 'email' }, 'challenging')
        check('two attempts are left', challenge.attemptsLeft === 2)
        const wrongCode = ana.mailedCode() === '000000' ? '000001' : '000000'
        await login.send(prove(wrongCode), 'challenging', 'proof_rejected')
        await login.send(prove(wrongCode), 'denied')
        say('The right code comes too late: a final state is final.')
        await login.send(prove(ana.mailedCode()), 'denied', 'flow_ended')
      },
    },
    {
      name: 'nonsense',
      title: 'What no honest client sends',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const [login] = await ana.login('challenging')
        say('An event of the engine, through the public door.')
        await login.sendRaw({ type: 'proof_accepted', at: 0 }, 'challenging', 'event_malformed')
        say('A field of the wrong type, and one too many.')
        await login.sendRaw({ type: 'proof_submitted', proof: 123456 }, 'challenging', 'event_malformed')
        await login.sendRaw({ ...prove('123456'), admin: true }, 'challenging', 'event_malformed')
        say('An event of another state.')
        await login.send({ type: 'disable_requested' }, 'challenging', 'event_not_accepted')
        say(
          'A flow token with one character changed is refused before anything is read, and counts against nobody.',
        )
        const forged = `${login.flow.slice(0, -1)}${login.flow.endsWith('A') ? 'B' : 'A'}`
        const error = await ana.twoFactor
          .send(forged, prove(ana.appCode()))
          .catch((thrown: unknown) => thrown)
        check('it throws a TokenError', error instanceof TokenError && error.code === 'token_invalid')
        await login.send(prove(ana.appCode()), 'authenticated')
      },
    },
  ],
}
