import { createDeviceTokens, type DeviceTokens } from '../crypto/device-token.ts'
import { createFlowTokens, type FlowTokens } from '../crypto/flow-token.ts'
import { createHasher, type Hasher } from '../crypto/hasher.ts'
import { keyRing } from '../crypto/key-ring.ts'
import { systemClock, systemRandom } from '../crypto/platform.ts'
import { createSealer, type Sealer } from '../crypto/sealer.ts'
import { ConfigError, type ConfigFault } from '../errors.ts'
import type { MethodFacts } from '../flow/context.ts'
import { methodFactsOf } from '../flow/method-facts.ts'
import type { UserId } from '../ids.ts'
import { type Catalog, parseCatalog } from '../messages/catalog.ts'
import { authenticatorMethod } from '../methods/authenticator.ts'
import type { Method } from '../methods/method.ts'
import { emailMethod, smsMethod } from '../methods/out-of-band.ts'
import { MAX_CODE_SECONDS } from '../policy/defaults.ts'
import type { Policy, PolicyInput, PolicyRules } from '../policy/policy.ts'
import { parsePolicy } from '../policy/schema.ts'
import type { Clock } from '../ports/clock.ts'
import type { Mailer, SmsSender } from '../ports/delivery.ts'
import type { FlowLog } from '../ports/flow-log.ts'
import type { Keys } from '../ports/keys.ts'
import type { Observer } from '../ports/observer.ts'
import type { PhoneNumbers } from '../ports/phone-numbers.ts'
import type { Random } from '../ports/random.ts'
import type { Store } from '../ports/store.ts'
import { byMail, bySms, type DeliverCode } from './code-delivery.ts'

/** A user as the host knows them now. Sallyport keeps no copy. */
export interface User {
  readonly id: string
  /** Names the account in authenticator apps and messages: a mail address or a user name. */
  readonly label: string
  /** Where mailed codes and notices go. */
  readonly email?: string | null
  /** A number for notices; it is never a second factor until the user has proven it. */
  readonly phone?: string | null
  /**
   * Any value that changes when the password, the mail address or the status does. Flows and remembered
   * devices of before such a change die with it.
   */
  readonly securityStamp: string
  /** Whether the user may log in now. */
  readonly active: boolean
  /** Whether this user must have a second factor; goes before the policy's rule. */
  readonly required?: boolean
}

/** A method that the host registers, and how its codes are delivered, if it has any. */
export interface HostMethod {
  readonly method: Method
  readonly deliver?: DeliverCode
}

/** What a host gives to {@link createTwoFactor}. */
export interface TwoFactorConfig {
  readonly policy: PolicyInput
  readonly store: Store
  /** The key ring; see `keyRing`. */
  readonly keys: Keys
  /**
   * Finds a user by the host's id, and is asked at every step. Null: there is no such user (any more),
   * which ends a flow as an inactive user does.
   */
  readonly findUser: (id: UserId) => User | null | undefined | Promise<User | null | undefined>
  /** Needed for the method `email`, mail rescue, help and notices. */
  readonly mailer?: Mailer
  /** Needed for the method `sms`. */
  readonly sms?: SmsSender
  /** Needed for the method `sms`. */
  readonly phoneNumbers?: PhoneNumbers
  /** Methods of the host's own, beside `authenticator`, `email` and `sms`. */
  readonly methods?: readonly HostMethod[]
  /** Texts in place of the English ones. */
  readonly messages?: Partial<Catalog>
  readonly observer?: Observer
  /** Is given each step, for `replay`. Without one nothing is recorded and nothing is spent. */
  readonly flowLog?: FlowLog
  readonly clock?: Clock
  readonly random?: Random
}

/** A configuration after parsing: everything a step needs, ready to use. */
export interface Environment {
  readonly policy: Policy
  readonly rules: PolicyRules
  readonly store: Store
  readonly findUser: TwoFactorConfig['findUser']
  readonly mailer: Mailer | null
  readonly sms: SmsSender | null
  readonly methods: ReadonlyMap<string, HostMethod>
  readonly methodFacts: Readonly<Record<string, MethodFacts>>
  readonly catalog: Catalog
  readonly observer: Observer | null
  readonly flowLog: FlowLog | null
  readonly clock: Clock
  readonly random: Random
  readonly hasher: Hasher
  readonly sealer: Sealer
  readonly flowTokens: FlowTokens
  readonly deviceTokens: DeviceTokens
}

/**
 * Parses a host's configuration.
 *
 * @throws {ConfigError} With every fault that was found.
 */
