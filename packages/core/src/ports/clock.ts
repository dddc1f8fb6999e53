import type { EpochMs } from '../ids.ts'

/** The only source of time. The default reads the system's clock; tests give one that they move by hand. */
export interface Clock {
  /** Now. Server time, never the client's (ASVS 5.0 6.5.8). */
  now(): EpochMs
  /**
   * Resolves once `ms` have passed, or at once when `signal` aborts: for the pause before a retry and the
   * limit on a delivery. A wait that is no longer needed is aborted, and must then hold nothing.
   */
  wait(ms: number, signal?: AbortSignal): Promise<void>
}
