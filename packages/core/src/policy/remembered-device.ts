import type { DeviceId, EpochMs } from '../ids.ts'
import type { Profile, RememberedDevice } from '../profile/profile.ts'
import { CLOCK_TOLERANCE_MS, MAX_DEVICES } from './defaults.ts'
import type { Policy } from './policy.ts'

const DAY_MS = 86_400_000

/** For how long a browser is remembered, in milliseconds; 0: never. */
export function rememberMs(remember: Policy['remember']): number {
  return remember === false ? 0 : remember.days * DAY_MS
}

/**
 * The live record that a genuine device token stands for: of this epoch, not revoked, not expired, and not
 * outliving what the policy allows now. A clock that stepped back behind its making opens nothing.
 */
export function liveDevice(
  profile: Profile,
  token: { readonly device: DeviceId; readonly epoch: number },
  at: EpochMs,
  remember: Policy['remember'],
): RememberedDevice | undefined {
  if (token.epoch !== profile.epoch) return undefined
  return profile.devices.find(
    (device) =>
      device.id === token.device &&
      at >= device.createdAt - CLOCK_TOLERANCE_MS &&
      at < Math.min(device.expiresAt, device.createdAt + rememberMs(remember)),
  )
}

/** The devices that have not expired. */
export function liveDevices(devices: readonly RememberedDevice[], at: EpochMs): readonly RememberedDevice[] {
  return devices.filter(({ expiresAt }) => at < expiresAt)
}

/** The devices with one more; expired ones are dropped, and the oldest makes room. */
export function withDevice(
  devices: readonly RememberedDevice[],
  device: DeviceId,
  at: EpochMs,
  remember: Policy['remember'],
): readonly RememberedDevice[] {
  const live = liveDevices(devices, at)
  const added: RememberedDevice = {
    id: device,
    createdAt: at,
    lastUsedAt: null,
    expiresAt: at + rememberMs(remember),
  }
  return [...live, added].slice(-MAX_DEVICES)
}
