import type { MethodFacts } from '../flow/context.ts'
import { FAILURES_UNTIL_RESCUE } from './defaults.ts'
import type { Policy } from './policy.ts'

/** What a configuration does about one requirement. */
export interface PolicyReport {
  /** The requirement: an id of OWASP ASVS 5.0 or a section of NIST SP 800-63B-4. */
  readonly id: string
  /** What it asks, in our words. */
  readonly asks: string
  /** `host`: the library does its part, and only the host can do the rest. */
  readonly status: 'met' | 'not_met' | 'host'
  readonly why: string
}

type Finding = Pick<PolicyReport, 'status' | 'why'>

/** What is true of a configuration, as far as the requirements ask. */
interface Configuration {
  readonly policy: Policy
  /** The methods that can be enrolled. */
  readonly enrollable: readonly MethodFacts[]
}

interface Requirement {
  readonly id: string
  readonly asks: string
  readonly find: (configuration: Configuration) => Finding
}

const met = (why: string): Finding => ({ status: 'met', why })
const notMet = (why: string): Finding => ({ status: 'not_met', why })
const host = (why: string): Finding => ({ status: 'host', why })
const always =
  (finding: Finding): Requirement['find'] =>
  () =>
    finding

const offers = ({ enrollable }: Configuration, kind: string): boolean =>
  enrollable.some((method) => method.kind === kind)

