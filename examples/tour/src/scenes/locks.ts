import type { Host } from '../host.ts'
import type { Act } from '../scene.ts'
import { prove } from '../walk.ts'

/** Wrong codes off stage, at most three in each login, until there were so many; a lock is waited out. */
function guess(ana: Host, wrongCodes: number): Promise<void> {
  return ana.offStage(async ({ login, send, users }, userId) => {
    for (let known = await users.get(userId); known.failures < wrongCodes; known = await users.get(userId)) {
      if (typeof known.lockedUntil === 'number') ana.clock.set(known.lockedUntil)
      const { flow } = await login({ userId, firstFactor: { amr: ['pwd'], at: ana.clock.now() } })
      const left = Math.min(3, wrongCodes - known.failures)
      for (let guesses = 0; guesses < left; guesses++) await send(flow, prove(ana.wrongCode()))
    }
  })
}

export const locks: Act = {
  title: 'Locks',
  scenes: [
    {
      name: 'lock',
      title: 'Ten wrong codes in a row lock the user for a while',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        say(
          'Someone knows the password and has guessed nine times, over three logins. A new login resets nothing.',
        )
        await guess(ana, 9)
        const [login, { challenge }] = await ana.login('challenging')
        check('one attempt is left, though the login is new', challenge.attemptsLeft === 1)
        const { outcome } = await login.send(prove(ana.wrongCode()), 'locked')
        const until = outcome?.kind === 'locked' ? outcome.until : 0
        check('for fifteen minutes', until === ana.clock.now() + 900_000)
        say('The right code opens nothing meanwhile.')
        const [, locked] = await ana.login('locked')
        check('it says until when', locked.outcome?.kind === 'locked' && locked.outcome.until === until)
        ana.pass({ minutes: 15 })
        const [later] = await ana.login('challenging')
        await later.send(prove(ana.appCode()), 'authenticated')
        check('a success forgives', (await ana.twoFactor.users.get(ana.user.id)).failures === 0)
      },
    },
    {
      name: 'lock-doubles',
      title: 'Each further lock is twice as long',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        await guess(ana, 19)
        say('The first lock has passed, and the guessing goes on: the twentieth.')
        const [login] = await ana.login('challenging')
        const { outcome } = await login.send(prove(ana.wrongCode()), 'locked')
        check(
          'half an hour this time',
          outcome?.kind === 'locked' && outcome.until === ana.clock.now() + 1_800_000,
        )
      },
    },
    {
      name: 'lock-recovery-code',
      title: 'A recovery code lifts the lock',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const [code = ''] = await ana.offStage(({ recoveryCodes }, userId) => recoveryCodes.generate(userId))
        await guess(ana, 9)
        const [guesser] = await ana.login('challenging')
        say('The tenth wrong code locks. Where a recovery code is left, the flow goes on with that alone.')
        const { rescueOptions } = await guesser.send(prove(ana.wrongCode()), 'rescuing', 'proof_rejected')
        check('no other rescue is offered', rescueOptions.join() === 'recovery_code')
        await guesser.send({ type: 'method_selected', method: 'authenticator' }, 'rescuing', 'locked')
        say('Ana comes along. She always has a way in.')
        const [login] = await ana.login('rescuing')
        await login.send(prove(code), 'authenticated')
        check('the lock is gone', !(await ana.twoFactor.users.get(ana.user.id)).isLocked)
        await ana.login('challenging')
      },
    },
    {
      name: 'lock-remembered-device',
      title: 'A remembered browser passes all the same',
      async play({ say, open }) {
        const ana = await open({ enrolled: ['authenticator'], policy: { remember: {} } })
        const remembered = await ana.offStage(async ({ login, send }, userId) => {
          const { flow } = await login({ userId, firstFactor: { amr: ['pwd'], at: ana.clock.now() } })
          const { outcome } = await send(flow, {
            type: 'proof_submitted',
            proof: ana.appCode(),
            remember: true,
          })
          return outcome?.kind === 'authenticated' ? outcome.remembered?.token : undefined
        })
        await guess(ana, 10)
        await ana.login('locked')
        say('A stranger’s guesses do not shut Ana out of the browser that she uses every day.')
        await ana.login('authenticated', { remembered: remembered ?? '' })
      },
    },
    {
      name: 'lock-unlocked',
      title: 'An administrator lifts the lock',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        await guess(ana, 10)
        await ana.login('locked')
        say('Ana has called, and has said who she is.')
        await ana.operate('users.unlock', ({ users }, userId) => users.unlock(userId))
        check('no failure is left', (await ana.twoFactor.users.get(ana.user.id)).failures === 0)
        const [login] = await ana.login('challenging')
        await login.send(prove(ana.appCode()), 'authenticated')
      },
    },
    {
      name: 'lock-without-end',
      title: 'After a hundred wrong codes in a row no time helps',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        await guess(ana, 99)
        say('Days have passed, lock after lock. This is the hundredth.')
        const [login] = await ana.login('challenging')
        const { outcome } = await login.send(prove(ana.wrongCode()), 'locked')
        check('until it is lifted', outcome?.kind === 'locked' && outcome.until === 'rescued')
        ana.pass({ days: 365 })
        await ana.login('locked')
      },
    },
  ],
}
