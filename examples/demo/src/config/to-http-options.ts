import type { TwoFactorHttpOptions } from '@sallyport/http'
import type { HttpConfig } from './schema.ts'

/** What of the configuration is the HTTP contract's own: the session's cookie belongs to the sessions. */
export function toHttpOptions({ cookieNames = {}, ...http }: HttpConfig): Partial<TwoFactorHttpOptions> {
  const { session: _session, ...others } = cookieNames
  return { ...http, cookieNames: others }
}
