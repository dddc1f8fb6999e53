import type { EnrollmentId } from '../../ids.ts'
import type { Profile } from '../../profile/profile.ts'
import type { AuditEvent } from '../audit.ts'
import type { FlowContext, FlowFields } from '../context.ts'
import type { Tell } from '../effects.ts'
import { type Notice, notify } from '../notices.ts'
import type { Stage, Target } from '../stage.ts'

/** What an update changes in the context. Updates are pure: the same context and event give the same change. */
export type Update = Partial<Pick<FlowContext, 'flow' | 'profile' | 'tells' | 'refusal'>>

/** Puts a flow into a stage. */
export function onStage(context: FlowContext, stage: Stage): { readonly flow: FlowFields } {
  return { flow: { ...context.flow, stage } }
}

/** Opens a challenge of a target: the engine is asked for what it needs. */
export function open(context: FlowContext, target: Target): Update {
  return onStage(context, { phase: 'opening', target })
}

/** What is told so far, with more for the audit log. */
export function audit(context: FlowContext, ...events: readonly AuditEvent[]): readonly Tell[] {
  return [...context.tells, ...events.map((event) => ({ kind: 'audit', event }) as const)]
}

/** A changed profile with what the log and the user are told of it. */
export function told(
  context: FlowContext,
  changed: Profile,
  events: readonly AuditEvent[],
  notices: readonly Notice[] = [],
): { readonly profile: Profile; readonly tells: readonly Tell[] } {
  const { profile, tells } = notify(context, changed, notices)
  return { profile, tells: [...audit(context, ...events), ...tells] }
}

/** What a proof is a proof of, as the audit log names it. */
export function proofOf(
  target: Target,
  method: string,
): { readonly method: string; readonly enrollment?: EnrollmentId } {
  return target.of === 'enrollment' ? { method, enrollment: target.enrollment } : { method }
}
