import { createSealedTokens, type SealedOptions } from './sealed-token.ts'
import type { NewSession, Session } from './session.ts'

/** Tokens for clients without cookies, sent as `Authorization: Bearer` or `Authentication-Token`. */
export interface BearerTokens {
  /** The token that a request carries; null: none. */
  find(request: Request): string | null
  read(request: Request): Promise<Session | null>
  /** Makes the token of a session, in place of the request's own where it renews that; null: it cannot begin any more. */
  issue(session: NewSession, request: Request): Promise<string | null>
  /** Ends the token of a request, where there is a place to remember that. */
  revoke(request: Request): Promise<void>
}

const BEARER = /^bearer +([\w\-.~+/]+=*)$/i // RFC 6750 §2.1

/**
 * Makes bearer tokens: sealed sessions under keys of their own, so that neither passes for the other.
 *
 * @throws {ConfigError} When the key ring is not a valid one.
 */
export function bearerTokens(options: SealedOptions): BearerTokens {
  const { revocations } = options
  const tokens = createSealedTokens('http_bearer', options)
  const find = ({ headers }: Request): string | null =>
    BEARER.exec(headers.get('authorization') ?? '')?.[1] ?? headers.get('authentication-token')
  const open = async (request: Request) => tokens.open(find(request) ?? '')
  const revoke = async (request: Request): Promise<void> => {
    const session = revocations === undefined ? null : await open(request)
    if (session !== null) await revocations?.revoke(session.id, session.expiresAt)
  }
  return {
    find,
    read: open,
    async issue(session, request) {
      const sealed = await tokens.seal(session)
      if (session.renews !== null) await revoke(request)
      return sealed?.token ?? null
    },
    revoke,
  }
}
