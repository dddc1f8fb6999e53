import type { Host } from '../host.ts'
import { NotAsNarrated } from '../narrator.ts'
import type { Act } from '../scene.ts'
import { prove } from '../walk.ts'

/** Ana logs in and has her browser remembered: the token that it keeps from now on. */
async function remember(ana: Host): Promise<string> {
  const [login] = await ana.login('challenging', { remember: true })
  const { outcome } = await login.send(prove(ana.appCode()), 'authenticated')
  if (outcome?.kind === 'authenticated' && outcome.remembered !== null) return outcome.remembered.token
  throw new NotAsNarrated('the browser should be remembered')
}

export const devices: Act = {
  title: 'Remembered devices',
  scenes: [
    {
      name: 'device-remembered',
      title: 'A browser that may skip the second factor for a while',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'], policy: { remember: { days: 30 } } })
        const remembered = await remember(ana)
        ana.pass({ days: 7 })
        say('A week later the browser shows its token.')
        const [, { outcome }] = await ana.login('authenticated', { remembered })
        if (outcome?.kind !== 'authenticated') return check('she is in', false)
        check('via remembered_device', outcome.via === 'remembered_device')
        check(
          'it raises no assurance: it is no second factor',
          !outcome.amr.includes('mfa') && outcome.secondFactorAt === null,
        )
        say('So it does not make a session fresh enough to change factors.')
        const { userId, secondFactorAt, authenticatedAt } = outcome
        const [, managing] = await ana.setup(
          { userId, firstFactorAt: authenticatedAt, secondFactorAt },
          'managing',
        )
        check('not fresh', !managing.isFresh)
        ana.pass({ days: 23 })
        say('After thirty days the token is worth nothing.')
        await ana.login('challenging', { remembered })
      },
    },
    {
      name: 'device-revoked',
      title: 'A browser is forgotten again',
      async play({ say, check, rows, open }) {
        const ana = await open({ enrolled: ['authenticator'], policy: { remember: { days: 30 } } })
        const remembered = await remember(ana)
        say('Ana sees in her settings which browsers are remembered, and has this one forgotten.')
        const [device] = await ana.twoFactor.devices.list(ana.user.id)
        const revoked = await ana.operate('devices.revoke', (twoFactor, userId) =>
          twoFactor.devices.revoke(userId, device?.id ?? ''),
        )
        rows([{ label: 'revoked', text: String(revoked) }])
        check('it is gone from the list', (await ana.twoFactor.devices.list(ana.user.id)).length === 0)
        await ana.login('challenging', { remembered })
      },
    },
    {
      name: 'device-dies',
      title: 'What else a remembered browser does not outlive',
      async play({ say, open }) {
        const ana = await open({ enrolled: ['authenticator'], policy: { remember: { days: 30 } } })
        const remembered = await remember(ana)
        say('A text that is no token, and one of nobody: asked again, and nothing else happens.')
        await ana.login('challenging', { remembered: 'nonsense' })
        say('Ana has changed her password: the host’s security stamp is another.')
        ana.user.securityStamp = '2'
        await ana.login('challenging', { remembered })
        ana.user.securityStamp = '1'
        say('Or she has changed a factor.')
        await ana.offStage((twoFactor, userId) => twoFactor.users.enroll(userId, { method: 'email' }))
        await ana.login('selecting', { remembered })
        say('Or the operator allows no more of it.')
        const bob = await open({ enrolled: ['authenticator'], policy: { remember: { days: 30 } } })
        const token = await remember(bob)
        bob.configure({ remember: false })
        await bob.login('challenging', { remembered: token })
      },
    },
  ],
}
