import type { EpochMs } from '../ids.ts'
import { DELIVERY_WINDOW_SECONDS, NOTICE_INTERVAL_SECONDS } from './defaults.ts'
import type { Policy } from './policy.ts'

type Delivery = Policy['delivery']

const DAY_MS = 86_400_000
const WINDOW_MS = DELIVERY_WINDOW_SECONDS * 1000
const NOTICE_INTERVAL_MS = NOTICE_INTERVAL_SECONDS * 1000

/** When the oldest of the last `limit` moments leaves a span, making room for one more; null: there is room. */
function fullUntil(moments: readonly EpochMs[], spanMs: number, limit: number, at: EpochMs): EpochMs | null {
  const within = moments.filter((moment) => moment > at - spanMs)
  const oldest = within[within.length - limit]
  return oldest === undefined ? null : oldest + spanMs
}

/**
 * From when on another code may be sent to this user; null: now. Sending costs money and patience
 * (ASVS 5.0 6.6.3 and 6.6.4: rate limits, no bombing).
 */
export function deliveryOpensAt(
  deliveries: readonly EpochMs[],
  at: EpochMs,
  limits: Delivery,
): EpochMs | null {
  const window = fullUntil(deliveries, WINDOW_MS, limits.perTenMinutes, at)
  const day = fullUntil(deliveries, DAY_MS, limits.perDay, at)
  return window === null || day === null ? (window ?? day) : Math.max(window, day)
}

/** The deliveries with one more, those of more than a day ago dropped. */
export function withDelivery(deliveries: readonly EpochMs[], at: EpochMs): readonly EpochMs[] {
  return [...deliveries.filter((moment) => moment > at - DAY_MS), at]
}

/** Whether a notice of a kind that has a limit may be sent: one of it per user and hour. */
export function noticeIsDue(notices: Readonly<Record<string, EpochMs>>, kind: string, at: EpochMs): boolean {
  const last = notices[kind]
  return last === undefined || last <= at - NOTICE_INTERVAL_MS
}

/** From when on a notice of this kind may be sent again. */
export function noticeDueAt(notices: Readonly<Record<string, EpochMs>>, kind: string): EpochMs {
  return (notices[kind] ?? -NOTICE_INTERVAL_MS) + NOTICE_INTERVAL_MS
}

/** The notices with this one, those of more than an hour ago dropped. */
export function withNotice(
  notices: Readonly<Record<string, EpochMs>>,
  kind: string,
  at: EpochMs,
): Readonly<Record<string, EpochMs>> {
  const recent = Object.entries(notices).filter(([, last]) => last > at - NOTICE_INTERVAL_MS)
  return { ...Object.fromEntries(recent), [kind]: at }
}
