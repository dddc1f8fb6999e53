import {
  type AuditRecord,
  type ClientEventType,
  clientEventTypes,
  type DeliveryEvent,
  type DeniedReason,
  type EndReason,
  type FlowPath,
  type NoticeKind,
  type ObservedEvent,
  type RefusalReason,
  refusalReasons,
  type Step,
  type Via,
} from '@sallyport/core'
import type { Sent } from '@sallyport/testkit'

/** What there is to see, by kind of sight. */
interface Sights {
  readonly state: Step['state']
  readonly path: FlowPath
  readonly event: ClientEventType
  readonly refusal: RefusalReason
  readonly via: Via
  readonly ending: DeniedReason | EndReason
  readonly message: 'code' | 'help' | NoticeKind
  readonly record: AuditRecord['kind'] | DeliveryEvent['kind']
}

type Kind = keyof Sights

/** Everything there is to see. The compiler adds what core adds: a tour that leaves it out does not compile. */
const sights: { readonly [K in Kind]: Readonly<Record<Sights[K], unknown>> } = {
  state: {
    selecting: true,
    challenging: true,
    enrolling: true,
    rescuing: true,
    managing: true,
    authenticated: true,
    verified: true,
    changed: true,
    disabled: true,
    denied: true,
    locked: true,
    expired: true,
    cancelled: true,
    unavailable: true,
  },
  path: { login: true, enrollment: true, setup: true, rescue: true, validity: true },
  event: Object.fromEntries(clientEventTypes.map((type) => [type, true])) as Record<ClientEventType, true>, // all of them
  refusal: refusalReasons,
  via: {
    enrollment: true,
    initial_enrollment: true,
    recovery_code: true,
    email_rescue: true,
    remembered_device: true,
    first_factor: true,
  },
  ending: {
    attempts_exhausted: true,
    inactive: true,
    no_usable_method: true,
    enrollment_not_allowed: true,
    not_enrolled: true,
    locked: true,
    flow_expired: true,
    cancelled_by_user: true,
    superseded: true,
  },
  message: {
    code: true,
    help: true,
    second_factor_failed: true,
    locked: true,
    factor_added: true,
    factor_replaced: true,
    factor_removed: true,
    two_factor_disabled: true,
    recovery_code_used: true,
    recovery_codes_low: true,
    recovery_codes_generated: true,
    profile_reset: true,
  },
  record: {
    flow_started: true,
    challenge_opened: true,
    delivery_failed: true,
    proof_accepted: true,
    proof_rejected: true,
    user_locked: true,
    user_unlocked: true,
    enrollment_added: true,
    enrollment_replaced: true,
    enrollment_removed: true,
    enrollment_renamed: true,
    enrollment_preferred: true,
    two_factor_disabled: true,
    profile_reset: true,
    device_remembered: true,
    device_used: true,
    device_revoked: true,
    recovery_codes_generated: true,
    recovery_code_used: true,
    recovery_codes_low: true,
    help_requested: true,
    flow_ended: true,
    code_sent: true,
    notice_sent: true,
    notice_failed: true,
    help_sent: true,
  },
}

/** Keeps count of what a tour has come by, so that a whole tour can say that it left nothing out. */
export interface Itinerary {
  readonly steps: number
  sent(type: ClientEventType): void
  step(step: Step): void
  message(sent: Sent): void
  observed(event: ObservedEvent): void
  /** What has not been seen, such as `refusal busy`. */
  missing(): readonly string[]
  /** How much has been seen of each kind. */
  readonly counts: readonly { readonly name: string; readonly count: number }[]
}

const names: Readonly<Record<Kind, string>> = {
  state: 'states',
  path: 'paths',
  event: 'events that a client can send',
  refusal: 'reasons for which an event is refused',
  via: 'ways to pass',
  ending: 'reasons for which a flow ends otherwise',
  message: 'kinds of messages',
  record: 'kinds of records, for the audit log and observers',
}

export function createItinerary(): Itinerary {
  const seen = new Map<string, Set<string>>(Object.keys(sights).map((kind) => [kind, new Set()]))
  let steps = 0
  const see = (kind: Kind, sight: string): void => {
    if (Object.hasOwn(sights[kind], sight)) seen.get(kind)?.add(sight) // a scene may send nonsense
  }
  const isSeen = (kind: string, sight: string): boolean => seen.get(kind)?.has(sight) === true

  return {
    get steps() {
      return steps
    },
    sent: (type) => see('event', type),
    step(step) {
      steps++
      see('state', step.state)
      if (step.refusal !== null) see('refusal', step.refusal.reason)
      if (step.state !== 'unavailable') see('path', step.path)
      if (step.outcome === undefined) return
      if ('via' in step.outcome) see('via', step.outcome.via)
      if ('reason' in step.outcome) see('ending', step.outcome.reason)
    },
    message: ({ message }) => see('message', message.kind),
    observed: ({ kind }) => see('record', kind),
    missing: () =>
      Object.entries(sights).flatMap(([kind, all]) =>
        Object.keys(all)
          .filter((sight) => !isSeen(kind, sight))
          .map((sight) => `${kind} ${sight}`),
      ),
    get counts() {
      return Object.entries(names).map(([kind, name]) => ({ name, count: seen.get(kind)?.size ?? 0 }))
    },
  }
}
