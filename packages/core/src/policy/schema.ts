import { z } from 'zod'
import type { ConfigFault } from '../errors.ts'
import {
  ATTEMPTS_PER_FLOW,
  DELIVERIES_PER_DAY,
  DELIVERIES_PER_WINDOW,
  EMAIL_CODE_SECONDS,
  FAILURES_PER_LOCK,
  FRESHNESS_SECONDS,
  LOCK_SECONDS,
  LOGIN_SECONDS,
  MAX_CODE_SECONDS,
  MAX_FLOW_SECONDS,
  MAX_LOCK_SECONDS,
  MAX_REMEMBER_DAYS,
  REMEMBER_DAYS,
  RESEND_SECONDS,
  SETUP_SECONDS,
  SMS_CODE_SECONDS,
  STEP_UP_SECONDS,
} from './defaults.ts'
import type { Policy, PolicyRules, UserRule } from './policy.ts'

const seconds = (max: number, byDefault: number) => z.int().min(1).max(max).default(byDefault)

/** As it stands in the last line of a text message: no scheme, no port, no path. */
const hostName = z.string().regex(/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)*$/i, 'must be a bare host name')

const userRule = z.union(
  [z.boolean(), z.custom<Exclude<UserRule, boolean>>((value) => typeof value === 'function')],
  {
    error: 'must be a boolean or a function of the user',
  },
)

const policySchema = z.strictObject({
  issuer: z
    .string()
    .min(1)
    .max(64)
    .refine((text) => !text.includes(':'), 'must not hold a colon (Key URI format)'),
  methods: z
    .array(z.string())
    .min(1)
    .refine((kinds) => new Set(kinds).size === kinds.length, 'must not name a method twice')
    .default(['authenticator']),
  required: userRule.default(false),
  enrollAtLogin: userRule.default(true),
  host: hostName.nullable().default(null),
  remember: z
    .union([
      z.literal(false),
      z.strictObject({ days: z.int().min(0).max(MAX_REMEMBER_DAYS).default(REMEMBER_DAYS) }),
    ])
    .default(false),
  rescue: z
    .strictObject({
      recoveryCodes: z.boolean().default(true),
      email: z
        .union([z.literal(false), z.strictObject({ mayChangeFactors: z.boolean().default(false) })])
        .default(false),
      help: z.union([z.literal(false), z.email()]).default(false),
      dangerouslyShowAgain: z.boolean().default(false),
    })
    .prefault({}),
  freshnessSeconds: seconds(86_400, FRESHNESS_SECONDS),
  throttle: z
    .strictObject({
      attemptsPerFlow: z.int().min(1).max(10).default(ATTEMPTS_PER_FLOW),
      failuresPerLock: z.int().min(3).max(50).default(FAILURES_PER_LOCK),
      lockSeconds: seconds(MAX_LOCK_SECONDS, LOCK_SECONDS),
    })
    .prefault({}),
  delivery: z
    .strictObject({
      resendSeconds: seconds(MAX_CODE_SECONDS, RESEND_SECONDS),
      perTenMinutes: z.int().min(1).max(100).default(DELIVERIES_PER_WINDOW),
      perDay: z.int().min(1).max(100).default(DELIVERIES_PER_DAY),
    })
    .prefault({}),
  lifetimes: z
    .strictObject({
      loginSeconds: seconds(MAX_FLOW_SECONDS, LOGIN_SECONDS),
      setupSeconds: seconds(MAX_FLOW_SECONDS, SETUP_SECONDS),
      stepUpSeconds: seconds(MAX_FLOW_SECONDS, STEP_UP_SECONDS),
      emailCodeSeconds: seconds(MAX_CODE_SECONDS, EMAIL_CODE_SECONDS),
      smsCodeSeconds: seconds(MAX_CODE_SECONDS, SMS_CODE_SECONDS),
    })
    .prefault({}),
})

/** A policy taken apart into what is data and what is the host's code. */
export interface ParsedPolicy {
  readonly policy: Policy
  readonly rules: PolicyRules
}

/** Parses a policy, or says everything that is wrong with it. */
export function parsePolicy(input: unknown): ParsedPolicy | { readonly faults: readonly ConfigFault[] } {
  const parsed = policySchema.safeParse(input)
  if (!parsed.success) {
    return {
      faults: parsed.error.issues.map(({ path, message }) => ({
        field: ['policy', ...path].join('.'),
        message,
      })),
    }
  }
  const { required, enrollAtLogin, ...policy } = parsed.data
  return {
    policy: deepFreeze(policy),
    rules: { required: toRule(required), enrollAtLogin: toRule(enrollAtLogin) },
  }
}

function toRule(rule: UserRule): PolicyRules['required'] {
  return typeof rule === 'boolean' ? () => rule : rule
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner)
    Object.freeze(value)
  }
  return value
}
