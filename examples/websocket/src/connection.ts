import {
  type ClientEvent,
  type Step,
  StoreError,
  TokenError,
  type TwoFactor,
  type User,
} from '@sallyport/core'
import type { FindUser, FirstFactor } from '@sallyport/http'
import { type Answer, type ClientRequest, type ErrorReason, requestSchema } from './messages.ts'

/** The application that the connections belong to. */
export interface Host extends Pick<FirstFactor, 'verifyPassword' | 'dummyVerify'> {
  readonly twoFactor: TwoFactor
  readonly findUser: FindUser
  /** Is told of what is answered with `busy` or `internal_error`. */
  readonly onError: (error: unknown) => void
}

/** One connection: which flow is bound to it, and who has logged in over it. Knows nothing of sockets. */
export interface Connection {
  /** Answers one message. Never rejects; the next one may come when this one is answered. */
  answer(text: string): Promise<Answer>
  isLoggedIn(): boolean
}

type Reply = { readonly step: Step } | { readonly email: string | null } | { readonly reason: ErrorReason }

export function createConnection({
  twoFactor,
  findUser,
  verifyPassword,
  dummyVerify,
  onError,
}: Host): Connection {
  let flow: string | null = null
  let loggedIn: User | null = null

  /** Binds the connection to the step's flow; once the user is authenticated, to the user. */
  async function take(step: Step): Promise<Reply> {
    flow = step.flow
    if (step.outcome?.kind === 'authenticated') {
      flow = null
      loggedIn = (await findUser(step.outcome.userId)) ?? null
    }
    return { step }
  }

  async function login(email: string, password: string): Promise<Reply> {
    if (loggedIn !== null) return { reason: 'already_logged_in' }
    const verdict = await verifyPassword(email, password)
    if (verdict.kind === 'unknown_user') await dummyVerify(password) // as long as for a user who exists
    if (verdict.kind !== 'verified') return { reason: 'credentials_invalid' }
    const firstFactor = { amr: ['pwd'], at: Date.now() }
    return take(await twoFactor.login({ userId: verdict.userId, firstFactor }))
  }

  /** Goes on with the login of a connection that broke. Who holds a flow's token has passed the first factor. */
  async function resume(token: string): Promise<Reply> {
    if (loggedIn !== null) return { reason: 'already_logged_in' }
    return take(await twoFactor.view(token))
  }

  async function send(event: unknown): Promise<Reply> {
    if (flow === null) return { reason: 'no_flow' }
    return take(await twoFactor.send(flow, event as ClientEvent)) // core refuses what is none
  }

  /** What the application serves to its users, and to nobody else. */
  async function me(): Promise<Reply> {
    if (loggedIn === null) return { reason: 'not_logged_in' }
    const user = await findUser(loggedIn.id)
    if (user?.active !== true || user.securityStamp !== loggedIn.securityStamp) {
      loggedIn = null // the password was changed meanwhile, or the account closed
      return { reason: 'not_logged_in' }
    }
    return { email: user.email ?? null }
  }

  function run(request: ClientRequest): Promise<Reply> {
    switch (request.type) {
      case 'login':
        return login(request.email, request.password)
      case 'resume':
        return resume(request.flow)
      case 'send':
        return send(request.event)
      case 'me':
        return me()
    }
  }

  return {
    isLoggedIn: () => loggedIn !== null,
    async answer(text) {
      const request = parse(text)
      if (request === null) return { id: null, type: 'error', reason: 'malformed' }
      const { id } = request
      try {
        const reply = await run(request)
        if ('step' in reply) return { id, type: 'step', ...reply }
        if ('email' in reply) return { id, type: 'me', ...reply }
        return { id, type: 'error', ...reply }
      } catch (error) {
        if (error instanceof TokenError) return { id, type: 'error', reason: 'no_flow' }
        onError(error)
        return { id, type: 'error', reason: error instanceof StoreError ? 'busy' : 'internal_error' }
      }
    },
  }
}

function parse(text: string): ClientRequest | null {
  try {
    return requestSchema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
