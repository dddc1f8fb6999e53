import { z } from 'zod'
import { FLOW_RANDOM_BYTES } from '../crypto/flow-token.ts'
import { InputError } from '../errors.ts'
import type { CallerFacts } from '../flow/context.ts'
import {
  type ClientEvent,
  type ClientEventType,
  clientEventSchemas,
  type ParsedClientEvent,
  parseClientEvent,
} from '../flow/events.ts'
import type { FlowKind, Run } from '../flow/stage.ts'
import { type EpochMs, type FlowToken, parseUserId, type UserId } from '../ids.ts'
import type { Channel } from '../methods/method.ts'
import { describePolicy, type PolicyReport } from '../policy/describe.ts'
import type { Policy } from '../policy/policy.ts'
import { type Environment, parseConfig, type TwoFactorConfig } from './config.ts'
import {
  createDevices,
  createRecoveryCodes,
  createUsers,
  type Devices,
  type RecoveryCodeCalls,
  type RekeyReport,
  rekey,
  type Users,
} from './operators.ts'
import { runStep, type Untimed, viewFlow } from './run-step.ts'
import { type Step, toStep, unavailable } from './step.ts'

/** How the host has proven the first factor. */
export interface FirstFactorInput {
  /** Authentication Method Reference values (RFC 8176), such as `['pwd']`. */
  readonly amr: readonly string[]
  readonly at: EpochMs
  /** Set when it came over a channel (a magic link, a texted code): that channel is then not offered again. */
  readonly channel?: Channel | null
}

export interface LoginInput {
  readonly userId: string
  readonly firstFactor: FirstFactorInput
  /** The token of a remembered device that the browser has sent, if any. Any text is safe to pass. */
  readonly remembered?: string | null
  /** Whether the user wants this browser to be remembered. */
  readonly remember?: boolean
}

/** The session that asks, in a setup or a step-up: whose it is, and when it last proved its factors. */
export interface Caller {
  readonly userId: string
  /** When the session's login proved the first factor. */
  readonly firstFactorAt?: EpochMs | null
  /**
   * The `secondFactorAt` of the last outcome this session was given, `authenticated` or `verified`. It is null
   * for a remembered device, and must not be filled in from anything else.
   */
  readonly secondFactorAt?: EpochMs | null
}

/** Who asks. Needed for setup and step-up flows; a login has no session yet. */
export interface SendOptions {
  readonly caller?: Caller
}

/** The second door of a login. Made by {@link createTwoFactor}; holds no state of its own. */
export interface TwoFactor {
  /** Takes over after the first factor: ends at once, or says what the user has to do. */
  login(input: LoginInput): Promise<Step>
  /** Opens the user's setup. What it may change depends on how fresh the caller's session is. */
  setup(input: { readonly caller: Caller }): Promise<Step>
  /** Asks the user of a session for a second factor again, before a sensitive action (RFC 9470). */
  stepUp(input: { readonly caller: Caller }): Promise<Step>
  /**
   * Sends one event to a flow. A malformed event is refused as any other is.
   *
   * @throws {TokenError} `token_invalid` for a token that these keys did not make; it counts against nobody.
   */
  send(flow: string, event: ClientEvent, options?: SendOptions): Promise<Step>
  /**
   * Shows a flow without changing it; never an outcome, a code or provisioning data.
   *
   * @throws {TokenError} As {@link TwoFactor.send}.
   */
  view(flow: string, options?: SendOptions): Promise<Step>
  /** Ends a flow at the user's wish. Throws as {@link TwoFactor.send}. */
  cancel(flow: string, options?: SendOptions): Promise<Step>
  readonly users: Users
  readonly devices: Devices
  readonly recoveryCodes: RecoveryCodeCalls
  /** Seals every value of these users that is under an old key anew, and says which key ids are still in use. */
  rekey(userIds: Iterable<string> | AsyncIterable<string>): Promise<RekeyReport>
  /**
   * Removes flows that ended an hour ago or more. Call it now and then, until it gives less than `limit`.
   *
   * @returns How many were removed.
   */
  purge(limit?: number): Promise<number>
  /** Erases a user from every table, the audit log included. */
  forget(userId: string): Promise<void>
  /** The JSON Schema (draft 2020-12) of each event that a client may send. */
  describeEvents(): Readonly<Record<ClientEventType, object>>
  /** What this configuration meets, and does not meet, of OWASP ASVS 5.0 and NIST SP 800-63B-4, and why. */
  describePolicy(): readonly PolicyReport[]
  /** The resolved policy. */
  readonly policy: Policy
}

/** How long a flow stays after its end, so that a repeat gets a typed refusal. */
const PURGE_AFTER_MS = 3_600_000
/** Flows that one call of `purge` removes at the most, by default. */
const PURGE_LIMIT = 1_000

const epochMs = z.int().nonnegative()
const loginSchema = z.strictObject({
  userId: z.unknown(), // parsed by its own rule
  firstFactor: z.strictObject({
    amr: z.array(z.string().min(1).max(64)).max(16),
    at: epochMs,
    channel: z.enum(['email', 'sms']).nullish(),
  }),
  remembered: z.string().nullish(),
  remember: z.boolean().optional(),
})
const callerSchema = z.strictObject({
  userId: z.unknown(), // as above
  firstFactorAt: epochMs.nullish(),
  secondFactorAt: epochMs.nullish(),
})

/**
 * Puts the second door together.
 *
 * @throws {ConfigError} With every fault of the configuration.
 */
