import type { ClientEvent } from '@sallyport/core'
import type { Answer, ClientRequest } from './messages.ts'

type WithoutId<Request> = Request extends unknown ? Omit<Request, 'id'> : never

/** The other end: requests and their answers over one connection. Each call rejects when the connection breaks. */
export interface Client {
  login(email: string, password: string): Promise<Answer>
  resume(flow: string): Promise<Answer>
  send(event: ClientEvent): Promise<Answer>
  me(): Promise<Answer>
  close(): void
}

/** Connects. Rejects when nobody answers. */
export async function openClient(url: string): Promise<Client> {
  const socket = new WebSocket(url)
  const pending = new Map<number, PromiseWithResolvers<Answer>>()
  let lastId = 0

  const opened = Promise.withResolvers<void>()
  socket.addEventListener('open', () => opened.resolve())
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer // the server is trusted
    if (answer.id === null) return
    pending.get(answer.id)?.resolve(answer)
    pending.delete(answer.id)
  })
  socket.addEventListener('close', ({ code }) => {
    const broken = new Error(`the connection has ended (${code})`)
    opened.reject(broken)
    for (const { reject } of pending.values()) reject(broken)
    pending.clear()
  })
  await opened.promise

  const ask = (request: WithoutId<ClientRequest>): Promise<Answer> => {
    if (socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error('the connection has ended'))
    lastId += 1
    const asked = Promise.withResolvers<Answer>()
    pending.set(lastId, asked)
    socket.send(JSON.stringify({ id: lastId, ...request }))
    return asked.promise
  }
  return {
    login: (email, password) => ask({ type: 'login', email, password }),
    resume: (flow) => ask({ type: 'resume', flow }),
    send: (event) => ask({ type: 'send', event }),
    me: () => ask({ type: 'me' }),
    close: () => socket.close(),
  }
}
