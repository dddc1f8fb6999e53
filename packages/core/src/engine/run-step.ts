import { StoreError } from '../errors.ts'
import type { Facts } from '../flow/context.ts'
import type { Ending } from '../flow/outcome.ts'
import type { Refusal } from '../flow/refusal.ts'
import { parseSnapshot, toSnapshot } from '../flow/snapshot.ts'
import { look, type Position, start } from '../flow/step.ts'
import type { CommitId, EpochMs, FlowId } from '../ids.ts'
import type { Provisioning } from '../methods/method.ts'
import type { Change } from '../ports/store.ts'
import { drawId } from './answer.ts'
import { commit, profileOf, writeOf } from './commit.ts'
import type { Environment } from './config.ts'
import { toFacts } from './facts.ts'
import { MAX_ATTEMPTS, pauseMs } from './retry.ts'
import {
  type FlowRequest,
  type Read,
  type Settled,
  type StepRequest,
  settle,
  type Untimed,
} from './settle.ts'
import { auditRecords, logStep, observe, tell } from './tell.ts'

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

/** What can be shown: a flow, as it stands. */
export type Standing = Pick<StepResult, 'at' | 'facts' | 'reveal'> & { readonly position: Position }

/** A step that has changed something. */
type Changed = Settled & { readonly position: Position }

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
    const changed: Changed = { ...settled, position }
    const change = changeOf(env, request, read, changed)
    const committed = await commit(env.store, change)
    if (committed === 'committed') return tellStep(env, request, read, changed, change)
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
): Promise<Standing> {
  const read = await readStep(env, request)
  const { at, facts, profile } = read
  const position = start({ at, run: { kind: 'setup' }, remembered: null }, facts, profile)
  return { at, facts, position, reveal: null }
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

/** All that a step changes, to be written whole. */
function changeOf(
  env: Environment,
  { userId, flowId }: StepRequest,
  { loaded, profile }: Read,
  { position, tells }: Changed,
): Change & Required<Pick<Change, 'flow'>> {
  const { state, flow } = position
  const expected = loaded.profile?.revision
  const isProfileChanged = position.profile !== profile
  return {
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
  }
}

/** Tells what a committed step told; a message that was not sent is fed back as a step of its own. */
async function tellStep(
  env: Environment,
  request: StepRequest,
  { facts, profile }: Read,
  { position, refusal, tells, secrets, given }: Changed,
  { commitId, flow: { revision }, audit }: ReturnType<typeof changeOf>,
): Promise<StepResult> {
  const { userId, flowId } = request
  const { stage, lastAt: at } = position.flow
  const reveal: Reveal = {
    ending: stage.phase === 'ended' ? stage.ending : null,
    provisioning: secrets.provisioning,
    recoveryCodes: secrets.recoveryCodes,
  }
  logStep(env, { userId, flow: flowId, revision, commit: commitId, profile, facts, ...given }, position)
  for (const record of audit) observe(env, { ...record, userId })
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
