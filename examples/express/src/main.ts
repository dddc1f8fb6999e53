import { createTwoFactorHttp, sealedSessions } from '@sallyport/http'
import { toNodeListener, toWebRequest } from '@sallyport/http/node'
import { dummyVerify, findUser, keys, twoFactor, verifyPassword } from 'example-acme'
import express from 'express'

const sessions = sealedSessions({ keys, findUser })
const auth = createTwoFactorHttp({
  twoFactor,
  findUser,
  keys,
  sessions,
  verifyPassword,
  dummyVerify,
  prefix: '/auth', // the same as below: Sallyport sees the address as the browser does
  onError: console.error,
})

const app = express()
app.use('/auth', toNodeListener(auth.fetch)) // before express.json(), so that its limits and errors are Sallyport's
app.use(express.json())

app.get('/me', async (request, response) => {
  const session = await sessions.read(toWebRequest(request))
  response.set('cache-control', 'no-store')
  if (session === null) response.status(401).json({ error: 'log in first' })
  else response.json({ email: findUser(session.userId)?.email })
})

const port = Number(process.env['PORT'] ?? 3000)
const server = app.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/me`))
process.once('SIGTERM', () => server.close()) // answers what has come in, and ends
