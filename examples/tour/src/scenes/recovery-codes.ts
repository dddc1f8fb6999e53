import type { TwoFactor } from '@sallyport/core'
import type { Act } from '../scene.ts'
import { prove } from '../walk.ts'

export const recoveryCodes: Act = {
  title: 'Recovery codes',
  scenes: [
    {
      name: 'recovery-codes-new',
      title: 'A new set, shown once',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const [setup] = await ana.setup(await ana.signIn(), 'managing')
        const first = await setup.send({ type: 'recovery_codes_requested' }, 'managing')
        check('there are ten', first.recoveryCodes?.length === 10 && first.recoveryCodesLeft === 10)
        const again = await setup.view('managing')
        check('they are not shown again', again.recoveryCodes === null && again.recoveryCodesLeft === 10)
        say('A new set voids the old one.')
        await setup.send({ type: 'recovery_codes_requested' }, 'managing')
        const [login] = await ana.login('challenging')
        await login.send({ type: 'rescue_requested', option: 'recovery_code' }, 'rescuing')
        await login.send(prove(first.recoveryCodes?.[0] ?? ''), 'rescuing', 'proof_rejected')
      },
    },
    {
      name: 'recovery-codes-low',
      title: 'A warning when few are left',
      async play({ say, check, open }) {
        const ana = await open({ enrolled: ['authenticator'] })
        const codes = await ana.offStage((twoFactor, userId) => twoFactor.recoveryCodes.generate(userId))
        for (const code of codes.slice(0, 6))
          await ana.offStage((twoFactor, userId) => use(code, twoFactor, userId))
        say('Over the months Ana has used six of ten. Now she uses the seventh.')
        ana.pass({ days: 90 })
        const [login] = await ana.login('challenging')
        await login.send({ type: 'rescue_requested', option: 'recovery_code' }, 'rescuing')
        await login.send(prove(codes[6] ?? ''), 'authenticated')
        check('three are left', (await ana.twoFactor.recoveryCodes.count(ana.user.id)) === 3)
        const kinds = ana.outbox.sent.map(({ message }) => message.kind)
        check('she was told of the use and warned', kinds.join() === 'recovery_code_used,recovery_codes_low')

        async function use(code: string, { login, send }: TwoFactor, userId: string): Promise<void> {
          const { flow } = await login({ userId, firstFactor: { amr: ['pwd'], at: ana.clock.now() } })
          await send(flow, { type: 'rescue_requested', option: 'recovery_code' })
          await send(flow, prove(code))
        }
      },
    },
    {
      name: 'recovery-codes-off',
      title: 'Where the policy has none',
      async play({ check, open }) {
        const ana = await open({ enrolled: ['authenticator'], policy: { rescue: { recoveryCodes: false } } })
        const [setup, managing] = await ana.setup(await ana.signIn(), 'managing')
        check('the step does not speak of them', managing.recoveryCodesLeft === null)
        await setup.send({ type: 'recovery_codes_requested' }, 'managing', 'rescue_unavailable')
      },
    },
  ],
}
