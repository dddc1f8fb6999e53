import { systemClock } from '@sallyport/core'
import { readCookies, writeCookie } from '../cookies.ts'
import { createSealedTokens, type SealedOptions } from './sealed-token.ts'
import type { Sessions } from './session.ts'

/** Options of {@link sealedSessions}. */
export interface SealedSessionsOptions extends SealedOptions {
  /** Default `session`. Behind TLS alone, `__Host-session` keeps subdomains from planting one. */
  readonly cookieName?: string
  /** The origin that browsers see, such as `https://acme.test`, behind a proxy that ends TLS. */
  readonly origin?: string
}

/**
 * Sessions for a host that has none: sealed (JWE) in a cookie, with nothing to store. A changed security stamp
 * ends them all; to end one copy at logout, give `revocations`.
 *
 * @throws {ConfigError} When the key ring is not a valid one.
 *
 * @example
 * ```ts
 * const sessions = sealedSessions({ keys, findUser })
 * const session = await sessions.read(request) // in a route of your own
 * ```
 */
export function sealedSessions(options: SealedSessionsOptions): Sessions {
  const { cookieName = 'session', clock = systemClock, revocations } = options
  const tokens = createSealedTokens('http_session', options)
  const open = async (request: Request) => tokens.open(readCookies(request)[cookieName] ?? '')
  const cookie = (request: Request, value: string, maxAgeSeconds: number): string =>
    writeCookie(cookieName, value, new URL(options.origin ?? request.url), { sameSite: 'Lax', maxAgeSeconds })
  const end = async (request: Request): Promise<void> => {
    const session = revocations === undefined ? null : await open(request)
    if (session !== null) await revocations?.revoke(session.id, session.expiresAt)
  }
  return {
    cookieName,
    read: open,
    async create(session, request) {
      const sealed = await tokens.seal(session)
      await end(request)
      if (sealed === null) return {}
      const seconds = Math.floor((sealed.expiresAt - clock.now()) / 1000)
      return { cookies: [cookie(request, sealed.token, seconds)] }
    },
    async destroy(request) {
      await end(request)
      return { cookies: [cookie(request, '', 0)] }
    },
  }
}
