import { StoreError } from '../errors.ts'
import type { CallerFacts, Facts } from '../flow/context.ts'
import type { Tell } from '../flow/effects.ts'
import type { EngineEvent, MachineClientEvent } from '../flow/events.ts'
import type { Ending } from '../flow/outcome.ts'
import type { Refusal } from '../flow/refusal.ts'
import { parseSnapshot, toSnapshot } from '../flow/snapshot.ts'
import type { Run } from '../flow/stage.ts'
import { type Advance, advance, look, type Position, start } from '../flow/step.ts'
import type { CommitId, DeviceId, EpochMs, FlowId, UserId } from '../ids.ts'
import type { Provisioning } from '../methods/method.ts'
import type { Loaded } from '../ports/store.ts'
import type { Profile } from '../profile/profile.ts'
import { answer, drawId, type Secrets } from './answer.ts'
import { commit, profileOf, writeOf } from './commit.ts'
import type { Environment } from './config.ts'
import { toFacts } from './facts.ts'
import { MAX_ATTEMPTS, pauseMs } from './retry.ts'
import { auditRecords, observe, tell } from './tell.ts'

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'at'> : never

/** An event before the engine has given it its time. */
export type Untimed = WithoutTime<MachineClientEvent> | WithoutTime<EngineEvent>

/** The flow that a step is about, and who asks. */
export interface FlowRequest {
  readonly userId: UserId
  readonly flowId: FlowId
  readonly caller: CallerFacts | null
}

/** What a step is asked to do: start a flow, or send an event to one. */
export type StepRequest = FlowRequest &
  (
    | { readonly does: 'start'; readonly run: Run; readonly remembered: string | null }
    | {
        readonly does: 'send'
        readonly event: Untimed
        readonly proof: string | null
        readonly remember: boolean | null
      }
  )

/** What only the call that committed a step may hand out, once. */
interface Reveal {
  readonly ending: Ending | null
  readonly provisioning: Provisioning | null
  readonly recoveryCodes: readonly string[] | null
}

/** The result of a step, before the facade dresses it. */
export interface StepResult {
  readonly at: EpochMs
  readonly facts: Facts
  /** Undefined: there is no such flow (any more). */
  readonly position: Position | undefined
  readonly refusal: Refusal | null
  /** Null: this call has committed nothing. */
  readonly reveal: Reveal | null
}

/** What a step has read: all of it as of one moment. */
interface Read {
  readonly at: EpochMs
  readonly loaded: Loaded
  readonly facts: Facts
  readonly profile: Profile
  readonly position: Position | undefined
}

/** What a step came to, before it is committed. */
interface Settled {
  /** Undefined: there is no such flow. */
  readonly position: Position | undefined
  readonly refusal: Refusal | null
  readonly tells: readonly Tell[]
  readonly secrets: Secrets
}

/**
 * Runs one step: `load → advance → answer → advance → commit → tell`. One load and one commit, unless another
 * step was faster: then it is done again from `load`, a bounded number of times. Nothing that the step found
 * out leaves before the commit that counts the attempt, consumes the code or stores its digest.
 */
export async function runStep(env: Environment, request: StepRequest): Promise<StepResult> {
  for (let attempt = 1; ; attempt += 1) {
    const read = await readStep(env, request, request.does === 'start' ? undefined : request.flowId)
    const settled = await settle(env, request, read)
    const { position, refusal } = settled
    const isUnchanged =
      position?.flow === read.position?.flow && (position?.profile ?? read.profile) === read.profile
    if (position === undefined || isUnchanged) return { ...read, position, refusal, reveal: null }
    const committed = await commitStep(env, request, read, { ...settled, position })
    if (committed === 'committed') return tellStep(env, request, { ...settled, position }, read.facts)
    if (committed === 'unknown') return { ...(await viewInDoubt(env, request)), refusal: { reason: 'busy' } }
    if (attempt === MAX_ATTEMPTS) return { ...(await viewFlow(env, request)), refusal: { reason: 'busy' } }
    await env.clock.wait(pauseMs(env, attempt))
  }
}

/** Reads a flow without touching it: what has expired or been superseded meanwhile is shown as such. */
export async function viewFlow(env: Environment, request: FlowRequest): Promise<StepResult> {
  const read = await readStep(env, request, request.flowId)
  const position = read.position && look(read.position, read.facts, read.at)
  return { ...read, position, refusal: null, reveal: null }
}

/** Reads what the start of a setup would show, and starts none. */
export async function viewSetup(
  env: Environment,
  request: Pick<FlowRequest, 'userId' | 'caller'>,
): Promise<StepResult> {
  const read = await readStep(env, request)
  const { at, facts, profile } = read
  const position = start({ at, run: { kind: 'setup' }, remembered: null }, facts, profile)
  return { ...read, position, refusal: null, reveal: null }
}

/** Shows a flow whose last step may have been made: a failure to do so must not say that it was not. */
async function viewInDoubt(env: Environment, request: FlowRequest): Promise<StepResult> {
  try {
    return await viewFlow(env, request)
  } catch (cause) {
    throw new StoreError('outcome_unknown', 'the store cannot say whether the step was made', { cause })
  }
}

