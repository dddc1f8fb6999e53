import { ConfigError } from '@sallyport/core'

/** The endpoints, as a host names them when it moves one. */
export type PathName =
  | 'login'
  | 'usSignin'
  | 'logout'
  | 'verify'
  | 'validate'
  | 'setup'
  | 'rescue'
  | 'recovery'
  | 'recoveryCodes'
  | 'select'
  | 'devices'
  | 'enrollments'
  | 'openApi'

/** The endpoints, as a page is told which one it stands for: three of them stand below another's path. */
export type EndpointName = Exclude<PathName, 'enrollments'> | 'setupConfirm' | 'device' | 'enrollment'

/** Where each endpoint is, below the prefix. */
export type Paths = Readonly<Record<PathName, string>>

/** The paths of Flask-Security, and our own. */
export const defaultPaths: Paths = Object.freeze({
  login: '/login',
  usSignin: '/us-signin',
  logout: '/logout',
  verify: '/verify',
  validate: '/tf-validate',
  setup: '/tf-setup',
  rescue: '/tf-rescue',
  recovery: '/mf-recovery',
  recoveryCodes: '/mf-recovery-codes',
  select: '/tf-select',
  devices: '/tf-devices',
  enrollments: '/tf-enrollments',
  openApi: '/openapi.json',
})

const PATH = /^(\/[\w.~-]+)+$/

/**
 * Resolves the paths, prefix included.
 *
 * @throws {ConfigError} For a path that does not begin with a slash or has other than plain characters, and for
 *   two that are the same.
 */
export function resolvePaths(prefix: string, moved: Partial<Paths> = {}): Paths {
  const faults = []
  if (prefix !== '' && !PATH.test(prefix)) {
    faults.push({ field: 'prefix', message: 'must be empty or like "/auth", without a slash at its end' })
  }
  const taken = new Set<string>()
  for (const [name, path] of Object.entries({ ...defaultPaths, ...moved })) {
    const field = `paths.${name}`
    if (!Object.hasOwn(defaultPaths, name)) faults.push({ field, message: 'is not the name of an endpoint' })
    if (!PATH.test(path)) faults.push({ field, message: 'must be like "/login"' })
    if (taken.has(path)) faults.push({ field, message: 'is the path of another endpoint' })
    taken.add(path)
  }
  if (faults.length > 0) throw new ConfigError(faults)
  const entries = Object.entries({ ...defaultPaths, ...moved }).map(([name, path]) => [name, prefix + path])
  return Object.freeze(Object.fromEntries(entries) as Record<PathName, string>) // fromEntries loses the keys
}
