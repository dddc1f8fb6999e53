import { createTwoFactorHttp, sealedSessions } from '@sallyport/http'
import { dummyVerify, findUser, keys, twoFactor, verifyPassword } from 'example-acme'

const sessions = sealedSessions({ keys, findUser })
const auth = createTwoFactorHttp({
  twoFactor,
  findUser,
  keys,
  sessions,
  verifyPassword,
  dummyVerify,
  prefix: '/auth',
  onError: console.error,
})

async function me(request: Request): Promise<Response> {
  const session = await sessions.read(request)
  const headers = { 'cache-control': 'no-store' }
  if (session === null) return Response.json({ error: 'log in first' }, { status: 401, headers })
  return Response.json({ email: findUser(session.userId)?.email }, { headers })
}

// What `bun src/main.ts` and `deno serve src/main.ts` look for.
// biome-ignore lint/style/noDefaultExport: the runtimes take it by this name
export default {
  hostname: '127.0.0.1',
  fetch(request: Request): Response | Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/auth/')) return auth.fetch(request)
    if (request.method === 'GET' && pathname === '/me') return me(request)
    return Response.json({ error: 'there is only GET /me' }, { status: 404 })
  },
}
