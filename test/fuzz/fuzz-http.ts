import fc from 'fast-check'
import { act } from './http-moves.ts'
import { playSession, type Tally } from './http-world.ts'

/** Acts of a session: enough to log in, to change things and to be locked out, and for its server to be worth making. */
const ACTS = 250
/** Acts that send no request, at the most, in a hundred; the rest is room for chance. */
const IDLE_PERCENT = 8

/** What a run of the fuzzer is given. */
export interface FuzzOptions {
  /** At least so many requests are sent. */
  readonly requests: number
  /** The same seed makes the same requests; without one they are new each time. */
  readonly seed?: number
  /** Ends by then: a failure is told as far as it has been made smaller, and being too slow is one. */
  readonly limitSeconds: number
  /** Is told from time to time how many have been sent. */
  readonly onProgress?: (sent: number) => void
}

/**
 * Sends generated requests to a server in this process.
 *
 * @throws {Error} With the seed and the shortest session that breaks something, when one does.
 */
export async function fuzzHttp({
  requests,
  limitSeconds,
  seed,
  onProgress = () => undefined,
}: FuzzOptions): Promise<{
  readonly sent: number
  readonly seen: Tally
}> {
  const seen: Tally = new Map()
  let sent = 0
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: ACTS, maxLength: ACTS }), async (acts) => {
      sent += await playSession(acts, seen)
      onProgress(sent)
    }),
    {
      interruptAfterTimeLimit: limitSeconds * 1000,
      markInterruptAsFailure: true,
      numRuns: Math.ceil((requests / ACTS) * (100 / (100 - IDLE_PERCENT))),
      ...(seed === undefined ? {} : { seed }),
    },
  )
  return { sent, seen }
}