export function parseConfig(config: TwoFactorConfig): Environment {
  const parsedPolicy = parsePolicy(config.policy)
  const parsedCatalog = parseCatalog(config.messages)
  const faults: ConfigFault[] = [
    ...('faults' in parsedPolicy ? parsedPolicy.faults : []),
    ...('faults' in parsedCatalog ? parsedCatalog.faults : []),
    ...portFaults(config),
  ]
  if ('faults' in parsedPolicy || 'faults' in parsedCatalog) throw new ConfigError(faults)
  const { policy, rules } = parsedPolicy
  const { catalog } = parsedCatalog
  const registered = registeredMethods(config, policy, catalog)
  const methods = new Map(registered.map((entry) => [entry.method.kind, entry]))
  faults.push(...methodFaults(config, policy, registered))
  if (faults.length > 0) throw new ConfigError(faults)
  return {
    policy,
    rules,
    store: config.store,
    findUser: config.findUser,
    mailer: config.mailer ?? null,
    sms: config.sms ?? null,
    methods,
    methodFacts: Object.freeze(
      Object.fromEntries(
        registered.map(({ method, deliver }) => [
          method.kind,
          methodFactsOf(method, deliver === undefined ? 'nothing' : 'code'),
        ]),
      ),
    ),
    catalog,
    observer: config.observer ?? null,
    flowLog: config.flowLog ?? null,
    clock: config.clock ?? systemClock,
    random: config.random ?? systemRandom,
    hasher: createHasher(config.keys),
    sealer: createSealer(config.keys),
    flowTokens: createFlowTokens(config.keys),
    deviceTokens: createDeviceTokens(config.keys),
  }
}

/** The methods that can work here: built-in ones whose ports are there, and the host's own. */
function registeredMethods(config: TwoFactorConfig, policy: Policy, catalog: Catalog): readonly HostMethod[] {
  const { mailer, sms, phoneNumbers, methods = [] } = config
  const registered: HostMethod[] = [{ method: authenticatorMethod() }]
  if (mailer !== undefined) {
    const challengeSeconds = policy.lifetimes.emailCodeSeconds
    registered.push({ method: emailMethod({ challengeSeconds }), deliver: byMail(mailer, catalog, policy) })
  }
  if (sms !== undefined && phoneNumbers !== undefined) {
    const challengeSeconds = policy.lifetimes.smsCodeSeconds
    const parseAddress = (text: string) => phoneNumbers.toE164(text)
    registered.push({
      method: smsMethod({ challengeSeconds, parseAddress }),
      deliver: bySms(sms, catalog, policy),
    })
  }
  return [...registered, ...methods]
}

/** What of a configuration is missing altogether; a host in plain JavaScript has no compiler to say so. */
function portFaults(config: TwoFactorConfig): readonly ConfigFault[] {
  const faults: ConfigFault[] = []
  if (typeof config.store?.load !== 'function') faults.push({ field: 'store', message: 'must be a Store' })
  faults.push(...keyFaults(config.keys))
  if (typeof config.findUser !== 'function') faults.push({ field: 'findUser', message: 'must be a function' })
  return faults
}

function keyFaults(keys: Keys): readonly ConfigFault[] {
  if (!Array.isArray(keys?.ring)) return [{ field: 'keys', message: 'must be a key ring; see keyRing' }]
  try {
    keyRing(keys.ring)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

const portsOf: Readonly<Record<string, string>> = {
  email: 'needs a mailer',
  sms: 'needs an sms sender and phoneNumbers',
}

function methodFaults(
  config: TwoFactorConfig,
  policy: Policy,
  registered: readonly HostMethod[],
): readonly ConfigFault[] {
  const faults: ConfigFault[] = []
  const kinds = registered.map(({ method }) => method.kind)
  for (const kind of policy.methods) {
    if (!kinds.includes(kind))
      faults.push({ field: 'policy.methods', message: `"${kind}" ${portsOf[kind] ?? 'is not registered'}` })
  }
  for (const { method, deliver } of config.methods ?? []) {
    const field = `methods.${method.kind}`
    if (!/^[a-z][a-z0-9_]{0,31}$/.test(method.kind))
      faults.push({ field, message: 'must be a snake_case name' })
    if (kinds.filter((kind) => kind === method.kind).length > 1)
      faults.push({ field, message: 'is registered twice' })
    if (method.kind === 'recovery_code') faults.push({ field, message: 'is the name of a rescue' })
    if (method.addressed === 'given' && method.parseAddress === undefined) {
      faults.push({ field, message: 'must parse the address that the user gives' })
    }
    if (deliver !== undefined && method.issue === undefined)
      faults.push({ field, message: 'issues nothing to deliver' })
    const { challengeSeconds = Number.POSITIVE_INFINITY } = method
    if (
      deliver !== undefined &&
      method.issue !== undefined &&
      !(challengeSeconds > 0 && challengeSeconds <= MAX_CODE_SECONDS)
    ) {
      faults.push({ field, message: `must let a code live at most ${MAX_CODE_SECONDS} seconds` })
    }
  }
  if (config.mailer === undefined) {
    if (policy.rescue.email !== false)
      faults.push({ field: 'policy.rescue.email', message: 'needs a mailer' })
    if (policy.rescue.help !== false) faults.push({ field: 'policy.rescue.help', message: 'needs a mailer' })
  }
  return faults
}
