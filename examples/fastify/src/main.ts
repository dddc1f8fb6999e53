import { createTwoFactorHttp, sealedSessions } from '@sallyport/http'
import { toNodeListener, toWebRequest } from '@sallyport/http/node'
import { dummyVerify, findUser, keys, twoFactor, verifyPassword } from 'example-acme'
import Fastify from 'fastify'

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
const answerAuth = toNodeListener(auth.fetch)

const app = Fastify()
app.register(async (scope) => {
  // In this scope alone Fastify leaves bodies unread: they are Sallyport's to read.
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
  scope.all('/auth/*', (request, reply) => {
    reply.hijack()
    return answerAuth(request.raw, reply.raw)
  })
})

app.get('/me', async (request, reply) => {
  const session = await sessions.read(toWebRequest(request.raw))
  reply.header('cache-control', 'no-store')
  if (session === null) return reply.code(401).send({ error: 'log in first' })
  return { email: findUser(session.userId)?.email }
})

const port = Number(process.env['PORT'] ?? 3000)
await app.listen({ port, host: '127.0.0.1' })
console.log(`http://127.0.0.1:${port}/me`)
process.once('SIGTERM', () => void app.close()) // answers what has come in, and ends
