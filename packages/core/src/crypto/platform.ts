import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'

/** The system's clock. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  wait: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
})

/** The platform's CSPRNG, by WebCrypto (ASVS 5.0 11.5.1). */
export const systemRandom: Random = Object.freeze({
  bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
})
