import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'

/** The system's clock. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  wait: (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', finish) // a signal may outlive many waits
        resolve()
      }
      const timer = setTimeout(finish, ms)
      signal?.addEventListener('abort', finish)
      if (signal?.aborted) finish() // no event will come
    }),
})

/** The platform's CSPRNG, by WebCrypto (ASVS 5.0 11.5.1). */
export const systemRandom: Random = Object.freeze({
  bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
})
