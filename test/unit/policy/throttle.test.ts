import { describe, expect, test } from 'vitest'
import { FAILURES_UNTIL_RESCUE } from '../../../packages/core/src/policy/defaults.ts'
import { failuresLeft, isLocked, lockAfter } from '../../../packages/core/src/policy/throttle.ts'
import { emptyProfile } from '../../../packages/core/src/profile/profile.ts'

const AT = 1_700_000_000_000
const MINUTE_MS = 60_000
const byDefault = { attemptsPerFlow: 5, failuresPerLock: 10, lockSeconds: 900 }

describe('NIST throttling, CWE-307: waits grow', () => {
  test.each([
    [10, 15],
    [20, 30],
    [30, 60],
    [40, 2 * 60],
    [50, 4 * 60],
    [60, 8 * 60],
    [70, 16 * 60],
    [80, 24 * 60],
    [90, 24 * 60],
  ])('after %i consecutive failures the user is locked for %i minutes', (failures, minutes) => {
    expect(lockAfter(failures, AT, byDefault)).toEqual({ until: AT + minutes * MINUTE_MS })
  })

  test.each([0, 1, 9, 11, 19, 21, 99])('%i failures bring no lock of their own', (failures) => {
    expect(lockAfter(failures, AT, byDefault)).toBeNull()
  })

  test.each([100, 101, 1_000])(
    'RFC 4226 §7.3: with the hundredth, time alone opens nothing: %i',
    (failures) => {
      expect(lockAfter(failures, AT, byDefault)).toEqual({ until: 'rescued' })
    },
  )

  test('the hundredth locks for good whatever the policy’s number', () => {
    for (const failuresPerLock of [3, 7, 50]) {
      expect(lockAfter(FAILURES_UNTIL_RESCUE, AT, { ...byDefault, failuresPerLock })).toEqual({
        until: 'rescued',
      })
    }
  })

  test('no policy’s first lock is longer than a day', () => {
    const longest = { ...byDefault, lockSeconds: 86_400 }
    expect(lockAfter(10, AT, longest)).toEqual({ until: AT + 86_400_000 })
    expect(lockAfter(20, AT, longest)).toEqual({ until: AT + 86_400_000 })
  })

  test('by trying all day, an attacker gets no more than a hundred tries', () => {
    let failures = 0
    let at = AT
    let tries = 0
    for (; tries < 10_000; tries += 1) {
      failures += 1
      const lock = lockAfter(failures, at, byDefault)
      if (lock?.until === 'rescued') break
      at = lock?.until ?? at
    }
    expect(tries + 1).toBe(100)
    expect(at - AT).toBe((15 + 30 + 60 + 120 + 240 + 480 + 960 + 1440 + 1440) * MINUTE_MS)
  })
})

describe('a lock', () => {
  test.each([
    ['none', null, AT, false],
    ['before its end', { until: AT + 1 }, AT, true],
    ['at its end', { until: AT }, AT, false],
    ['until rescued, at any time', { until: 'rescued' as const }, Number.MAX_SAFE_INTEGER, true],
  ])('holds or not: %s', (_what, lock, at, holds) => {
    expect(isLocked({ ...emptyProfile, lock }, at)).toBe(holds)
  })
})

test.each([
  [0, 10],
  [1, 9],
  [9, 1],
  [10, 10],
  [95, 5],
  [99, 1],
  [100, 0],
  [130, 0],
])('after %i failures, %i are left before the next lock', (failures, left) => {
  expect(failuresLeft(failures, byDefault)).toBe(left)
})

test('the failures that are left never lead beyond the hundredth', () => {
  expect(failuresLeft(98, { ...byDefault, failuresPerLock: 50 })).toBe(2)
})
