import { describe, expect, test } from 'vitest'
import {
  deliveryOpensAt,
  noticeDueAt,
  noticeIsDue,
  withDelivery,
  withNotice,
} from '../../../packages/core/src/policy/delivery-budget.ts'

const AT = 1_700_000_000_000
const WINDOW_MS = 600_000
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const limits = { resendSeconds: 30, perTenMinutes: 5, perDay: 20 }

/** So many moments, an equal span apart, the last at the time given. */
const moments = (count: number, apart: number, last: number) =>
  Array.from({ length: count }, (_, index) => last - (count - 1 - index) * apart)

describe('ASVS 6.6.3, 6.6.4: a code may be sent', () => {
  test.each([
    ['when none was sent', [], null],
    ['after four in ten minutes', moments(4, 1, AT), null],
    [
      'not after five, until the first of them is ten minutes old',
      moments(5, 1_000, AT),
      AT - 4_000 + WINDOW_MS,
    ],
    ['not one millisecond before that', [AT - WINDOW_MS + 1, ...moments(4, 1, AT)], AT + 1],
    ['exactly then', [AT - WINDOW_MS, ...moments(4, 1, AT)], null],
    [
      'not after six, until the second of them is: four are left then',
      moments(6, 1_000, AT),
      AT - 4_000 + WINDOW_MS,
    ],
    ['after nineteen in a day', moments(19, HOUR_MS, AT - WINDOW_MS), null],
    [
      'not after twenty, until the first of them is a day old',
      moments(20, HOUR_MS, AT - WINDOW_MS),
      AT - WINDOW_MS - 19 * HOUR_MS + DAY_MS,
    ],
    [
      'again when the first of twenty is a day old',
      [AT - DAY_MS, ...moments(19, HOUR_MS, AT - WINDOW_MS)],
      null,
    ],
  ])('%s', (_when, deliveries, opensAt) => {
    expect(deliveryOpensAt(deliveries, AT, limits)).toBe(opensAt)
  })

  test('at the later of both limits, when both are reached', () => {
    const day = moments(15, 1_000, AT - HOUR_MS)
    const both = [...day, ...moments(5, 1_000, AT)]
    expect(deliveryOpensAt(both, AT, limits)).toBe((day[0] ?? 0) + DAY_MS)
    expect(deliveryOpensAt(both, AT, { ...limits, perDay: 100 })).toBe(AT - 4_000 + WINDOW_MS)
  })

  test('after a clock has stepped back no sooner than what it recorded allows', () => {
    const ahead = moments(5, 1_000, AT + HOUR_MS)
    expect(deliveryOpensAt(ahead, AT, limits)).toBe(AT + HOUR_MS - 4_000 + WINDOW_MS)
  })

  test('CWE-799: with steady asking, never more than five in any ten minutes and twenty in any day', () => {
    let deliveries: readonly number[] = []
    const sent: number[] = []
    for (let at = AT; at < AT + 2 * DAY_MS; at += 30_000) {
      if (deliveryOpensAt(deliveries, at, limits) !== null) continue
      deliveries = withDelivery(deliveries, at)
      sent.push(at)
    }
    const within = (spanMs: number) =>
      Math.max(...sent.map((start) => sent.filter((at) => at >= start && at < start + spanMs).length))
    expect([within(WINDOW_MS), within(DAY_MS), sent.length]).toEqual([5, 20, 40])
  })
})

test('deliveries of a day ago are forgotten, later ones kept in order', () => {
  expect(withDelivery([AT - DAY_MS - 1, AT - DAY_MS, AT - DAY_MS + 1], AT)).toEqual([AT - DAY_MS + 1, AT])
})

describe('ASVS 6.6.4: a notice', () => {
  test.each([
    ['of a kind that was not sent', {}, true],
    ['of another kind', { help: AT }, true],
    ['an hour after the last', { locked: AT - HOUR_MS }, true],
    ['within the hour', { locked: AT - HOUR_MS + 1 }, false],
    ['at the same time', { locked: AT }, false],
  ])('is due or not: %s', (_what, notices, isDue) => {
    expect(noticeIsDue(notices, 'locked', AT)).toBe(isDue)
  })

  test('may be sent again an hour after the last, and at any time when there was none', () => {
    expect(noticeDueAt({ locked: AT }, 'locked')).toBe(AT + HOUR_MS)
    expect(noticeDueAt({}, 'locked')).toBe(0)
  })

  test('is remembered for an hour', () => {
    const notices = { old: AT - HOUR_MS, recent: AT - HOUR_MS + 1, locked: AT - HOUR_MS + 2 }
    expect(withNotice(notices, 'locked', AT)).toEqual({ recent: AT - HOUR_MS + 1, locked: AT })
  })
})
