import { ConfigError, type Enrollment, emptyProfile, type PolicyInput, type Profile } from '@sallyport/core'
import {
  builtInMethodFacts,
  type CallerFacts,
  type Facts,
  type FlowStart,
  type MethodFacts,
  parsePolicy,
  type Run,
  type UserFacts,
} from '@sallyport/core/flow'

/** The moment at which every search begins, in epoch milliseconds. */
export const START_MS = 1_700_000_000_000

/** Where a search begins: who the user is, what they have, and what they are about to do. Plain JSON. */
export interface Beginning {
  readonly name: string
  readonly run: Run
  readonly facts: Facts
  readonly profile: Profile
  /** The token of a remembered device that the browser brings along. */
  readonly remembered: FlowStart['remembered']
}

/**
 * How far a search goes. The first four cap the policy's own numbers: the rules do not depend on how large a
 * number is, only on whether it is used up, and a small one is used up soon.
 */
export interface Bounds {
  readonly attemptsPerFlow: number
  readonly failuresPerLock: number
  readonly codesPerTenMinutes: number
  readonly codesPerDay: number
  /** How many flows the same user runs, one after the other. */
  readonly flows: number
  /** How often, in one history, the host or another flow of the user changes something meanwhile. */
  readonly changesMeanwhile: number
  /** Whether standings that differ only in how far ahead a limit of time is are taken for one. */
  readonly times: 'past_or_not' | 'exact'
}

/** The bounds of a search that takes seconds. */
export const defaultBounds: Bounds = Object.freeze({
  attemptsPerFlow: 2,
  failuresPerLock: 3,
  codesPerTenMinutes: 2,
  codesPerDay: 3,
  flows: 1,
  changesMeanwhile: 0,
  times: 'past_or_not',
})

/** A policy as the explorer takes it, and what else there is to know of a deployment. */
export interface Deployment {
  readonly policy: PolicyInput
  /** Methods of the host's own, beside those that core brings; see `methodFactsOf`. */
  readonly methods?: readonly MethodFacts[]
  /** What the host says of the user, where it is not the usual: an active user with a mail address. */
  readonly user?: Partial<UserFacts>
  /** How the user's session has proven its factors: both at the start and over no channel, unless said otherwise. */
  readonly caller?: CallerFacts
}

/**
 * The facts that the machine decides on, with the policy's numbers capped.
 *
 * @throws {ConfigError} When the policy cannot work.
 */
export function factsOf(
  { policy: input, methods = [], user = {}, caller }: Deployment,
  bounds: Bounds,
): Facts {
  const parsed = parsePolicy(input)
  if ('faults' in parsed) throw new ConfigError(parsed.faults)
  const { policy, rules } = parsed
  const known = { label: 'bob', email: 'bob@acme.test', phone: null, ...user }
  const ruled = { id: 'bob', label: known.label, email: known.email, phone: known.phone }
  return {
    user: {
      active: true,
      required: rules.required(ruled),
      mayEnrollAtLogin: rules.enrollAtLogin(ruled),
      stamps: [named('stamp')],
      ...known,
    },
    policy: {
      ...policy,
      throttle: {
        ...policy.throttle,
        attemptsPerFlow: Math.min(policy.throttle.attemptsPerFlow, bounds.attemptsPerFlow),
        failuresPerLock: Math.min(policy.throttle.failuresPerLock, bounds.failuresPerLock),
      },
      delivery: {
        ...policy.delivery,
        perTenMinutes: Math.min(policy.delivery.perTenMinutes, bounds.codesPerTenMinutes),
        perDay: Math.min(policy.delivery.perDay, bounds.codesPerDay),
      },
    },
    methods: { ...builtInMethodFacts(policy), ...Object.fromEntries(methods.map((one) => [one.kind, one])) },
    caller: caller ?? { firstFactorAt: START_MS, firstFactorChannel: null, secondFactorAt: START_MS },
  }
}

/** Ids in a model are short names: they are opaque to the machine, and a failure reads better. */
export function named<Id extends string>(name: string): Id {
  return name as Id
}

/** An enrollment that was proven before the search began. */
export function enrollmentOf(id: string, method: string, address: string | null = null): Enrollment {
  return {
    id: named(id),
    method,
    name: null,
    createdAt: START_MS - 1000,
    lastUsedAt: null,
    address,
    secret: null,
    methodData: null,
  }
}

/** A profile with these enrollments, the first of them the preferred. */
export function profileWith(...enrollments: readonly Enrollment[]): Profile {
  const [first] = enrollments
  return first === undefined ? emptyProfile : { ...emptyProfile, epoch: 1, enrollments, preferred: first.id }
}

/** The profile with these recovery codes left, each named by its digest. */
export function withRecoveryCodes(profile: Profile, ...codes: readonly string[]): Profile {
  const unused = codes.map((code) => named<NonNullable<Profile['recoveryCodes']>['unused'][number]>(code))
  return { ...profile, recoveryCodes: { generatedAt: START_MS - 1000, unused, sealed: null } }
}

/** A login after a password, of a user who asks to be remembered. */
export const login: Run = {
  kind: 'login',
  firstFactor: { amr: ['pwd'], at: START_MS, channel: null },
  remember: true,
}

/** A login after a link or a code that came over a channel. */
export function loginOver(channel: 'email' | 'sms'): Run {
  return { kind: 'login', firstFactor: { amr: [channel], at: START_MS, channel }, remember: true }
}
