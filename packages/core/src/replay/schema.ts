import { z } from 'zod'
import { SnapshotError } from '../errors.ts'
import { faultyFields } from '../faulty-fields.ts'
import type { EventOf, FlowEvent } from '../flow/events.ts'
import { channelSchema, pendingSchema, runSchema } from '../flow/snapshot.ts'
import { type ChallengeId, type DeviceId, type Digest, parseUserId, type Sealed } from '../ids.ts'
import type { Json } from '../json.ts'
import { parsePolicy } from '../policy/schema.ts'
import { parseProfile } from '../profile/profile.ts'
import { type FlowLogEntry, LOG_VERSION } from './log-entry.ts'

const id = <Id extends string>(): z.ZodType<Id> => z.string().min(1).max(64) as unknown as z.ZodType<Id> // ids are opaque: the brand says where one came from
const epochMs = z.int().nonnegative()
const json = z.json() as z.ZodType<Json> // the same set of values, with readonly arrays

/** The shape of an event of one type, beside its type and its time. */
type FieldsOf<Type extends FlowEvent['type']> = {
  readonly [Field in Exclude<keyof EventOf<Type>, 'type' | 'at'>]: z.ZodType<EventOf<Type>[Field]>
}

const enrollment = z.string()
const definite = z.boolean()

const eventFields: { readonly [Type in FlowEvent['type']]: FieldsOf<Type> } = {
  proof_submitted: {},
  method_selected: { method: z.string() },
  selection_requested: {},
  resend_requested: {},
  rescue_requested: { option: z.enum(['recovery_code', 'email', 'help']) },
  enrollment_requested: {
    method: z.string(),
    address: z.string().nullish(),
    name: z.string().optional(),
    mode: z.enum(['replace', 'add']),
  },
  rename_requested: { enrollment, name: z.string() },
  preference_requested: { enrollment },
  removal_requested: { enrollment },
  disable_requested: {},
  recovery_codes_requested: {},
  cancel_requested: {},
  enrollment_prepared: { pending: pendingSchema },
  challenge_opened: { challenge: id<ChallengeId>(), digest: id<Digest>().nullable(), hint: json },
  proof_accepted: {
    methodData: json,
    recoveryCode: id<Digest>().nullable(),
    remember: z.boolean().nullable(),
    device: id<DeviceId>(),
  },
  proof_rejected: { cause: z.string() },
  proof_malformed: {},
  recovery_codes_drawn: {
    digests: z.array(id<Digest>()),
    sealed: (z.string() as unknown as z.ZodType<Sealed>).nullable(), // the seal is checked when it is opened
  },
  delivery_failed: { challenge: id<ChallengeId>(), definite },
  help_failed: { definite },
  flow_expired: {},
  flow_superseded: {},
  user_inactive: {},
}

const eventSchemas: readonly z.ZodObject[] = Object.entries(eventFields).map(([type, fields]) =>
  z.strictObject({ type: z.literal(type), at: epochMs, ...fields }),
)

const factsSchema = z.strictObject({
  user: z.strictObject({
    label: z.string(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    active: z.boolean(),
    required: z.boolean(),
    mayEnrollAtLogin: z.boolean(),
    stamps: z.array(id<Digest>()).min(1),
  }),
  policy: z.unknown(), // parsed by its own rule
  methods: z.record(
    z.string(),
    z.strictObject({
      kind: z.string(),
      amr: z.array(z.string()),
      channel: channelSchema.nullable(),
      addressed: z.enum(['none', 'given', 'user_email']),
      sends: z.boolean(),
      challengeSeconds: z.number().positive().nullable(),
    }),
  ),
  caller: z
    .strictObject({
      firstFactorAt: epochMs.nullable(),
      firstFactorChannel: channelSchema.nullable(),
      secondFactorAt: epochMs.nullable(),
    })
    .nullable(),
})

const entrySchema = z.strictObject({
  version: z.literal(LOG_VERSION),
  userId: z.unknown(), // as the policy
  flow: id(),
  revision: z.int().nonnegative(),
  commit: id(),
  profile: z.unknown(), // as the policy
  facts: factsSchema,
  start: z
    .strictObject({
      at: epochMs,
      run: runSchema,
      remembered: z.strictObject({ device: id(), epoch: z.int().nonnegative() }).nullable(),
    })
    .nullable(),
  // There are events.
  events: z.array(z.discriminatedUnion('type', eventSchemas as [z.ZodObject, ...z.ZodObject[]])),
  digest: id(),
})

const versioned = z.looseObject({ version: z.int() })

/**
 * Reads an entry of a flow log. What is given back keeps the order of its keys, so that the snapshots that are
 * made of it have the bytes of those that were stored.
 *
 * @param index - Where the entry stands in its log, for the message.
 * @throws {SnapshotError} `version_unknown` when another release's format, `log_entry_invalid` when it has not the
 *   shape of its version. The message names the entry and the field, never a value.
 */
export function parseLogEntry(value: unknown, index: number): FlowLogEntry {
  const parsed = entrySchema.safeParse(value)
  if (!parsed.success) {
    const read = versioned.safeParse(value)
    if (read.success && read.data.version !== LOG_VERSION) {
      const { version } = read.data
      throw new SnapshotError(
        'version_unknown',
        `log entry ${index}: version ${version} cannot be read by this release`,
      )
    }
    throw invalid(index, faultyFields(parsed.error, 'entry'))
  }
  const entry = value as FlowLogEntry // parsed just now, but for the three parts below
  const policy = parsePolicy(entry.facts.policy)
  if ('faults' in policy) {
    throw invalid(index, policy.faults.map(({ field }) => `facts.${field}`).join(', '))
  }
  try {
    const userId = parseUserId(entry.userId)
    const profile = parseProfile(entry.profile)
    return { ...entry, userId, profile, facts: { ...entry.facts, policy: policy.policy } }
  } catch (cause) {
    throw invalid(index, 'userId or profile', cause)
  }
}

function invalid(index: number, fields: string, cause?: unknown): SnapshotError {
  return new SnapshotError('log_entry_invalid', `log entry ${index}: invalid ${fields}`, { cause })
}
