import { simulatedAuthenticator } from '@sallyport/testkit'
import type { Contender, Database, ReadyFlow } from './contender.ts'
import { cookiesOf, openBetterAuth, PASSWORD } from './open-better-auth.ts'
import { oneByOne } from './ours.ts'

/** better-auth's twoFactor plugin, through its handler. */
export async function betterAuthTwoFactor(database: Database): Promise<Contender> {
  const auth = await openBetterAuth(database, 'http://localhost:3000')
  let users = 0
  const ready = async (): Promise<ReadyFlow> => {
    users += 1
    const email = `user-${process.pid}-${users}@acme.test`
    const app = simulatedAuthenticator(await auth.enroll(email))
    const pending = cookiesOf(await auth.call('/sign-in/email', { email, password: PASSWORD }, ''))
    return {
      code: () => app.codeAt(Date.now()),
      prove: async (code) => {
        const { token } = await (await auth.call('/two-factor/verify-totp', { code }, pending)).json()
        if (typeof token !== 'string') throw new Error('no session')
      },
    }
  }
  return {
    name: 'better-auth twoFactor',
    prepare: (count) => oneByOne(count, ready),
    close: () => auth.close(),
  }
}
