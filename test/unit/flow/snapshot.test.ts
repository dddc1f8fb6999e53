import { describe, expect, test } from 'vitest'
import { SnapshotError } from '../../../packages/core/src/errors.ts'
import type { FlowFields } from '../../../packages/core/src/flow/context.ts'
import type { Ending } from '../../../packages/core/src/flow/outcome.ts'
import { parseSnapshot, SNAPSHOT_VERSION, toSnapshot } from '../../../packages/core/src/flow/snapshot.ts'
import type { Stage } from '../../../packages/core/src/flow/stage.ts'
import { type FlowState, flowStates } from '../../../packages/core/src/flow/step.ts'
import type { ChallengeId, DeviceId, Digest, EnrollmentId, Sealed } from '../../../packages/core/src/ids.ts'
import type { Json } from '../../../packages/core/src/json.ts'
import { digest, enrollmentId, login, START } from '../../model/world.ts'
import { challengeOf, contextWith } from './sample-flow.ts'

/** As long as the ids that the engine draws: 128 bits in base64url, and digests of 256. */
const realId = 'q83vASNFZ4mrze8BI0VniQ'
const realDigest = 'q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k' as Digest // of the length of one

const pending = challengeOf({
  of: 'pending',
  pending: {
    id: enrollmentId('p'),
    method: 'sms',
    name: 'my phone',
    address: '+15550001',
    secret: 'a.b.c.d.e' as Sealed, // opaque to the codec
    methodData: { lastTimeStep: null },
    replaces: enrollmentId('e1'),
  },
})
const ofEnrollment = challengeOf(
  { of: 'enrollment', enrollment: enrollmentId('e1') },
  { digest: digest('d'), hint: { number: 42 }, delivery: 'sent' },
)
const authenticated = {
  kind: 'authenticated',
  via: 'enrollment',
  amr: ['pwd', 'otp', 'mfa'],
  authenticatedAt: START,
  secondFactorAt: START,
  enrollment: enrollmentId('e1'),
  remembered: { device: 'd' as DeviceId, expiresAt: START + 1 }, // opaque to the codec
} as const
const verified = {
  kind: 'verified',
  via: 'enrollment',
  amr: ['otp'],
  authenticatedAt: START,
  secondFactorAt: START,
  enrollment: enrollmentId('e1'),
} as const

const proving = (challenge: typeof pending): Stage => ({ phase: 'proving', challenge })
const ended = (ending: Ending): Stage => ({ phase: 'ended', ending })

const endings: readonly Ending[] = [
  authenticated,
  { ...authenticated, via: 'initial_enrollment' },
  { ...authenticated, via: 'recovery_code', enrollment: null, remembered: null },
  { ...authenticated, via: 'email_rescue', enrollment: null, secondFactorAt: null },
  { ...authenticated, via: 'remembered_device' },
  { ...authenticated, via: 'first_factor', amr: [] },
  verified,
  { ...verified, via: 'recovery_code', enrollment: null },
  { kind: 'changed', enrollment: enrollmentId('e1') },
  { kind: 'disabled' },
  { kind: 'denied', reason: 'attempts_exhausted' },
  { kind: 'denied', reason: 'inactive' },
  { kind: 'denied', reason: 'no_usable_method' },
  { kind: 'denied', reason: 'enrollment_not_allowed' },
  { kind: 'denied', reason: 'not_enrolled' },
  { kind: 'locked', reason: 'locked', until: START + 1 },
  { kind: 'locked', reason: 'locked', until: 'rescued' },
  { kind: 'expired', reason: 'flow_expired' },
  { kind: 'cancelled', reason: 'cancelled_by_user' },
  { kind: 'cancelled', reason: 'superseded' },
]

const stored: readonly (readonly [FlowState, Stage])[] = [
  ['selecting', { phase: 'idle' }],
  ['challenging.awaiting_proof', proving(ofEnrollment)],
  ['enrolling.choosing', { phase: 'idle' }],
  ['enrolling.awaiting_proof', proving(pending)],
  ['rescuing.choosing', { phase: 'idle' }],
  ['rescuing.awaiting_proof', proving(challengeOf({ of: 'recovery_code' }, { delivery: 'unknown' }))],
  ['rescuing.awaiting_proof', proving(challengeOf({ of: 'email_rescue' }, { delivery: 'failed' }))],
  ['managing.idle', { phase: 'idle' }],
  ...endings.map((ending) => [ending.kind, ended(ending)] as const),
]

