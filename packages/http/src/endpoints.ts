import type { Endpoint } from './endpoint.ts'
import type { EndpointName, Paths } from './paths.ts'
import { device, devices } from './routes/devices.ts'
import { enrollment } from './routes/enrollment.ts'
import { login, usSignin } from './routes/login.ts'
import { logout } from './routes/logout.ts'
import { recovery } from './routes/recovery.ts'
import { recoveryCodes } from './routes/recovery-codes.ts'
import { rescue } from './routes/rescue.ts'
import { select } from './routes/select.ts'
import { setup } from './routes/setup.ts'
import { setupConfirm } from './routes/setup-confirm.ts'
import { validate } from './routes/validate.ts'
import { verify } from './routes/verify.ts'

/** Every endpoint of the contract. The OpenAPI document stands beside it: it is no part of what it describes. */
export const endpoints: Readonly<Record<Exclude<EndpointName, 'openApi'>, Endpoint>> = {
  login,
  usSignin,
  logout,
  verify,
  validate,
  setup,
  setupConfirm,
  rescue,
  recovery,
  recoveryCodes,
  select,
  devices,
  device,
  enrollment,
}

/** Where an endpoint is; a parameter is written `:name`. */
export function pathOf(paths: Paths, name: EndpointName): string {
  if (name === 'setupConfirm') return `${paths.setup}/:token`
  if (name === 'device') return `${paths.devices}/:id`
  return name === 'enrollment' ? `${paths.enrollments}/:id` : paths[name]
}
