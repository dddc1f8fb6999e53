import type { Random } from '../ports/random.ts'

/** How often a step is done again from `load` when another was faster: our choice. */
export const MAX_ATTEMPTS = 8
/** The longest first pause before that, in milliseconds; it doubles with each attempt. */
const FIRST_PAUSE_MS = 4

/** A random pause that grows with each attempt, so that those who collided do not collide again. */
export function pauseMs({ random }: { readonly random: Random }, attempt: number): number {
  const [byte = 0] = random.bytes(1)
  return Math.ceil((byte / 256) * FIRST_PAUSE_MS * 2 ** (attempt - 1))
}
