import { toNodeHandler } from 'better-auth/node'
import { openBetterAuth } from '../open-better-auth.ts'
import { announce, type BenchUser } from './announce.ts'

const [path = '', count = '0'] = process.argv.slice(2)

await announce(async (origin) => {
  const auth = await openBetterAuth({ kind: 'sqlite', path }, origin)
  const users: BenchUser[] = []
  for (let index = 0; index < Number(count); index += 1) {
    const email = `user-${index}@acme.test`
    users.push({ email, uri: await auth.enroll(email) })
  }
  const handler = toNodeHandler(auth)
  return { listener: (request, response) => void handler(request, response), users }
})
