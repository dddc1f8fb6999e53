import { createRequire } from 'node:module'
import { ConfigError } from '@sallyport/core'

const require = createRequire(import.meta.url)

/** What to do about a driver that is not there. */
const remedies = {
  pg: 'install the package pg',
  mysql2: 'install the package mysql2',
  'node:sqlite': 'use Node 22.13 or newer, or pass a database of better-sqlite3 or libsql',
} as const

/**
 * Loads a driver when it is asked for: a host installs only those that it uses.
 *
 * @throws {ConfigError} When it is missing; the message names the package.
 */
export function loadDriver(name: keyof typeof remedies, neededBy: string): unknown {
  try {
    return require(name)
  } catch (error) {
    const code = error instanceof Error ? Reflect.get(error, 'code') : undefined
    if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_UNKNOWN_BUILTIN_MODULE') throw error
    throw new ConfigError([{ field: neededBy, message: `needs ${name}: ${remedies[name]}` }])
  }
}
