import { simulatedAuthenticator } from '@sallyport/testkit'
import autocannon, { type Request } from 'autocannon'
import type { BenchUser } from './announce.ts'

/** How a server wants a login: two requests, of which the second carries the cookies that the first has set. */
export interface LoginForm {
  readonly passwordPath: string
  readonly passwordBody: (email: string) => object
  readonly codePath: string
  readonly codeBody: (code: string) => object
  /** Whether a body says that the user is logged in. */
  readonly isLoggedIn: (body: string) => boolean
}

/** What one run has measured. */
export interface Run {
  readonly loginsPerSecond: number
  /** How long each login took, both requests, in milliseconds. */
  readonly latenciesMs: readonly number[]
}

interface Login {
  user?: { readonly email: string; readonly code: () => string }
  cookies?: string
  startedAt?: number
}

/**
 * Logs every user in once, so many at once, and checks each answer.
 *
 * @param users - As many as `connections` divides.
 */
export async function drive(
  origin: string,
  form: LoginForm,
  users: readonly BenchUser[],
  connections: number,
): Promise<Run> {
  if (users.length % connections !== 0)
    throw new Error(`${users.length} logins by ${connections} connections`)
  const waiting = users.map(({ email, uri }) => {
    const app = simulatedAuthenticator(uri)
    return { email, code: () => app.codeAt(Date.now()) }
  })
  const headers = { 'content-type': 'application/json', origin }
  const latenciesMs: number[] = []
  const faults: string[] = []
  let firstAt = Number.POSITIVE_INFINITY
  let lastAt = 0

  const password: Request = {
    method: 'POST',
    path: form.passwordPath,
    setupRequest(request, context: Login) {
      const user = waiting.pop()
      if (user === undefined) throw new Error('more logins than users')
      const startedAt = performance.now()
      firstAt = Math.min(firstAt, startedAt)
      Object.assign(context, { user, startedAt })
      return { ...request, headers, body: JSON.stringify(form.passwordBody(user.email)) }
    },
    onResponse(status, body, context: Login, answered) {
      if (status !== 200) faults.push(`${status} ${body}`)
      context.cookies = cookiesOf(answered)
    },
  }
  const code: Request = {
    method: 'POST',
    path: form.codePath,
    setupRequest: (request, context: Login) => ({
      ...request,
      headers: { ...headers, cookie: context.cookies },
      body: JSON.stringify(form.codeBody(context.user?.code() ?? '')),
    }),
    onResponse(status, body, { startedAt = Number.NaN }: Login) {
      lastAt = performance.now()
      latenciesMs.push(lastAt - startedAt)
      if (status !== 200 || !form.isLoggedIn(body)) faults.push(`${status} ${body}`)
    },
  }
  const { errors, timeouts } = await autocannon({
    url: origin,
    connections,
    amount: users.length * 2,
    requests: [password, code],
  })
  if (faults.length + errors + timeouts > 0 || latenciesMs.length !== users.length) {
    throw new Error(
      `${latenciesMs.length} of ${users.length} logins, ${errors} errors, ${timeouts} timeouts; ${faults[0]}`,
    )
  }
  return { loginsPerSecond: (users.length / (lastAt - firstAt)) * 1000, latenciesMs }
}

function cookiesOf(headers: Request['headers'] = {}): string {
  const set = Object.entries(headers).flatMap(([name, value]) =>
    /^set-cookie$/i.test(name) ? (value ?? []) : [],
  )
  return set.map((cookie) => cookie.split(';', 1)[0]).join('; ')
}
