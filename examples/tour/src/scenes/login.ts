import { EMAIL } from '../cast.ts'
import type { Act } from '../scene.ts'
import { prove } from '../walk.ts'

export const login: Act = {
  title: 'Login',
  scenes: [
    {
      name: 'login-authenticator',
      title: 'With an authenticator app',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        say('Ana gives her password. The host checks it, and hands over to the second door.')
        const [login] = await ana.login('challenging')
        check('nothing was sent: the app makes its codes by itself', ana.outbox.sent.length === 0)
        const { outcome } = await login.send(prove(ana.appCode()), 'authenticated')
        check('the outcome says how', outcome?.kind === 'authenticated' && outcome.via === 'enrollment')
        say(
          'The outcome goes only to the call that ended the flow. Whoever asks again sees nothing to act on.',
        )
        const again = await login.view('authenticated')
        check('no outcome is given twice', again.outcome === undefined)
      },
    },
    {
      name: 'login-email',
      title: 'With a mailed code',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['email'] })
        say('Ana has one method, so she is not asked which: the code is on its way.')
        const [login, { challenge }] = await ana.login('challenging')
        check('the step shows her address masked', challenge.address !== null && challenge.address !== EMAIL)
        await login.send(prove(ana.mailedCode()), 'authenticated')
      },
    },
    {
      name: 'login-sms',
      title: 'With a texted code',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['sms'] })
        say(
          'The last line of the text binds the code to the site, so that a browser fills it in nowhere else.',
        )
        const [login] = await ana.login('challenging')
        const text = ana.outbox.sent.at(-1)?.message.text ?? ''
        check('the text ends in @acme.test and the code', text.endsWith(`\n@acme.test #${ana.textedCode()}`))
        await login.send(prove(ana.textedCode()), 'authenticated')
      },
    },
    {
      name: 'login-several',
      title: 'With several methods',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator', 'email', 'sms'] })
        say('Ana has three methods and chooses. Until then nothing is sent.')
        const [login, { enrollments }] = await ana.login('selecting')
        check('the preferred one comes first', enrollments[0]?.isPreferred === true)
        check('nothing was sent', ana.outbox.sent.length === 0)
        await login.send({ type: 'method_selected', method: 'email' }, 'challenging')
        say('She cannot reach her mail, goes back, and has a text sent instead.')
        await login.send({ type: 'selection_requested' }, 'selecting')
        await login.send({ type: 'method_selected', method: 'sms' }, 'challenging')
        say('The mailed code died when she put its challenge down.')
        await login.send(prove(ana.mailedCode()), 'challenging', 'proof_rejected')
        await login.send(prove(ana.textedCode()), 'authenticated')
      },
    },
    {
      name: 'login-magic-link',
      title: 'After a first factor that came by mail',
      async play({ say, check, open }) {
        const ana = await open({
          enrolled: ['email', 'authenticator'],
          policy: { rescue: { email: {} } },
        })
        say('Ana has clicked a link in a mail. A mailed code would prove the same thing twice.')
        const firstFactor = { amr: ['mail'], channel: 'email' } as const
        const [login, { enrollments, rescueOptions }] = await ana.login('challenging', { firstFactor })
        check(
          'mail is not offered',
          enrollments.every(({ method }) => method !== 'email'),
        )
        check('nor is it a rescue', !rescueOptions.includes('email'))
        await login.send({ type: 'method_selected', method: 'email' }, 'challenging', 'method_unavailable')
        await login.send(prove(ana.appCode()), 'authenticated')
      },
    },
    {
      name: 'login-first-factor',
      title: 'With nothing enrolled and nothing required',
      async play({ say, check, open }) {
        const ana = await open()
        say('Ana has no second factor, and need not have one. The flow ends where it began.')
        const [, { outcome }] = await ana.login('authenticated')
        check(
          'the outcome claims no second factor',
          outcome?.kind === 'authenticated' &&
            outcome.via === 'first_factor' &&
            outcome.secondFactorAt === null,
        )
      },
    },
  ],
}