const requirements: readonly Requirement[] = [
  {
    id: 'ASVS 6.3.3',
    asks: 'multi-factor authentication is used to reach the application',
    find: always(
      host('set `required` for everyone whom this level covers; a user without a factor passes by the first'),
    ),
  },
  {
    id: 'ASVS 6.3.4',
    asks: 'every path of authentication is equally strong, and none is undocumented',
    find: ({ policy: { rescue } }) =>
      rescue.email === false
        ? met(
            'every path asks for a proof of an enrollment in force, a recovery code or a device remembered after one',
          )
        : notMet('`rescue.email` lets whoever reads the user’s mail stand in for any stronger factor'),
  },
  {
    id: 'ASVS 6.3.5',
    asks: 'users are told of a failed second factor after a right password',
    find: always(met('the notice `second_factor_failed` goes out with the first failure in an hour')),
  },
  {
    id: 'ASVS 6.3.7',
    asks: 'users are told of changes to their factors',
    find: always(
      met('each change is told over another channel than the one that changed, where there is one'),
    ),
  },
  {
    id: 'ASVS 6.3.8',
    asks: 'no user can be found out from messages, codes or timing',
    find: always(
      host('a flow exists only after a right first factor; the host’s first step must not tell either'),
    ),
  },
  {
    id: 'ASVS 6.4.3',
    asks: 'resetting a password does not get around the second factor',
    find: always(
      host('change `securityStamp` with the password and send the user through `login` after a reset'),
    ),
  },
  {
    id: 'ASVS 6.4.4',
    asks: 'a lost factor is replaced only on evidence as strong as at enrollment',
    find: ({ policy: { rescue } }) =>
      rescue.email !== false && rescue.email.mayChangeFactors
        ? notMet('`rescue.email.mayChangeFactors` lets a mailed code change any factor')
        : host('a recovery code is such evidence; whoever answers a call for help must identify the caller'),
  },
  {
    id: 'ASVS 6.5.1',
    asks: 'look-up secrets, out-of-band codes and time-based codes work once',
    find: always(met('each is consumed in the commit that accepts it, also when many arrive at once')),
  },
  {
    id: 'ASVS 6.5.2',
    asks: 'look-up secrets below 112 bits are stored under a password hash, others hashed',
    find: ({ policy: { rescue } }) =>
      rescue.dangerouslyShowAgain
        ? notMet('`rescue.dangerouslyShowAgain` keeps the codes themselves, sealed')
        : met('recovery codes have 120 bits and are stored as SHA-256 over user and code'),
  },
  {
    id: 'ASVS 6.5.3',
    asks: 'secrets and codes come from a cryptographically secure generator',
    find: always(met('all of them are drawn from the random port, by default the platform’s CSPRNG')),
  },
  {
    id: 'ASVS 6.5.4',
    asks: 'look-up secrets and out-of-band codes have at least 20 bits, such as six digits',
    find: always(met('recovery codes have 120 bits, out-of-band codes six digits')),
  },
  {
    id: 'ASVS 6.5.5',
    asks: 'out-of-band codes live at most ten minutes, time-based codes thirty seconds',
    find: always(
      met(
        'no policy can exceed ten minutes; a time step is 30 s, with one step of drift each way (RFC 6238 §5.2)',
      ),
    ),
  },
  {
    id: 'ASVS 6.5.6',
    asks: 'any factor can be revoked when it is lost',
    find: always(
      met(
        'enrollments, recovery codes and devices are removed one by one or all at once, and flows die with them',
      ),
    ),
  },
  {
    id: 'ASVS 6.5.8',
    asks: 'time-based codes are checked against the server’s time',
    find: always(met('time comes from the clock port alone')),
  },
  {
    id: 'ASVS 6.6.1',
    asks: 'codes by phone are offered only with validated numbers and a stronger alternative',
    find: (configuration) => {
      if (!offers(configuration, 'sms')) return met('text messages are not offered')
      return offers(configuration, 'authenticator')
        ? met('a number is proven before it counts, and an authenticator is offered as well')
        : notMet('`methods` offers `sms` without `authenticator`')
    },
  },
  {
    id: 'ASVS 6.6.2',
    asks: 'an out-of-band code is bound to the request it was made for',
    find: always(met('its digest covers the challenge’s id, and a new challenge voids the old')),
  },
  {
    id: 'ASVS 6.6.3',
    asks: 'out-of-band codes are rate limited against guessing',
    find: ({ policy: { throttle } }) =>
      met(
        `${throttle.attemptsPerFlow} attempts a flow, ${throttle.failuresPerLock} failures a lock, over all flows`,
      ),
  },
  {
    id: 'ASVS 7.5.1',
    asks: 'factors are changed only after full reauthentication',
    find: ({ policy: { freshnessSeconds } }) =>
      met(
        `a change asks for a second-factor proof of the last ${freshnessSeconds} s; a remembered device is none`,
      ),
  },
  {
    id: 'ASVS 7.5.3',
    asks: 'sensitive operations ask for a further proof',
    find: always(host('run `stepUp` before them')),
  },
  {
    id: 'ASVS 16.3.1',
    asks: 'all authentication attempts are logged, with the factor that was used',
    find: always(
      met('every counted attempt and every ending is in the audit log, written in the same commit'),
    ),
  },
  {
    id: 'NIST 800-63B-4 §3.1.3.1',
    asks: 'mail is not used for out-of-band authentication',
    find: (configuration) => {
      if (offers(configuration, 'email')) return notMet('`methods` offers `email`')
      return configuration.policy.rescue.email === false
        ? met('mail is neither a method nor a rescue')
        : notMet('`rescue.email` accepts a mailed code')
    },
  },
  {
    id: 'NIST 800-63B-4 §3.1.3.2',
    asks: 'an out-of-band code is dead after ten minutes and accepted once',
    find: ({ policy: { lifetimes } }) =>
      met(`mail ${lifetimes.emailCodeSeconds} s, text ${lifetimes.smsCodeSeconds} s, each once`),
  },
  {
    id: 'NIST 800-63B-4 §3.1.3.3',
    asks: 'the phone network is restricted: an alternative is offered',
    find: (configuration) =>
      offers(configuration, 'sms') && configuration.enrollable.length === 1
        ? notMet('`sms` is the only method')
        : met('no user has to rely on text messages'),
  },
  {
    id: 'NIST 800-63B-4 §3.2.2',
    asks: 'at most 100 consecutive failures',
    find: always(
      met(
        `waits double, and failure ${FAILURES_UNTIL_RESCUE} locks until a recovery code or an administrator helps`,
      ),
    ),
  },
  {
    id: 'NIST 800-63B-4 §4.1.2',
    asks: 'binding another authenticator asks for a recent proof and is told to the user',
    find: always(
      met('a setup asks for a fresh second factor, proves the new one in the same flow and notifies'),
    ),
  },
]

/** Says of each requirement whether this configuration meets it, and why. */
export function describePolicy(
  policy: Policy,
  methods: Readonly<Record<string, MethodFacts>>,
): readonly PolicyReport[] {
  const enrollable = policy.methods.map((kind) => methods[kind]).filter((method) => method !== undefined)
  return requirements.map(({ id, asks, find }) => ({ id, asks, ...find({ policy, enrollable }) }))
}
