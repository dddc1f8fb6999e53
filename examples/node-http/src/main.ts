import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createTwoFactorHttp, sealedSessions } from '@sallyport/http'
import { toNodeListener, toWebRequest } from '@sallyport/http/node'
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
const answerAuth = toNodeListener(auth.fetch)

async function answerMe(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const session = await sessions.read(toWebRequest(request))
  response.setHeader('content-type', 'application/json').setHeader('cache-control', 'no-store')
  if (session === null) response.writeHead(401).end('{"error":"log in first"}')
  else response.end(JSON.stringify({ email: findUser(session.userId)?.email }))
}

const server = createServer(async (request, response) => {
  try {
    if (request.url?.startsWith('/auth/')) await answerAuth(request, response)
    else if (request.method === 'GET' && request.url === '/me') await answerMe(request, response)
    else response.writeHead(404).end()
  } catch (error) {
    console.error(error)
    if (!response.headersSent) response.writeHead(500)
    response.end()
  }
})

const port = Number(process.env['PORT'] ?? 3000)
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/me`))
process.once('SIGTERM', () => server.close()) // answers what has come in, and ends
