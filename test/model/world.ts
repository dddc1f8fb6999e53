import type { CallerFacts, Facts, MethodFacts } from '../../packages/core/src/flow/context.ts'
import type { Run } from '../../packages/core/src/flow/stage.ts'
import type { DeviceId, Digest, EnrollmentId } from '../../packages/core/src/ids.ts'
import type { PolicyInput } from '../../packages/core/src/policy/policy.ts'
import { parsePolicy } from '../../packages/core/src/policy/schema.ts'
import { START_MS } from '../../packages/testkit/src/explore/world.ts'

export {
  enrollmentOf as enrollment,
  login,
  profileWith,
  START_MS as START,
  withRecoveryCodes as withCodes,
} from '../../packages/testkit/src/explore/world.ts'

// Ids in a model are short names: they are opaque to the machine, and a failure reads better.
export const enrollmentId = (name: string) => name as EnrollmentId
export const digest = (name: string) => name as Digest
export const deviceId = (name: string) => name as DeviceId

const method = (facts: Partial<MethodFacts> & { readonly kind: string }): MethodFacts => ({
  amr: ['otp'],
  channel: null,
  addressed: 'none',
  sends: false,
  challengeSeconds: null,
  ...facts,
})

export const methods: Readonly<Record<string, MethodFacts>> = {
  authenticator: method({ kind: 'authenticator' }),
  email: method({
    kind: 'email',
    channel: 'email',
    addressed: 'user_email',
    sends: true,
    challengeSeconds: 300,
  }),
  sms: method({
    kind: 'sms',
    channel: 'sms',
    addressed: 'given',
    sends: true,
    challengeSeconds: 120,
    amr: ['sms'],
  }),
}

/** Small numbers, so that a search reaches every limit soon. */
const smallNumbers: Omit<PolicyInput, 'issuer'> = {
  methods: ['authenticator', 'email', 'sms'],
  throttle: { attemptsPerFlow: 2, failuresPerLock: 3, lockSeconds: 60 },
  delivery: { resendSeconds: 30, perTenMinutes: 2, perDay: 3 },
}

export function factsFor(policy: Partial<PolicyInput> = {}, user: Partial<Facts['user']> = {}): Facts {
  const parsed = parsePolicy({ issuer: 'Acme', ...smallNumbers, ...policy })
  if ('faults' in parsed)
    throw new Error(parsed.faults.map(({ field, message }) => `${field} ${message}`).join('; '))
  return {
    user: {
      label: 'bob',
      email: 'bob@acme.test',
      phone: null,
      active: true,
      required: policy.required === true,
      mayEnrollAtLogin: true,
      stamps: [digest('stamp')],
      ...user,
    },
    policy: parsed.policy,
    methods,
    caller: sessionOf(START_MS, START_MS),
  }
}

/** A session that has proven its factors at these times. */
export function sessionOf(
  firstFactorAt: number | null,
  secondFactorAt: number | null,
  firstFactorChannel: CallerFacts['firstFactorChannel'] = null,
): CallerFacts {
  return { firstFactorAt, firstFactorChannel, secondFactorAt }
}

export const setup: Run = { kind: 'setup' }
export const stepUp: Run = { kind: 'step_up' }
