import { z } from 'zod'
import type { ChallengeId, DeviceId, Digest, EpochMs, Sealed } from '../ids.ts'
import type { Json } from '../json.ts'
import { MAX_NAME_LENGTH, MAX_TEXT_LENGTH } from '../policy/defaults.ts'
import type { PendingEnrollment, Run } from './stage.ts'

/** A way in for a user who has lost a factor. */
export type RescueOption = 'recovery_code' | 'email' | 'help'

/** Whether a proven enrollment replaces the primary one or is added to what is there. */
export type EnrollmentMode = 'replace' | 'add'

/** What a transport hands to `send`. */
export type ClientEvent =
  | {
      readonly type: 'proof_submitted'
      /** The code, as the user typed it. */
      readonly proof: string
      /** Whether to remember this browser, where the policy allows it. */
      readonly remember?: boolean | undefined
    }
  | {
      readonly type: 'method_selected'
      /** A method, meaning its preferred enrollment, or the id of an enrollment. */
      readonly method: string
    }
  /** Back to the choice of method. */
  | { readonly type: 'selection_requested' }
  /** A new code, in place of the one that was sent. */
  | { readonly type: 'resend_requested' }
  | { readonly type: 'rescue_requested'; readonly option: RescueOption }
  | {
      readonly type: 'enrollment_requested'
      readonly method: string
      /** Where its codes go, for a method that needs it: a phone number for `sms`. */
      readonly address?: string | undefined
      /** What the user calls it: at most 64 characters. */
      readonly name?: string | undefined
      /** `replace` (the default) puts it in the place of the primary enrollment. */
      readonly mode?: EnrollmentMode | undefined
    }
  | { readonly type: 'rename_requested'; readonly enrollment: string; readonly name: string }
  | { readonly type: 'preference_requested'; readonly enrollment: string }
  | { readonly type: 'removal_requested'; readonly enrollment: string }
  | { readonly type: 'disable_requested' }
  | { readonly type: 'recovery_codes_requested' }
  | { readonly type: 'cancel_requested' }

/** The name of an event that a client may send. */
export type ClientEventType = ClientEvent['type']

/** A client's event after parsing: `mode` has its default. */
export type ParsedClientEvent =
  | Exclude<ClientEvent, { readonly type: 'enrollment_requested' }>
  | (Extract<ClientEvent, { readonly type: 'enrollment_requested' }> & { readonly mode: EnrollmentMode })

const text = z.string().max(MAX_TEXT_LENGTH)
const enrollment = text.describe('The id of an enrollment.')
const name = z.string().trim().max(MAX_NAME_LENGTH)

/** The schema of each event that a client may send, each strict: an unknown field is a fault. */
export const clientEventSchemas: {
  readonly [Type in ClientEventType]: z.ZodType<Extract<ParsedClientEvent, { readonly type: Type }>>
} = {
  proof_submitted: z.strictObject({
    type: z.literal('proof_submitted'),
    proof: text.describe('The code, as the user typed it.'),
    remember: z
      .boolean()
      .optional()
      .describe('Whether to remember this browser, where the policy allows it.'),
  }),
  method_selected: z.strictObject({
    type: z.literal('method_selected'),
    method: text.describe('A method, meaning its preferred enrollment, or the id of an enrollment.'),
  }),
  selection_requested: z.strictObject({ type: z.literal('selection_requested') }),
  resend_requested: z.strictObject({ type: z.literal('resend_requested') }),
  rescue_requested: z.strictObject({
    type: z.literal('rescue_requested'),
    option: z
      .enum(['recovery_code', 'email', 'help'])
      .describe('One of the rescue options that the step offers.'),
  }),
  enrollment_requested: z.strictObject({
    type: z.literal('enrollment_requested'),
    method: text.describe('The method to enroll.'),
    address: text
      .optional()
      .describe('Where its codes go, for a method that needs it: a phone number for sms.'),
    name: name.optional().describe('What the user calls it.'),
    mode: z
      .enum(['replace', 'add'])
      .default('replace')
      .describe('Whether a proven enrollment replaces the primary one or is added.'),
  }),
  rename_requested: z.strictObject({
    type: z.literal('rename_requested'),
    enrollment,
    name: name.min(1).describe('Its new name.'),
  }),
  preference_requested: z.strictObject({ type: z.literal('preference_requested'), enrollment }),
  removal_requested: z.strictObject({ type: z.literal('removal_requested'), enrollment }),
  disable_requested: z.strictObject({ type: z.literal('disable_requested') }),
  recovery_codes_requested: z.strictObject({ type: z.literal('recovery_codes_requested') }),
  cancel_requested: z.strictObject({ type: z.literal('cancel_requested') }),
}

