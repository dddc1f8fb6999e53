import { serve } from '@hono/node-server'
import { createTwoFactorHttp, sealedSessions } from '@sallyport/http'
import { dummyVerify, findUser, keys, twoFactor, verifyPassword } from 'example-acme'
import { Hono } from 'hono'

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

const app = new Hono()
app.all('/auth/*', (c) => auth.fetch(c.req.raw)) // not app.mount, which would take the prefix off

app.get('/me', async (c) => {
  const session = await sessions.read(c.req.raw)
  c.header('cache-control', 'no-store')
  if (session === null) return c.json({ error: 'log in first' }, 401)
  return c.json({ email: findUser(session.userId)?.email })
})

const port = Number(process.env['PORT'] ?? 3000)
const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () =>
  console.log(`http://127.0.0.1:${port}/me`),
)
process.once('SIGTERM', () => server.close()) // answers what has come in, and ends
