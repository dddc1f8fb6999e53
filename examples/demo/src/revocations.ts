import type { Clock, EpochMs } from '@sallyport/core'
import type { Revocations } from '@sallyport/http'

/** Remembers in memory which sessions have ended: on several nodes, or over a restart, it would be a table. */
export function memoryRevocations(clock: Clock): Revocations {
  const ended = new Map<string, EpochMs>()
  return {
    async revoke(sessionId, until) {
      const at = clock.now()
      for (const [id, expiresAt] of ended) if (expiresAt <= at) ended.delete(id)
      ended.set(sessionId, until)
    },
    isRevoked: async (sessionId) => ended.has(sessionId),
  }
}
