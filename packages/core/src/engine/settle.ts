import type { CallerFacts, Facts } from '../flow/context.ts'
import type { Tell } from '../flow/effects.ts'
import type { EngineEvent, FlowEvent, FlowStart, MachineClientEvent } from '../flow/events.ts'
import type { Refusal } from '../flow/refusal.ts'
import type { Run } from '../flow/stage.ts'
import { type Advance, advance, eventTaken, type Position, start } from '../flow/step.ts'
import type { DeviceId, EpochMs, FlowId, UserId } from '../ids.ts'
import type { Loaded } from '../ports/store.ts'
import type { Profile } from '../profile/profile.ts'
import { answer, type Secrets } from './answer.ts'
import type { Environment } from './config.ts'

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

/** What a step has read: all of it as of one moment. */
export interface Read {
  readonly at: EpochMs
  readonly loaded: Loaded
  readonly facts: Facts
  readonly profile: Profile
  readonly position: Position | undefined
}

/** What a step came to, before it is committed. */
export interface Settled {
  /** Undefined: there is no such flow. */
  readonly position: Position | undefined
  readonly refusal: Refusal | null
  readonly tells: readonly Tell[]
  readonly secrets: Secrets
  /** What the machine was given. */
  readonly given: { readonly start: FlowStart | null; readonly events: readonly FlowEvent[] }
}

/** Advances until the machine asks for nothing more. */
export async function settle(env: Environment, request: StepRequest, read: Read): Promise<Settled> {
  const { at, facts, profile } = read
  const secrets: Secrets = {
    proof: request.does === 'send' ? request.proof : null,
    remember: request.does === 'send' ? request.remember : null,
    code: null,
    provisioning: null,
    recoveryCodes: null,
  }
  const events: FlowEvent[] = []
  let started: FlowStart | null = null
  let step: Advance
  if (request.does === 'start') {
    started = { at, run: request.run, remembered: await rememberedDevice(env, request, read) }
    step = start(started, facts, profile)
  } else {
    const given = { start: started, events }
    if (read.position === undefined) return { position: undefined, refusal: null, tells: [], secrets, given }
    const event = eventTaken(read.position, facts, { ...request.event, at })
    events.push(event)
    step = advance(read.position, facts, event)
  }
  const tells = [...step.tells]
  let { refusal } = step
  while (step.ask !== null) {
    const { userId } = request
    const { label } = facts.user
    const now = Math.max(at, step.flow.lastAt)
    const event = await answer(step.ask, { env, position: step, userId, label, at: now, secrets })
    events.push(event)
    step = advance(step, facts, event)
    tells.push(...step.tells)
    refusal = step.refusal ?? refusal
  }
  return { position: step, refusal, tells, secrets, given: { start: started, events } }
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
