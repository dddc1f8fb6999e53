import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { systemClock, systemRandom } from '../../../packages/core/src/crypto/platform.ts'

test('the system clock tells whole epoch milliseconds', () => {
  const earliest = Date.now()
  const now = systemClock.now()
  expect(now).toBeGreaterThanOrEqual(earliest)
  expect(now).toBeLessThanOrEqual(Date.now())
  expect(Number.isInteger(now)).toBe(true)
})

test('the system clock waits as long as it is told', async () => {
  const started = performance.now()
  await systemClock.wait(20)
  expect(performance.now() - started).toBeGreaterThanOrEqual(19) // timers round down to the millisecond
})

const HOUR_MS = 3_600_000

test('a wait ends at once when its signal aborts, and leaves no timer behind', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const before = timers()
  const controller = new AbortController()
  const waiting = systemClock.wait(HOUR_MS, controller.signal)
  expect(timers()).toBe(before + 1)
  controller.abort()
  await waiting
  expect(timers()).toBe(before)
})

test('a wait on a signal that was aborted before ends at once', async () => {
  await expect(systemClock.wait(HOUR_MS, AbortSignal.abort())).resolves.toBeUndefined()
})

test('a wait that is over leaves nothing on its signal', async () => {
  const { signal } = new AbortController()
  await systemClock.wait(1, signal)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('the system gives as many random bytes as asked for, new ones each time', () => {
  const draws = Array.from({ length: 100 }, () => systemRandom.bytes(16))
  expect(draws.every((bytes) => bytes.length === 16)).toBe(true)
  expect(new Set(draws.map((bytes) => bytes.join())).size).toBe(100)
  expect(systemRandom.bytes(0)).toHaveLength(0)
})
