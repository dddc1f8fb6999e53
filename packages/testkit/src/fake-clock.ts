import { setImmediate } from 'node:timers'
import type { Clock, EpochMs } from '@sallyport/core'

/** A span of time; the parts add up. */
export interface Span {
  readonly days?: number
  readonly hours?: number
  readonly minutes?: number
  readonly seconds?: number
  readonly ms?: number
}

export interface FakeClockOptions {
  /**
   * Pauses of at most this many milliseconds end by themselves: the one that ends first, one at a time, each
   * once everything else that could run has run; the clock then moves on to its end. Longer ones wait for
   * `advance`. So a retry with jitter needs no hand on the clock, while the limit on a delivery does not
   * pass until the test says so. Default 0: every pause waits for `advance`.
   */
  readonly autoAdvanceMs?: number
}

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /** Moves the clock on, by milliseconds or by a span, and ends the pauses that are then over. */
  advance(by: number | Span): void
  /** Puts the clock to a moment, which may lie in the past, and ends the pauses that are then over. */
  set(at: EpochMs): void
  /** Resolves once a pause waits for `advance`; at once if one does. */
  paused(): Promise<void>
}

/** The start of a fake clock that is given none: 2026-01-01T00:00:00Z, also the start of a time step. */
export const FAKE_START_MS = 1_767_225_600_000

interface Pause {
  readonly endsAt: EpochMs
  readonly auto: boolean
  readonly resolve: () => void
}

/**
 * Creates a clock for tests. Nothing sleeps: a pause lasts until the clock is moved past it.
 *
 * @example
 * const clock = fakeClock()
 * const sending = twoFactor.send(flow, event) // the mailer hangs
 * await clock.paused()
 * clock.advance({ seconds: 10 })
 * await sending // the delivery counts as unanswered
 */
export function fakeClock(startMs: EpochMs = FAKE_START_MS, options: FakeClockOptions = {}): FakeClock {
  const autoAdvanceMs = options.autoAdvanceMs ?? 0
  let now = startMs
  let pauses: readonly Pause[] = []
  let watchers: readonly (() => void)[] = []
  let ticking = false

  function endPauses(): void {
    const over = pauses.filter(({ endsAt }) => endsAt <= now).sort(byEnd)
    pauses = pauses.filter(({ endsAt }) => endsAt > now)
    for (const pause of over) pause.resolve()
  }

  // A turn of the event loop each, so that what one pause set going comes before the next one's end.
  function tick(): void {
    ticking = false
    const [next] = pauses.filter(({ auto }) => auto).sort(byEnd)
    if (!next) return
    now = Math.max(now, next.endsAt)
    pauses = pauses.filter((pause) => pause !== next)
    next.resolve()
    scheduleTick()
  }

  function scheduleTick(): void {
    if (ticking) return
    ticking = true
    setImmediate(tick)
  }

  return {
    now: () => now,

    wait(ms, signal) {
      if (ms <= 0 || signal?.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const pause = { endsAt: now + ms, auto: ms <= autoAdvanceMs, resolve }
        pauses = [...pauses, pause]
        signal?.addEventListener('abort', () => {
          pauses = pauses.filter((other) => other !== pause)
          resolve()
        })
        if (pause.auto) return scheduleTick()
        for (const tell of watchers) tell()
        watchers = []
      })
    },

    advance(by) {
      const ms = typeof by === 'number' ? by : spanMs(by)
      if (!(ms >= 0)) throw new RangeError('a clock advances by a span of at least 0 ms; to go back, set it')
      now += ms
      endPauses()
    },

    set(at) {
      now = at
      endPauses()
    },

    paused() {
      if (pauses.some(({ auto }) => !auto)) return Promise.resolve()
      return new Promise((resolve) => {
        watchers = [...watchers, resolve]
      })
    },
  }
}

const byEnd = (a: Pause, b: Pause): number => a.endsAt - b.endsAt

function spanMs({ days = 0, hours = 0, minutes = 0, seconds = 0, ms = 0 }: Span): number {
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000 + ms
}
