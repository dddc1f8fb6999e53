import type { EpochMs } from '../ids.ts'

/** The only source of time. The default reads the system's clock; tests give one that they move by hand. */
export interface Clock {
  /** Now. Server time, never the client's (ASVS 5.0 6.5.8). */
  now(): EpochMs
  /** Resolves once `ms` have passed: for the pause before a retry and the limit on a delivery. */
  wait(ms: number): Promise<void>
}
