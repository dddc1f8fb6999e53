import { readFileSync } from 'node:fs'
import type { ConfigFault, PolicyInput } from '@sallyport/core'
import { ConfigFileError } from '../usage-error.ts'
import { defaultConfig } from './default-config.ts'
import type { DemoConfig } from './demo-config.ts'
import { type ConfigFile, configFileSchema } from './schema.ts'
import { makeSenders } from './senders.ts'
import { tryOut } from './try-out.ts'

/**
 * Reads the file that `--config` names; what it leaves out is the demo's own.
 *
 * @throws {ConfigFileError} With everything that is wrong, by field, and no value.
 */
export function readConfig(path: string | null): DemoConfig {
  if (path === null) return defaultConfig
  const faults: ConfigFault[] = []
  const { policy, users, http, ...senderKeys } = parseFile(readJson(path), faults)
  const config: Omit<DemoConfig, 'senders'> = {
    policy: (policy as PolicyInput | undefined) ?? defaultConfig.policy, // createTwoFactor parses it, below
    users: users ?? defaultConfig.users,
    http: http ?? defaultConfig.http,
  }
  const senders = makeSenders(senderKeys, faults)
  tryOut(config, faults)
  if (faults.length > 0) throw new ConfigFileError(path, faults)
  return { ...config, senders }
}

/** Parses the file. A part at fault is left out, so that what is wrong with the others is found as well. */
function parseFile(file: unknown, faults: ConfigFault[]): ConfigFile {
  const parsed = configFileSchema.safeParse(file)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  faults.push(...issues.map(({ path, message }) => ({ field: path.join('.'), message })))
  if (typeof file !== 'object' || file === null) return {}
  const broken = new Set(issues.map(({ path: [part] }) => part))
  const sound = Object.entries(file).filter(
    ([part]) => Object.hasOwn(configFileSchema.shape, part) && !broken.has(part),
  )
  return configFileSchema.parse(Object.fromEntries(sound))
}

/** The parser's own message would quote the file, and so a password. */
function readJson(path: string): unknown {
  const fail = (message: string) => new ConfigFileError(path, [{ field: '', message }])
  let source: string
  try {
    source = readFileSync(path, 'utf8')
  } catch (error) {
    throw fail(
      `cannot be read (${error instanceof Error && 'code' in error ? error.code : 'for no known reason'})`,
    )
  }
  try {
    return JSON.parse(source)
  } catch (error) {
    const [place] = /line \d+ column \d+/.exec(String(error)) ?? []
    throw fail(place === undefined ? 'is not JSON' : `is not JSON (${place})`)
  }
}