/** The names of all events that a client may send. */
export const clientEventTypes: readonly ClientEventType[] = Object.keys(
  clientEventSchemas,
) as ClientEventType[] // the keys of the record above

/** A client's event after parsing, or the field that is at fault (null: one that is not of this event). */
export type ClientEventParse =
  | { readonly kind: 'parsed'; readonly event: ParsedClientEvent }
  | { readonly kind: 'malformed'; readonly field: string | null }

/** Whether a name is that of an event a client may send. */
export function isClientEventType(type: unknown): type is ClientEventType {
  return typeof type === 'string' && Object.hasOwn(clientEventSchemas, type)
}

/** Parses what came through the public door. An engine event is as unknown here as any other nonsense. */
export function parseClientEvent(value: unknown): ClientEventParse {
  const type: unknown =
    typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined
  if (!isClientEventType(type)) return { kind: 'malformed', field: 'type' }
  const parsed = clientEventSchemas[type].safeParse(value)
  if (parsed.success) return { kind: 'parsed', event: parsed.data }
  const field = parsed.error.issues[0]?.path[0]
  // The name of an unknown field is the client's own text: it is not echoed.
  return { kind: 'malformed', field: typeof field === 'string' ? field : null }
}

interface Timed {
  /** When the event reached the engine. */
  readonly at: EpochMs
}

type Submitted = Extract<ParsedClientEvent, { readonly type: 'proof_submitted' }>
type Requested = Extract<ParsedClientEvent, { readonly type: 'enrollment_requested' }>

/**
 * A client's event as the machine sees it: a proof stays with the engine, and an address has been
 * parsed to its canonical form (null: it is not valid; absent: none was given).
 */
export type MachineClientEvent = Timed &
  (
    | Exclude<ParsedClientEvent, Submitted | Requested>
    | { readonly type: Submitted['type'] }
    | (Omit<Requested, 'address'> & { readonly address?: string | null | undefined })
  )

/**
 * A fact that only the engine can state. No client event becomes one: a transport that passes `proof_accepted`
 * to `send` is refused like any malformed event.
 */
export type EngineEvent = Timed &
  (
    | { readonly type: 'enrollment_prepared'; readonly pending: PendingEnrollment }
    | {
        readonly type: 'challenge_opened'
        readonly challenge: ChallengeId
        readonly digest: Digest | null
        readonly hint: Json
      }
    | {
        readonly type: 'proof_accepted'
        /** What the method remembers from now on; null for a recovery code. */
        readonly methodData: Json
        /** The digest of the recovery code that was used; null for every other proof. */
        readonly recoveryCode: Digest | null
        /** Whether to remember this browser, as asked for with the proof; null: as asked for at the start. */
        readonly remember: boolean | null
        /** The id for a new remembered device, should one be remembered. */
        readonly device: DeviceId
      }
    | { readonly type: 'proof_rejected'; readonly cause: string }
    | { readonly type: 'proof_malformed' }
    | {
        readonly type: 'recovery_codes_drawn'
        readonly digests: readonly Digest[]
        readonly sealed: Sealed | null
      }
    | { readonly type: 'delivery_failed'; readonly challenge: ChallengeId; readonly definite: boolean }
    | { readonly type: 'help_failed'; readonly definite: boolean }
    | { readonly type: 'flow_expired' }
    | { readonly type: 'flow_superseded' }
    | { readonly type: 'user_inactive' }
  )

/** Everything that can happen to a flow once it has started. */
export type FlowEvent = MachineClientEvent | EngineEvent

/** The event of one type. */
export type EventOf<Type extends FlowEvent['type']> = Extract<FlowEvent, { readonly type: Type }>

/** How a flow starts. */
export interface FlowStart {
  readonly at: EpochMs
  readonly run: Run
  /** A remembered device whose token the engine has found genuine, for this user and stamp. */
  readonly remembered: { readonly device: DeviceId; readonly epoch: number } | null
}