const { flow: fields } = contextWith({ cooldowns: { e1: START + 30_000 } })
const flowWith = (stage: Stage, more: Partial<FlowFields> = {}): FlowFields => ({ ...fields, stage, ...more })
const asStored = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('a snapshot', () => {
  test.each(stored)('of %s comes back from JSON as it was', (state, stage) => {
    const snapshot = toSnapshot(state, flowWith(stage))
    expect(parseSnapshot(asStored(snapshot))).toEqual(snapshot)
  })

  test('is there for every state that a step can end in', () => {
    const covered = new Set(stored.map(([state]) => state))
    expect(flowStates.filter((state) => !covered.has(state))).toEqual([
      'deciding',
      'challenging.opening',
      'challenging.checking',
      'enrolling.preparing',
      'enrolling.opening',
      'enrolling.checking',
      'rescuing.opening',
      'rescuing.checking',
      'managing.drawing_recovery_codes',
    ])
  })

  test.each([
    ['login', login],
    ['login after a magic link', { ...login, firstFactor: { amr: [], at: START, channel: 'email' } }],
    ['login after a texted code', { ...login, firstFactor: { amr: [], at: START, channel: 'sms' } }],
    ['setup', { kind: 'setup' }],
    ['step_up', { kind: 'step_up' }],
  ] as const)('keeps why its flow runs: %s', (_name, run) => {
    const snapshot = toSnapshot('selecting', flowWith({ phase: 'idle' }, { run }))
    expect(parseSnapshot(asStored(snapshot)).flow.run).toEqual(run)
  })

  test('holds the flow’s own fields only: version, state and flow', () => {
    const snapshot = toSnapshot('selecting', flowWith({ phase: 'idle' }))
    expect(Object.keys(snapshot)).toEqual(['version', 'state', 'flow'])
    expect(snapshot.version).toBe(SNAPSHOT_VERSION)
  })

  test('of a login that waits for an authenticator’s code takes at most 700 bytes', () => {
    const stage = proving({
      ...challengeOf({ of: 'enrollment', enrollment: realId as EnrollmentId }), // of the length of one
      id: realId as ChallengeId, // likewise
    })
    const flow = flowWith(stage, { stamp: realDigest, cooldowns: {} })
    const bytes = new TextEncoder().encode(JSON.stringify(toSnapshot('challenging.awaiting_proof', flow)))
    expect(bytes.length).toBeLessThanOrEqual(700)
    expect(bytes.length).toBeGreaterThan(400) // it is a whole one that was measured
  })
})

/** A canary in the place of a value: whatever a message holds of it was echoed. */
const CANARY = 'S3CRET-canary'

type Path = readonly (string | number)[]

/** The paths of all fields of a document, those inside lists and records of any key left out. */
function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  for (const [key, inner] of Object.entries(value)) {
    yield [...path, key]
    if (key !== 'hint' && key !== 'methodData' && key !== 'cooldowns') yield* pathsOf(inner, [...path, key])
  }
}

/** A copy of a document with one field changed by `change`. */
function changed(
  document: unknown,
  [...path]: Path,
  change: (parent: Record<string, unknown>, key: string) => void,
) {
  const copy = structuredClone(document)
  const last = String(path.pop())
  let parent = copy as Record<string, unknown> // the paths are those of its own fields
  for (const key of path) parent = parent[key] as Record<string, unknown> // likewise
  change(parent, last)
  return copy
}

/** The SnapshotError that parsing gives, or a failure. */
function faultIn(document: unknown): SnapshotError {
  try {
    parseSnapshot(document)
  } catch (error) {
    if (error instanceof SnapshotError) return error
    throw error
  }
  throw new Error('it was parsed')
}

const documents = [
  toSnapshot('challenging.awaiting_proof', flowWith(proving(ofEnrollment))),
  toSnapshot('enrolling.awaiting_proof', flowWith(proving(pending), { run: { kind: 'setup' } })),
  ...endings.map((ending) => toSnapshot(ending.kind, flowWith(ended(ending)))),
]

const isAnyJson = (path: Path): boolean => path.at(-1) === 'hint' || path.at(-1) === 'methodData'

