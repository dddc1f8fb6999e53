/**
 * A flow as pure functions over plain JSON, for what steps flows without an engine: a model explorer, a
 * simulator, a replay. A host that logs users in wants `createTwoFactor`, which does the rest of a step.
 */
export type { AuditEvent } from './flow/audit.ts'
export type { CallerFacts, Facts, FlowFields, MethodFacts, UserFacts } from './flow/context.ts'
export type { Ask, Destination, Tell } from './flow/effects.ts'
export {
  type EngineEvent,
  type FlowEvent,
  type FlowStart,
  isClientEventType,
  type MachineClientEvent,
} from './flow/events.ts'
export { builtInMethodFacts, methodFactsOf } from './flow/method-facts.ts'
export type { Ending } from './flow/outcome.ts'
export type { Challenge, EnrollmentRequest, PendingEnrollment, Run, Stage, Target } from './flow/stage.ts'
export {
  type Advance,
  advance,
  type FlowState,
  flowStates,
  isFinal,
  type Position,
  start,
} from './flow/step.ts'
export { type ParsedPolicy, parsePolicy } from './policy/schema.ts'
