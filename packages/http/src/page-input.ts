import type { Answer } from './answer.ts'
import type { Envelope } from './envelope.ts'
import type { Exchange } from './exchange.ts'
import { callerOf, viewFlow } from './flows.ts'
import type { Environment } from './options.ts'
import type { PageInput, Site } from './pages.ts'
import type { EndpointName } from './paths.ts'
import { reauthMethodsOf } from './reauth.ts'
import type { Session } from './sessions/session.ts'

/** Gathers what a page is made of, once the answer is known: who is logged in, and what is pending, after it. */
export function toPageInput(
  env: Environment,
  exchange: Exchange,
  endpoint: EndpointName | null,
  answer: Answer,
  envelope: Envelope,
): PageInput {
  const { request, method, url, params, body, signedIn } = exchange
  const { twoFactor } = env
  const session = sessionAfter(exchange, answer)
  const caller = session === null ? undefined : callerOf({ session })
  const pending = answer.flow ?? exchange.flow
  return {
    request,
    method,
    url,
    endpoint,
    params,
    fields: body.fields,
    status: envelope.meta.code,
    envelope,
    userLabel: answer.session === null ? null : (signedIn?.user.label ?? null),
    site: siteOf(env),
    viewFlow: (token) => viewFlow(twoFactor, token ?? pending, caller),
    viewSetup: async () => (caller === undefined ? null : twoFactor.viewSetup({ caller })),
    reauthMethodsOf: (setup) => (session === null ? [] : reauthMethodsOf(session, setup)),
  }
}

/** The session that the browser has from now on. */
function sessionAfter({ signedIn }: Exchange, { session }: Answer): Session | null {
  return session === undefined ? (signedIn?.session ?? null) : session
}

/** What pages are told of the deployment. */
export function siteOf({ twoFactor, paths, prefix, catalog, identityAttributes }: Environment): Site {
  return { paths, prefix, policy: twoFactor.policy, catalog, identityAttributes }
}