export function createTwoFactor(config: TwoFactorConfig): TwoFactor {
  const env = parseConfig(config)
  // Each is async, so that what is wrong with its input rejects the promise, as everything else does.
  return {
    async login(input) {
      const {
        userId,
        firstFactor,
        remembered = null,
        remember = false,
      } = parseInput(loginSchema, 'login', input)
      const { amr, at, channel = null } = firstFactor
      const run: Run = { kind: 'login', firstFactor: { amr, at, channel }, remember }
      return startFlow(env, parseUserId(userId), run, null, remembered)
    },
    setup: async (input) => {
      const { userId, facts } = parseCaller(input?.caller)
      return startFlow(env, userId, { kind: 'setup' }, facts, null)
    },
    stepUp: async (input) => {
      const { userId, facts } = parseCaller(input?.caller)
      return startFlow(env, userId, { kind: 'step_up' }, facts, null)
    },
    send: (flow, event, options) => sendEvent(env, flow, event, options),
    view: (flow, options) => viewStep(env, flow, options),
    cancel: (flow, options) => sendEvent(env, flow, { type: 'cancel_requested' }, options),
    users: createUsers(env),
    devices: createDevices(env),
    recoveryCodes: createRecoveryCodes(env),
    rekey: (userIds) => rekey(env, userIds),
    purge: async (limit = PURGE_LIMIT) => env.store.purge(env.clock.now() - PURGE_AFTER_MS, limit),
    forget: async (userId) => env.store.forget(parseUserId(userId)),
    describeEvents: () => describeEvents(),
    describePolicy: () => describePolicy(env.policy, env.methodFacts),
    policy: env.policy,
  }
}

async function startFlow(
  env: Environment,
  userId: UserId,
  run: Run,
  caller: CallerFacts | null,
  remembered: string | null,
): Promise<Step> {
  const { token, flowId } = env.flowTokens.mint({
    kind: run.kind,
    userId,
    random: env.random.bytes(FLOW_RANDOM_BYTES),
  })
  const result = await runStep(env, { does: 'start', userId, flowId, caller, run, remembered })
  return toStep(env, token, userId, result)
}

async function sendEvent(
  env: Environment,
  flow: string,
  event: unknown,
  options?: SendOptions,
): Promise<Step> {
  const opened = openFlow(env, flow, options)
  if (opened.isForeign) return unavailable(opened.token, { reason: 'wrong_caller' })
  const { token, request } = opened
  const parsed = parseClientEvent(event)
  if (parsed.kind === 'malformed') {
    const { field } = parsed
    const refusal = { reason: 'event_malformed', ...(field === null ? {} : { field }) } as const
    return toStep(env, token, request.userId, { ...(await viewFlow(env, request)), refusal })
  }
  const result = await runStep(env, { does: 'send', ...request, ...toMachineEvent(env, parsed.event) })
  return toStep(env, token, request.userId, result)
}

async function viewStep(env: Environment, flow: string, options?: SendOptions): Promise<Step> {
  const opened = openFlow(env, flow, options)
  if (opened.isForeign) return unavailable(opened.token, { reason: 'wrong_caller' })
  return toStep(env, opened.token, opened.request.userId, await viewFlow(env, opened.request))
}

/** Reads a flow's token, and whether the caller may continue it: a setup and a step-up belong to their user's sessions. */
function openFlow(env: Environment, flow: string, { caller }: SendOptions = {}) {
  const { kind, userId, flowId } = env.flowTokens.parse(flow)
  const token = flow as FlowToken // parsed just now
  if (isAnonymous(kind))
    return { isForeign: false, token, request: { userId, flowId, caller: null } } as const
  const parsed = caller === undefined ? null : parseCaller(caller)
  if (parsed?.userId !== userId) return { isForeign: true, token } as const
  return { isForeign: false, token, request: { userId, flowId, caller: parsed.facts } } as const
}

/** Whether a flow runs before there is a session. */
const isAnonymous = (kind: FlowKind): boolean => kind === 'login'

/** Takes from a client's event what the machine must not see: the proof, and an address that is not parsed yet. */
function toMachineEvent(
  env: Environment,
  event: ParsedClientEvent,
): { readonly event: Untimed; readonly proof: string | null; readonly remember: boolean | null } {
  const nothing = { proof: null, remember: null }
  if (event.type === 'proof_submitted') {
    return { event: { type: event.type }, proof: event.proof, remember: event.remember ?? null }
  }
  if (event.type !== 'enrollment_requested' || event.address === undefined) return { event, ...nothing }
  const { address, ...rest } = event
  const method = env.methods.get(event.method)?.method
  if (method?.addressed !== 'given') return { event: rest, ...nothing }
  return { event: { ...rest, address: method.parseAddress?.(address) ?? null }, ...nothing }
}

function parseCaller(caller: Caller): { readonly userId: UserId; readonly facts: CallerFacts } {
  const { userId, firstFactorAt = null, secondFactorAt = null } = parseInput(callerSchema, 'caller', caller)
  return { userId: parseUserId(userId), facts: { firstFactorAt, secondFactorAt } }
}

function parseInput<Output>(schema: z.ZodType<Output>, name: string, input: unknown): Output {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = [name, ...(issue?.path ?? [])].join('.')
  throw new InputError('input_invalid', field, `is not as expected: ${issue?.code ?? 'invalid'}`)
}

function describeEvents(): Readonly<Record<ClientEventType, object>> {
  return Object.fromEntries(
    Object.entries(clientEventSchemas).map(([type, schema]) => [
      type,
      z.toJSONSchema(schema, { io: 'input' }),
    ]),
  ) as Record<ClientEventType, object> // fromEntries loses the keys
}
