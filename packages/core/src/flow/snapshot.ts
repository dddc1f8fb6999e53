import { z } from 'zod'
import { SnapshotError } from '../errors.ts'
import { faultyFields } from '../faulty-fields.ts'
import type { Json } from '../json.ts'
import type { Channel } from '../methods/method.ts'
import type { FlowFields } from './context.ts'
import type { PendingEnrollment, Run } from './stage.ts'
import { type FlowState, flowStates } from './step.ts'

/** A flow's state as plain, versioned JSON: what a store keeps. */
export interface FlowSnapshot {
  readonly version: typeof SNAPSHOT_VERSION
  readonly state: FlowState
  readonly flow: FlowFields
}

/** The version of the format that this release writes. */
export const SNAPSHOT_VERSION = 1

/**
 * Brings a snapshot of one version to the next. To change the format: raise `SNAPSHOT_VERSION`, change the
 * schema, and add the step from the old version here.
 */
export type Migration = (snapshot: { readonly [key: string]: Json }) => { readonly [key: string]: Json }

/** The steps of this release, by the version they start from. */
const migrations: Readonly<Record<number, Migration>> = {}

const epochMs = z.int().nonnegative()
const id = z.string().min(1).max(64)
const kind = z.string().min(1).max(64)

/** The schema of a method that is being enrolled. */
export const pendingSchema: z.ZodType<PendingEnrollment> = z.strictObject({
  id,
  method: kind,
  name: z.string().nullable(),
  address: z.string().nullable(),
  secret: z.string().nullable(),
  methodData: z.json(),
  replaces: id.nullable(),
}) as unknown as z.ZodType<PendingEnrollment> // ids are opaque strings: the brands say where one came from

const targetSchema = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('enrollment'), enrollment: id }),
  z.strictObject({ of: z.literal('pending'), pending: pendingSchema }),
  z.strictObject({ of: z.literal('recovery_code') }),
  z.strictObject({ of: z.literal('email_rescue') }),
])

const challengeSchema = z.strictObject({
  id,
  target: targetSchema,
  issuedAt: epochMs,
  expiresAt: epochMs,
  digest: id.nullable(),
  hint: z.json(),
  delivery: z.enum(['none', 'sent', 'failed', 'unknown']),
})

const amr = z.array(z.string())

const endingSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('authenticated'),
    via: z.enum([
      'enrollment',
      'initial_enrollment',
      'recovery_code',
      'email_rescue',
      'remembered_device',
      'first_factor',
    ]),
    amr,
    authenticatedAt: epochMs,
    secondFactorAt: epochMs.nullable(),
    enrollment: id.nullable(),
    remembered: z.strictObject({ device: id, expiresAt: epochMs }).nullable(),
  }),
  z.strictObject({
    kind: z.literal('verified'),
    via: z.enum(['enrollment', 'recovery_code']),
    amr,
    authenticatedAt: epochMs,
    secondFactorAt: epochMs,
    enrollment: id.nullable(),
  }),
  z.strictObject({ kind: z.literal('changed'), enrollment: id }),
  z.strictObject({ kind: z.literal('disabled') }),
  z.strictObject({
    kind: z.literal('denied'),
    reason: z.enum([
      'attempts_exhausted',
      'inactive',
      'no_usable_method',
      'enrollment_not_allowed',
      'not_enrolled',
    ]),
  }),
  z.strictObject({
    kind: z.literal('locked'),
    reason: z.literal('locked'),
    until: z.union([epochMs, z.literal('rescued')]),
  }),
  z.strictObject({ kind: z.literal('expired'), reason: z.literal('flow_expired') }),
  z.strictObject({ kind: z.literal('cancelled'), reason: z.enum(['cancelled_by_user', 'superseded']) }),
])

// A step that asks the engine for something is never stored, so only these phases are.
const stageSchema = z.discriminatedUnion('phase', [
  z.strictObject({ phase: z.literal('idle') }),
  z.strictObject({ phase: z.literal('proving'), challenge: challengeSchema }),
  z.strictObject({ phase: z.literal('ended'), ending: endingSchema }),
])

/** The schema of what the first factor came over. */
export const channelSchema: z.ZodType<Channel> = z.enum(['email', 'sms'])

/** The schema of why a flow runs. */
export const runSchema: z.ZodType<Run> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('login'),
    firstFactor: z.strictObject({ amr, at: epochMs, channel: channelSchema.nullable() }),
    remember: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('setup') }),
  z.strictObject({ kind: z.literal('step_up') }),
])

const snapshotSchema = z.strictObject({
  version: z.literal(SNAPSHOT_VERSION),
  state: z.enum(flowStates as [FlowState, ...FlowState[]]), // the machine has states
  flow: z.strictObject({
    run: runSchema,
    startedAt: epochMs,
    lastAt: epochMs,
    expiresAt: epochMs,
    epoch: z.int().nonnegative(),
    stamp: id,
    attemptsLeft: z.int().nonnegative(),
    cooldowns: z.record(z.string(), epochMs),
    stage: stageSchema,
  }),
}) as unknown as z.ZodType<FlowSnapshot> // as above

const versioned = z.looseObject({ version: z.int().nonnegative() })

/** Writes a flow as it is stored: its own fields only, nothing of the profile, the user or the policy. */
export function toSnapshot(state: FlowState, flow: FlowFields): FlowSnapshot {
  return { version: SNAPSHOT_VERSION, state, flow }
}

/**
 * Reads a stored flow, migrating it when an older release wrote it.
 *
 * @param steps - The migrations, by the version they start from; a parameter for tests alone.
 * @throws {SnapshotError} `version_unknown` when a newer release wrote it or a migration is missing,
 *   `snapshot_invalid` when it has not the shape of its version. The message names the field, never its value.
 */
export function parseSnapshot(
  stored: unknown,
  steps: Readonly<Record<number, Migration>> = migrations,
): FlowSnapshot {
  const first = snapshotSchema.safeParse(stored)
  if (first.success) return first.data
  const read = versioned.safeParse(stored)
  if (!read.success) throw invalid('version')
  let snapshot = read.data as { readonly [key: string]: Json } // a store gives back JSON
  for (let version = read.data.version; version !== SNAPSHOT_VERSION; version += 1) {
    const migrate = steps[version]
    if (version > SNAPSHOT_VERSION || migrate === undefined) {
      throw new SnapshotError(
        'version_unknown',
        `snapshot: version ${version} cannot be read by this release`,
      )
    }
    snapshot = migrateSafely(migrate, snapshot)
  }
  const migrated = snapshotSchema.safeParse(snapshot)
  if (migrated.success) return migrated.data
  throw invalid(faultyFields(migrated.error, 'snapshot'))
}

/** A migration takes the shape of its version for granted: what does not have it makes it stumble. */
function migrateSafely(migrate: Migration, snapshot: Parameters<Migration>[0]): ReturnType<Migration> {
  try {
    return migrate(snapshot)
  } catch (cause) {
    throw invalid('snapshot', cause)
  }
}

function invalid(fields: string, cause?: unknown): SnapshotError {
  return new SnapshotError('snapshot_invalid', `snapshot: invalid ${fields}`, { cause })
}
