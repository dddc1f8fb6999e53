import type { ConfigFault } from '@sallyport/core'

/** What a timer of the platform can hold: more fires at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

/** What is wrong with the option `timeoutMs`, if anything. */
export function timeoutFaults(timeoutMs: unknown): readonly ConfigFault[] {
  if (Number.isInteger(timeoutMs) && Number(timeoutMs) > 0 && Number(timeoutMs) <= MAX_TIMEOUT_MS) return []
  return [
    { field: 'timeoutMs', message: `must be a whole number of milliseconds from 1 to ${MAX_TIMEOUT_MS}` },
  ]
}
