import { describe, expect, test } from 'vitest'
import { liveDevice, rememberMs, withDevice } from '../../../packages/core/src/policy/remembered-device.ts'
import type { RememberedDevice } from '../../../packages/core/src/profile/profile.ts'
import { deviceId, enrollment, profileWith } from '../../model/world.ts'

const AT = 1_700_000_000_000
const DAY_MS = 86_400_000
const thirty = { days: 30 }

const remembered = (id: string, createdAt = AT, days = 30): RememberedDevice => ({
  id: deviceId(id),
  createdAt,
  lastUsedAt: null,
  expiresAt: createdAt + days * DAY_MS,
})

describe('a remembered device is live', () => {
  const profile = {
    ...profileWith(enrollment('e1', 'authenticator')),
    epoch: 3,
    devices: [remembered('d1'), remembered('d2')],
  }
  const live = (device: string, epoch: number, at: number, remember: Parameters<typeof liveDevice>[3]) =>
    liveDevice(profile, { device: deviceId(device), epoch }, at, remember)?.id

  test.each([
    ['from its first moment', 'd1', 3, AT, thirty, 'd1'],
    ['each by its own id', 'd2', 3, AT, thirty, 'd2'],
    ['until its last', 'd1', 3, AT + 30 * DAY_MS - 1, thirty, 'd1'],
    ['not at its end', 'd1', 3, AT + 30 * DAY_MS, thirty, undefined],
    ['not when it was revoked', 'd3', 3, AT, thirty, undefined],
    ['not in a later epoch', 'd1', 2, AT, thirty, undefined],
    ['not in one that has not been', 'd1', 4, AT, thirty, undefined],
    ['not where the policy remembers nobody any more', 'd1', 3, AT, false, undefined],
    ['not where the policy remembers for no days', 'd1', 3, AT, { days: 0 }, undefined],
    ['no longer than a policy that was shortened since', 'd1', 3, AT + 7 * DAY_MS, { days: 7 }, undefined],
    ['as long as a policy that was shortened since', 'd1', 3, AT + 7 * DAY_MS - 1, { days: 7 }, 'd1'],
    [
      'no longer than it was made for, also when the policy was lengthened',
      'd1',
      3,
      AT + 30 * DAY_MS,
      { days: 60 },
      undefined,
    ],
    ['by a clock that is five seconds behind', 'd1', 3, AT - 5_000, thirty, 'd1'],
    ['not by one that has stepped back further', 'd1', 3, AT - 5_001, thirty, undefined],
  ] as const)('L1: %s', (_when, device, epoch, at, remember, id) => {
    expect(live(device, epoch, at, remember)).toBe(id)
  })
})

describe('remembering one more', () => {
  test('adds it for as long as the policy says', () => {
    expect(withDevice([], deviceId('d1'), AT, { days: 7 })).toEqual([remembered('d1', AT, 7)])
  })

  test('drops those that are over, at their end', () => {
    const devices = [remembered('over', AT - 30 * DAY_MS), remembered('live', AT - 30 * DAY_MS + 1)]
    expect(withDevice(devices, deviceId('new'), AT, thirty).map(({ id }) => id)).toEqual(['live', 'new'])
  })

  test('keeps twenty: the oldest makes room', () => {
    const twenty = Array.from({ length: 20 }, (_, index) => remembered(`d${index}`, AT + index))
    const ids = withDevice(twenty, deviceId('new'), AT + 20, thirty).map(({ id }) => id)
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([20, 'd1', 'new'])
  })
})

test.each([
  [false, 0],
  [{ days: 0 }, 0],
  [{ days: 30 }, 30 * DAY_MS],
] as const)('a policy of %j remembers for %i ms', (remember, ms) => {
  expect(rememberMs(remember)).toBe(ms)
})
