import { type Clock, type EpochMs, systemClock } from '@sallyport/core'

/** A time that all processes of a run have in common, since each derives it from the system's clock. */
export interface Pace {
  /** When the run began, by the system's clock. */
  readonly realStartMs: EpochMs
  /** What the time was then. */
  readonly startMs: EpochMs
  /** How many seconds pass in a real one. */
  readonly speed: number
}

/** Half a minute passes in each second: codes expire, locks end and apps show new codes while a run is watched. */
export const SOAK_SPEED = 30

/** A clock that runs faster than the system's. It waits in real time, as what it waits for takes that. */
export function pacedClock({ realStartMs, startMs, speed }: Pace): Clock {
  return {
    now: () => startMs + (systemClock.now() - realStartMs) * speed,
    wait: systemClock.wait,
  }
}