describe('a snapshot that is broken is refused', () => {
  // What all documents share is broken in the first two; of the others only how they ended.
  const cases = documents.flatMap((document, index) =>
    [...pathsOf(document)]
      .map((path) => ({ path, name: path.join('.'), document, state: document.state }))
      .filter(({ name }) => index < 2 || name.startsWith('flow.stage.ending')),
  )

  test.each(cases.filter(({ path }) => !isAnyJson(path)))(
    '$state with another type in $name: the field is named, its value never (L6)',
    ({ document, path, name }) => {
      const broken = changed(document, path, (parent, key) => {
        parent[key] = Array.isArray(parent[key]) ? { [CANARY]: CANARY } : [CANARY]
      })
      const error = faultIn(broken)
      expect(error.code).toBe('snapshot_invalid')
      expect(error.message).toContain(name)
      expect(error.message).not.toContain(CANARY)
    },
  )

  test.each(cases)('$state without $name', ({ document, path, name }) => {
    const error = faultIn(changed(document, path, (parent, key) => delete parent[key]))
    expect(error.code).toBe('snapshot_invalid')
    expect(error.message).toContain(name)
  })

  test.each([
    ['the whole', []],
    ['the flow', ['flow']],
    ['its challenge', ['flow', 'stage', 'challenge']],
  ])('with a field more in %s, whose name is not echoed', (_where, path) => {
    const [document] = documents
    const error = faultIn(
      changed(document, [...path, CANARY], (parent, key) => Object.assign(parent, { [key]: 1 })),
    )
    expect(error.code).toBe('snapshot_invalid')
    expect(error.message).toMatch(/^snapshot: invalid [a-z.]+$/)
    expect(error.message).not.toContain(CANARY)
  })

  test.each([
    ['state', 'away'],
    ['flow.startedAt', -1],
    ['flow.startedAt', 1.5],
    ['flow.lastAt', '1700000000000'],
    ['flow.attemptsLeft', -1],
    ['flow.epoch', 0.5],
    ['flow.stamp', ''],
    ['flow.run.kind', 'register'],
    ['flow.run.firstFactor.channel', 'pigeon'],
    ['flow.stage.phase', 'checking'],
    ['flow.stage.challenge.id', 'x'.repeat(65)],
    ['flow.stage.challenge.target.of', 'anything'],
    ['flow.stage.challenge.delivery', 'maybe'],
  ])('with %s = %j', (name, value) => {
    const [document] = documents
    const error = faultIn(changed(document, name.split('.'), (parent, key) => (parent[key] = value)))
    expect(error).toMatchObject({ code: 'snapshot_invalid', message: `snapshot: invalid ${name}` })
  })

  test('with a cool-down that is none: its destination, a phone number, is not named (L6)', () => {
    const [document] = documents
    const cooldowns = { 'sms:+15550100': CANARY }
    const error = faultIn({ ...document, flow: { ...document?.flow, cooldowns } })
    expect(error.message).toBe('snapshot: invalid flow.cooldowns')
  })

  test('every fault is named once', () => {
    const [document] = documents
    const error = faultIn({ ...document, state: 1, flow: { ...document?.flow, epoch: -1.5, lastAt: null } })
    expect(error.message).toBe('snapshot: invalid state, flow.lastAt, flow.epoch')
  })

  test.each([undefined, null, 7, CANARY, [], {}, { version: '1' }, { version: -1 }, { version: 1.5 }])(
    'when it is no document with a version: %j',
    (value) => {
      expect(faultIn(value)).toMatchObject({ code: 'snapshot_invalid', message: 'snapshot: invalid version' })
    },
  )
})

describe('versions', () => {
  const current = asStored(documents[0])
  const rename = (snapshot: { readonly [key: string]: Json }) => {
    const { phase, ...others } = snapshot
    return { ...others, version: 1, state: phase ?? null }
  }
  const old = () => {
    const { state, ...others } = current as Record<string, unknown> // as it was made above
    return { ...others, version: 0, phase: state }
  }

  test('a snapshot of a newer release is not guessed at', () => {
    const error = faultIn({ ...(current as object), version: SNAPSHOT_VERSION + 1 }) // an object, as above
    expect(error.code).toBe('version_unknown')
    expect(error.message).toContain('version 2')
    const steps = { [SNAPSHOT_VERSION + 1]: rename } // it leads on to a version that is newer still
    expect(() => parseSnapshot({ version: SNAPSHOT_VERSION + 1 }, steps)).toThrow('version 2')
  })

  test('one of an older release is brought up to date, step by step', () => {
    expect(parseSnapshot(old(), { 0: rename })).toEqual(current)
  })

  test('one of an older release that no step leads from is unknown', () => {
    expect(() => parseSnapshot(old(), {})).toThrow(expect.objectContaining({ code: 'version_unknown' }))
    expect(() => parseSnapshot(old())).toThrow(expect.objectContaining({ code: 'version_unknown' }))
  })

  test('a step that leads to no snapshot is a broken one, and named by its fields', () => {
    const forgets = () => ({ version: 1 })
    expect(() => parseSnapshot(old(), { 0: forgets })).toThrow(
      expect.objectContaining({ code: 'snapshot_invalid', message: 'snapshot: invalid state, flow' }),
    )
  })

  test('a step that fails on what it was given says so as a SnapshotError with its cause', () => {
    const cause = new TypeError(`cannot read ${CANARY}`)
    const failing = () => {
      throw cause
    }
    const parse = () => parseSnapshot(old(), { 0: failing })
    expect(parse).toThrow(SnapshotError)
    expect(parse).toThrow(
      expect.objectContaining({
        code: 'snapshot_invalid',
        cause,
        message: 'snapshot: invalid snapshot',
      }),
    )
  })

  test('a step cannot pass a snapshot off as done before its time', () => {
    expect(() => parseSnapshot(old(), { 0: (snapshot) => snapshot })).toThrow(SnapshotError)
  })
})