async function readStep(
  env: Environment,
  { userId, caller }: Pick<FlowRequest, 'userId' | 'caller'>,
  flowId?: FlowId,
): Promise<Read> {
  const at = env.clock.now()
  const [loaded, user] = await Promise.all([env.store.load(userId, flowId), env.findUser(userId)])
  const profile = profileOf(loaded)
  const snapshot = loaded.flow === undefined ? undefined : parseSnapshot(loaded.flow.value)
  const position = snapshot && { state: snapshot.state, flow: snapshot.flow, profile }
  return { at, loaded, facts: toFacts(env, userId, user, caller), profile, position }
}

/** Advances until the machine asks for nothing more. */
async function settle(env: Environment, request: StepRequest, read: Read): Promise<Settled> {
  const { at, facts, profile } = read
  const secrets: Secrets = {
    proof: request.does === 'send' ? request.proof : null,
    remember: request.does === 'send' ? request.remember : null,
    code: null,
    provisioning: null,
    recoveryCodes: null,
  }
  let step: Advance
  if (request.does === 'start') {
    const remembered = await rememberedDevice(env, request, read)
    step = start({ at, run: request.run, remembered }, facts, profile)
  } else {
    if (read.position === undefined) return { position: undefined, refusal: null, tells: [], secrets }
    step = advance(read.position, facts, { ...request.event, at })
  }
  const tells = [...step.tells]
  let { refusal } = step
  while (step.ask !== null) {
    const { userId } = request
    const { label } = facts.user
    const now = Math.max(at, step.flow.lastAt)
    const event = await answer(step.ask, { env, position: step, userId, label, at: now, secrets })
    step = advance(step, facts, event)
    tells.push(...step.tells)
    refusal = step.refusal ?? refusal
  }
  return { position: step, refusal, tells, secrets }
}

/** The device that a genuine token of this user and stamp stands for; the profile's own record decides on it. */
async function rememberedDevice(
  env: Environment,
  request: StepRequest & { readonly does: 'start' },
  { at, facts }: Read,
): Promise<{ readonly device: DeviceId; readonly epoch: number } | null> {
  if (request.remembered === null) return null
  const claims = await env.deviceTokens.verify(request.remembered, { userId: request.userId, at })
  if (claims === undefined || !facts.user.stamps.includes(claims.stamp)) return null
  return { device: claims.deviceId, epoch: claims.epoch }
}

function commitStep(
  env: Environment,
  { userId, flowId }: StepRequest,
  { loaded, profile }: Read,
  { position, tells }: Settled & { readonly position: Position },
): ReturnType<typeof commit> {
  const { state, flow } = position
  const expected = loaded.profile?.revision
  const isProfileChanged = position.profile !== profile
  return commit(env.store, {
    userId,
    commitId: drawId<CommitId>(env),
    flow: {
      id: flowId,
      expiresAt: flow.expiresAt,
      ...writeOf(loaded.flow?.revision, toSnapshot(state, flow), env.random),
    },
    ...(isProfileChanged
      ? { profile: writeOf(expected, position.profile, env.random) }
      : expected === undefined
        ? {}
        : { profile: { expected } }),
    audit: auditRecords(tells, flow.lastAt, { id: flowId, kind: flow.run.kind }),
  })
}

/** Tells what a committed step told; a message that was not sent is fed back as a step of its own. */
async function tellStep(
  env: Environment,
  request: StepRequest,
  { position, refusal, tells, secrets }: Settled & { readonly position: Position },
  facts: Facts,
): Promise<StepResult> {
  const { userId, flowId } = request
  const { stage, lastAt: at, run } = position.flow
  const reveal: Reveal = {
    ending: stage.phase === 'ended' ? stage.ending : null,
    provisioning: secrets.provisioning,
    recoveryCodes: secrets.recoveryCodes,
  }
  for (const record of auditRecords(tells, at, { id: flowId, kind: run.kind }))
    observe(env, { ...record, userId })
  const undelivered = await tell(env, tells, {
    userId,
    label: facts.user.label,
    at,
    code: secrets.code,
    codeExpiresAt: stage.phase === 'proving' ? stage.challenge.expiresAt : at,
  })
  const done: StepResult = { at, facts, position, refusal, reveal }
  if (undelivered === undefined) return done
  const { definite } = undelivered
  const event: Untimed =
    undelivered.kind === 'code'
      ? { type: 'delivery_failed', challenge: undelivered.challenge, definite }
      : { type: 'help_failed', definite }
  const failed: Pick<StepResult, 'refusal'> = { refusal: { reason: 'delivery_failed' } }
  try {
    const { caller } = request
    const after = await runStep(env, {
      userId,
      flowId,
      caller,
      does: 'send',
      event,
      proof: null,
      remember: null,
    })
    // It may be the step that ended the flow, in which case this call is the one to tell how.
    return { ...after, ...failed, reveal: { ...reveal, ending: after.reveal?.ending ?? reveal.ending } }
  } catch {
    // The step itself is committed: that it could not be amended must not take its result from the caller.
    return { ...done, ...failed }
  }
}
