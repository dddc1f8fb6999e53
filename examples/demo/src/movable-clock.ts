import { type Clock, type EpochMs, systemClock } from '@sallyport/core'

/** The system's clock, which can be moved forward: what waits for a time to pass need not. */
export interface MovableClock extends Clock {
  advance(seconds: number): EpochMs
}

export function movableClock(): MovableClock {
  let aheadMs = 0
  const now = (): EpochMs => systemClock.now() + aheadMs
  return {
    now,
    wait: systemClock.wait, // on a real sender, whose time nobody moves
    advance(seconds) {
      aheadMs += seconds * 1_000
      return now()
    },
  }
}
