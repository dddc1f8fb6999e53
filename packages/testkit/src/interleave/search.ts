import { seededRandom } from '../seeded-random.ts'
import type { Choose, Options } from './run-schedule.ts'
import type { Choice } from './schedule.ts'
import { formatSchedule, isSameChoice } from './schedule.ts'

/** Walks through every schedule, one run for each: depth first, from the choices that a run met. */
export interface Walk {
  /** Chooses for the run at hand. */
  readonly choose: Choose
  /** Turns to the next schedule; false when there is none left. */
  next(): boolean
}

/** Starts a walk through all schedules. */
export function walkAll(): Walk {
  /** Of each choice of the run at hand: which one was taken, of how many. */
  let path: readonly { readonly taken: number; readonly of: number }[] = []
  let depth = 0
  return {
    choose(options) {
      const known = path[depth]
      depth += 1
      if (known === undefined) path = [...path, { taken: 0, of: options.length }]
      else if (known.of !== options.length)
        throw new Error('the same choices have led to another situation: something is not scheduled')
      return options[known?.taken ?? 0] ?? options[0]
    },
    next() {
      const last = path.findLastIndex(({ taken, of }) => taken + 1 < of)
      path = path
        .slice(0, last + 1)
        .map((step, index) => (index === last ? { ...step, taken: step.taken + 1 } : step))
      depth = 0
      return last >= 0
    },
  }
}

/** How often, in percent, chance lets something go wrong where it may. */
const FAULT_PERCENT = 20

/** Chooses by chance; the same seed makes the same choices. */
export function chooseByChance(seed: string): Choose {
  const random = seededRandom(seed)
  const below = (limit: number): number => {
    const [high = 0, low = 0] = random.bytes(2)
    return (high * 256 + low) % limit
  }
  return (options) => {
    const going = options.filter(({ fate }) => fate === 'done' || fate === 'arrives')
    const failing = options.filter((option) => !going.includes(option))
    const from = failing.length > 0 && below(100) < FAULT_PERCENT ? failing : going
    return from[below(from.length)] ?? options[0]
  }
}

/** Chooses what a schedule says, and after its end what comes first. */
export function chooseBy(schedule: readonly Choice[]): Choose {
  let depth = 0
  return (options: Options) => {
    const wanted = schedule[depth]
    depth += 1
    if (wanted === undefined) return options[0]
    const found = options.find((option) => isSameChoice(option, wanted))
    if (found !== undefined) return found
    throw new TypeError(
      `choice ${depth}, ${formatSchedule([wanted])}, is none of ${options.map((one) => formatSchedule([one])).join(' ')}`,
    )
  }
}
