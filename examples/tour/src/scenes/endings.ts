import { faultyStore } from '@sallyport/testkit'
import type { Act } from '../scene.ts'
import { prove } from '../walk.ts'

export const endings: Act = {
  title: 'Endings',
  scenes: [
    {
      name: 'challenge-expired',
      title: 'A code comes too late, and the login goes on',
      async play({ say, open }) {
        const ana = await open({ enrolled: ['email'] })
        const [login] = await ana.login('challenging')
        ana.pass({ minutes: 5 })
        say('The right code, too late: not checked, not counted.')
        await login.send(prove(ana.mailedCode()), 'challenging', 'challenge_expired')
        await login.send({ type: 'resend_requested' }, 'challenging')
        await login.send(prove(ana.mailedCode()), 'authenticated')
      },
    },
    {
      name: 'flow-expired',
      title: 'Every flow ends by time alone',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const [login] = await ana.login('challenging')
        ana.pass({ minutes: 10 })
        say('The right code accomplishes nothing.')
        const { outcome } = await login.send(prove(ana.appCode()), 'expired')
        check('the reason', outcome?.kind === 'expired' && outcome.reason === 'flow_expired')
        await login.send(prove(ana.appCode()), 'expired', 'flow_ended')
      },
    },
    {
      name: 'cancelled',
      title: 'A login is cancelled by its user',
      async play({ open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const [login] = await ana.login('challenging')
        await login.send({ type: 'cancel_requested' }, 'cancelled')
        await login.send(prove(ana.appCode()), 'cancelled', 'flow_ended')
      },
    },
    {
      name: 'superseded',
      title: 'A change of factors or of the password overtakes what was open',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const session = await ana.signIn()
        const [login] = await ana.login('challenging')
        say('While a login waits, Ana adds a method in another window.')
        const [setup] = await ana.setup(session, 'managing')
        await setup.send({ type: 'enrollment_requested', method: 'email', mode: 'add' }, 'enrolling')
        await setup.send(prove(ana.mailedCode()), 'changed')
        const { outcome } = await login.send(prove(ana.appCode()), 'cancelled')
        check('superseded', outcome?.kind === 'cancelled' && outcome.reason === 'superseded')
        say('The same when her password changes: the host’s security stamp is then another.')
        const [next] = await ana.login('selecting')
        ana.user.securityStamp = '2'
        await next.send({ type: 'method_selected', method: 'authenticator' }, 'cancelled')
      },
    },
    {
      name: 'inactive',
      title: 'The host blocks a user in the middle of a login',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const [login] = await ana.login('challenging')
        ana.user.active = false
        say('The user is the host’s, and asked for at every step.')
        const { outcome } = await login.send(prove(ana.appCode()), 'denied')
        check('inactive', outcome?.kind === 'denied' && outcome.reason === 'inactive')
        await ana.login('denied')
      },
    },
    {
      name: 'flow-gone',
      title: 'Flows of long ago are cleared away',
      async play({ say, check, rows, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const [login] = await ana.login('challenging')
        ana.pass({ hours: 2 })
        const purged = await ana.operate('purge', ({ purge }) => purge())
        rows([{ label: 'removed', text: `${purged} flow` }])
        check('one was removed', purged === 1)
        say('Its token is genuine, and names nothing any more.')
        await login.send(prove(ana.appCode()), 'unavailable', 'flow_gone')
      },
    },
    {
      name: 'busy',
      title: 'Too much at once',
      async play({ say, check, open }) {
        let isContended = false
        const ana = await open({
          enrolled: ['authenticator'],
          wrapStore: (store) => ({
            ...store,
            commit: (change) => (isContended ? Promise.resolve('conflict') : store.commit(change)),
          }),
        })
        const [login] = await ana.login('challenging')
        say('Others change this user’s records again and again, and the step gives up after some tries.')
        isContended = true
        const { challenge } = await login.send(prove(ana.appCode()), 'challenging', 'busy')
        check('nothing has changed', challenge.attemptsLeft === 5)
        say('So the same code may be sent again.')
        isContended = false
        await login.send(prove(ana.appCode()), 'authenticated')
      },
    },
    {
      name: 'answer-lost',
      title: 'The database commits, and its answer is lost',
      async play({ say, check, open }) {
        const ana = await open({
          enrolled: ['authenticator'],
          wrapStore: (store) => faultyStore(store, [{ on: 'commit', call: 3, fails: 'lost_answer' }]),
        })
        const [login] = await ana.login('challenging')
        say('The third commit is the proof’s. What became of it is looked up, not guessed.')
        const { outcome } = await login.send(prove(ana.appCode()), 'authenticated')
        check('Ana is in, and her code is used up', outcome?.kind === 'authenticated')
        const [again] = await ana.login('challenging')
        await again.send(prove(ana.appCode()), 'challenging', 'proof_rejected')
      },
    },
  ],
}
