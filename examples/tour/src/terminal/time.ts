import type { EpochMs } from '@sallyport/core'

/** The time of day in UTC; with the date where it is another day than `now`. */
export function formatTime(at: EpochMs, now: EpochMs): string {
  const [date = '', time = ''] = new Date(at).toISOString().slice(0, 19).split('T')
  const today = new Date(now).toISOString().slice(0, 10)
  return date === today ? time : `${date} ${time}`
}

const units: readonly (readonly [name: string, seconds: number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

/** A span in words: `1 hour 30 minutes`. */
export function formatSpan(ms: number): string {
  let seconds = Math.round(ms / 1_000)
  const parts: string[] = []
  for (const [name, size] of units) {
    const count = Math.floor(seconds / size)
    seconds -= count * size
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`)
  }
  return parts.join(' ') || 'no time'
}
