import { z } from 'zod'
import { FLOW_RANDOM_BYTES } from '../crypto/flow-token.ts'
import { InputError } from '../errors.ts'
import type { CallerFacts } from '../flow/context.ts'
import {
  type ClientEventType,
  clientEventSchemas,
  type ParsedClientEvent,
  parseClientEvent,
} from '../flow/events.ts'
import { channelSchema } from '../flow/snapshot.ts'
import type { FlowKind, Run } from '../flow/stage.ts'
import { type FlowToken, parseUserId, type UserId } from '../ids.ts'
import { describePolicy } from '../policy/describe.ts'
import { type Environment, parseConfig, type TwoFactorConfig } from './config.ts'
import { createDevices, createRecoveryCodes, createUsers } from './operators.ts'
import { rekey } from './rekey.ts'
import { runStep, viewFlow, viewSetup } from './run-step.ts'
import type { Untimed } from './settle.ts'
import { type SetupView, type Step, show, toStep, unavailable } from './step.ts'
import type { Caller, SendOptions, TwoFactor } from './two-factor.ts'

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
    channel: channelSchema.nullish(),
  }),
  remembered: z.string().nullish(),
  remember: z.boolean().optional(),
})
const callerSchema = z.strictObject({
  userId: z.unknown(), // as above
  firstFactorAt: epochMs.nullish(),
  firstFactorChannel: channelSchema.nullish(),
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
    viewSetup: async (input) => {
      const { userId, facts } = parseCaller(input?.caller)
      const shown = await show(env, userId, await viewSetup(env, { userId, caller: facts }))
      return shown as SetupView // a setup that has just started is `managing`, or has ended
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
  const {
    userId,
    firstFactorAt = null,
    firstFactorChannel = null,
    secondFactorAt = null,
  } = parseInput(callerSchema, 'caller', caller)
  return { userId: parseUserId(userId), facts: { firstFactorAt, firstFactorChannel, secondFactorAt } }
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
