import type { AuditRecord } from '@sallyport/core'
import { describe, expect, test } from 'vitest'
import { brokenLaws, type Evidence } from './laws.ts'
import type { Told } from './told.ts'

// A run's checks are worth what they find: each of them is given a log, or a ledger, that is not true.

type Row = Evidence['rows']['audit'][number]

const USER = 'user-1'
let at = 0

/** The records of one commit. */
function commit(commitId: string, ...events: readonly object[]): readonly Row[] {
  at += 1_000
  return events.map((event, index) => ({ commitId, seq: index + 1, record: { at, ...event } as AuditRecord })) // written as core writes it
}

const login = (flow: string) => ({ flow, flowKind: 'login' })
const setup = (flow: string) => ({ flow, flowKind: 'setup' })
const rejected = (flow: string, failures: number) => ({
  kind: 'proof_rejected',
  ...login(flow),
  method: 'authenticator',
  challenge: flow,
  failures,
  attemptsLeft: 5 - failures,
  cause: 'code_mismatch',
})
const accepted = (flow: string) => ({
  kind: 'proof_accepted',
  ...login(flow),
  method: 'authenticator',
  challenge: flow,
})
const authenticated = (flow: string) => ({
  kind: 'flow_ended',
  ...login(flow),
  outcome: 'authenticated',
  via: 'enrollment',
  amr: [],
})

const proof = (flow: string, answer: 'accepted' | 'rejected' | 'unknown', more: object = {}): Told =>
  ({
    says: 'proof',
    user: USER,
    flow,
    prize: 'authenticated',
    secret: `secret of ${flow}`,
    mustFail: null,
    answer,
    ...more,
  }) as Told // `more` keeps to its fields

/** A user who set up an app, logged in with one mistake, had the browser remembered, came back by it and revoked it. */
function truth(): Evidence {
  at = 0
  return {
    user: USER,
    told: [
      { says: 'opened', user: USER, flow: 'first' },
      proof('first', 'accepted'),
      { says: 'opened', user: USER, flow: 'second' },
      proof('second', 'rejected', { mustFail: 'wrong', secret: 'none' }),
      proof('second', 'accepted'),
      { says: 'remembered', user: USER, flow: 'second' },
      { says: 'change', user: USER, kind: 'recovery_codes_generated', isCertain: true },
      { says: 'logged_in', user: USER, isCertain: true },
      { says: 'revoked', user: USER, device: 'device' },
      { says: 'opened', user: USER, flow: 'third' },
      proof('third', 'rejected', { mustFail: 'late', secret: 'none' }),
      proof('third', 'unknown', { mustFail: 'wrong', secret: 'none' }),
    ],
    rows: {
      profile: { commitId: 'c10', failures: 2 },
      flows: [
        { id: 'first', commitId: 'c2', state: 'authenticated' },
        { id: 'second', commitId: 'c5', state: 'authenticated' },
        { id: 'codes', commitId: 'c6', state: 'managing' },
        { id: 'back', commitId: 'c7', state: 'authenticated' },
        { id: 'third', commitId: 'c10', state: 'challenging' },
      ],
      audit: [
        ...commit('c1', { kind: 'flow_started', ...login('first') }),
        ...commit(
          'c2',
          accepted('first'),
          {
            kind: 'enrollment_added',
            ...login('first'),
            method: 'authenticator',
            enrollment: 'app',
            by: 'user',
          },
          { ...authenticated('first'), via: 'initial_enrollment' },
        ),
        ...commit('c3', { kind: 'flow_started', ...login('second') }),
        ...commit('c4', rejected('second', 1)),
        ...commit(
          'c5',
          accepted('second'),
          { kind: 'device_remembered', ...login('second'), device: 'device' },
          authenticated('second'),
        ),
        ...commit(
          'c6',
          { kind: 'flow_started', ...setup('codes') },
          { kind: 'recovery_codes_generated', ...setup('codes'), left: 10, by: 'user' },
        ),
        ...commit(
          'c7',
          { kind: 'flow_started', ...login('back') },
          { kind: 'device_used', ...login('back'), device: 'device' },
          { ...authenticated('back'), via: 'remembered_device' },
        ),
        ...commit('c8', { kind: 'device_revoked', device: 'device' }),
        ...commit('c9', { kind: 'flow_started', ...login('third') }, rejected('third', 1)),
        ...commit('c10', rejected('third', 2)),
      ],
    },
    enrollments: ['app'],
    purgedBefore: 0,
  }
}

const isOf =
  (kind: AuditRecord['kind'], flow?: string) =>
  ({ record }: Row): boolean =>
    record.kind === kind && (flow === undefined || record.flow === flow)

/** The truth with other records. */
const withAudit = (change: (audit: readonly Row[]) => readonly Row[]): Evidence => {
  const true_ = truth()
  return { ...true_, rows: { ...true_.rows, audit: change(true_.rows.audit) } }
}

const without = (kind: AuditRecord['kind'], flow?: string): Evidence =>
  withAudit((audit) => audit.filter((row) => !isOf(kind, flow)(row)))

/** The truth, and what else somebody claims to have been told. */
const withTold = (...more: readonly Told[]): Evidence => ({ ...truth(), told: [...truth().told, ...more] })

const withProfile = (failures: number): Evidence => ({
  ...truth(),
  rows: { ...truth().rows, profile: { commitId: 'c10', failures } },
})

const twice = (kind: AuditRecord['kind'], flow: string, changed: object = {}): Evidence =>
  withAudit((audit) => [
    ...audit,
    ...audit.filter(isOf(kind, flow)).map((row) => ({
      ...row,
      commitId: `again-${row.commitId}`,
      seq: 1,
      record: { ...row.record, ...changed } as AuditRecord, // the same kind
    })),
  ])

/** What is doctored, and what the check must say of it. */
const doctored: readonly (readonly [string, Evidence, RegExp])[] = [
  ['a session that no record knows', without('flow_ended', 'second'), /L1, L12: authenticated was told/],
  [
    'a record of a session that nobody has proven anything for',
    { ...truth(), told: truth().told.filter((one) => one.says !== 'proof' || one.flow !== 'first') },
    /L1: a flow is recorded as authenticated/,
  ],
  [
    'a login without a proof that no record knows',
    without('flow_ended', 'back'),
    /0 logins without a proof are recorded, 1 were told/,
  ],
  [
    'a login without a proof that nobody was told of',
    { ...truth(), told: truth().told.filter(({ says }) => says !== 'logged_in') },
    /1 logins without a proof are recorded, 0 were told/,
  ],
  [
    'a late code that is accepted',
    withTold(proof('third', 'accepted', { mustFail: 'late' })),
    /L1, L5: a proof that was late is accepted/,
  ],
  [
    'a wrong code that is accepted',
    withTold(proof('third', 'accepted', { mustFail: 'wrong' })),
    /L1, L5: a proof that was wrong/,
  ],
  [
    'a secret that is accepted twice',
    withTold(proof('third', 'accepted', { secret: 'secret of first' })),
    /L2, L7: a secret is accepted 2 times/,
  ],
  [
    'a flow that two were told to have won',
    withTold(proof('second', 'accepted', { secret: 'another' })),
    /L2, L7: a flow is told as won 2 times/,
  ],
  [
    'a challenge that is met twice',
    twice('proof_accepted', 'second'),
    /L2, L7: a challenge is recorded as met 2 times/,
  ],
  ['a flow that ends twice', twice('flow_ended', 'second'), /L2, L7: a flow is recorded as ended 2 times/],
  [
    'two uses of one recovery code',
    withAudit((audit) => [
      ...audit,
      ...['x1', 'x2'].flatMap((id) => commit(id, { kind: 'recovery_code_used', left: 9 })),
    ]),
    /L2: 2 uses of 1 sets/,
  ],
  [
    'a failure that is not recorded',
    without('proof_rejected', 'second'),
    /L3: 0 failures of a flow are recorded, 1 were told/,
  ],
  [
    'more failures than proofs',
    twice('proof_rejected', 'second', { failures: 2 }),
    /L3: 2 failures of a flow are recorded, 1 were told/,
  ],
  [
    'a flow that bears more failures than it may',
    withAudit((audit) => [
      ...audit,
      ...commit('x', ...[3, 4, 5, 6].map((failures) => rejected('third', failures))),
    ]),
    /L3: a flow has borne 6 failures/,
  ],
  [
    'two failures that raise the count by one',
    withAudit((audit) =>
      audit.map((row) =>
        row.commitId === 'c10' ? { ...row, record: { ...row.record, failures: 1 } as AuditRecord } : row,
      ),
    ),
    /L3: the profile counts 2 failures, and no record does/,
  ],
  [
    'two failures that were each the second',
    withAudit((audit) => [...audit, ...commit('x', rejected('third', 2), rejected('third', 2))]),
    /L3: 3 failures were each the 2\. in a row, and only 2 the one before/,
  ],
  [
    'a count that begins anew though nothing has reset it',
    withAudit((audit) => [...audit, ...['x1', 'x2', 'x3'].flatMap((id) => commit(id, rejected('third', 1)))]),
    /L3: the count of failures began 5 times after 2 resets/,
  ],
  [
    'a profile that counts failures nobody has made',
    withProfile(7),
    /L3: the profile counts 7 failures, and no record does/,
  ],
  [
    'a method that is enrolled without a proof',
    without('proof_accepted', 'first'),
    /L4: a method is enrolled in a flow that proved nothing/,
  ],
  [
    'an enrollment that no record knows',
    { ...truth(), enrollments: ['app', 'planted'] },
    /L4: the profile has an enrollment that no record knows/,
  ],
  [
    'a flow that was told of and never started',
    withTold({ says: 'opened', user: USER, flow: 'nowhere' }),
    /L12: a flow that was told of was never started/,
  ],
  [
    'a device that was told as revoked',
    without('device_revoked'),
    /L12: a device that was told as revoked is not/,
  ],
  [
    'a browser that was told as remembered',
    without('device_remembered'),
    /L12: a browser that was told as remembered is not/,
  ],
  [
    'recovery codes that no record knows',
    without('recovery_codes_generated'),
    /L12: 0 recovery_codes_generated are recorded, 1 were told/,
  ],
  [
    'a change that nobody was told of',
    withAudit((audit) => [...audit, ...commit('x', { kind: 'two_factor_disabled' })]),
    /L12: 1 two_factor_disabled are recorded, 0 were told/,
  ],
  [
    'a flow whose row is gone',
    { ...truth(), rows: { ...truth().rows, flows: truth().rows.flows.slice(1) } },
    /L12: a flow is gone before its time/,
  ],
  [
    'a profile whose commit left no record',
    { ...truth(), rows: { ...truth().rows, profile: { commitId: 'x', failures: 2 } } },
    /L12: no audit record is of the commit/,
  ],
  [
    'a commit of which a record is missing',
    withAudit((audit) => audit.filter((row) => !(row.commitId === 'c5' && row.seq === 1))),
    /L12: commit c5 has the records 2,3/,
  ],
  ['what a client has seen itself', withTold({ says: 'fault', user: USER, what: 'L9: seen' }), /L9: seen/],
]

describe('the laws over a run', () => {
  test('nothing speaks against what is true', () => {
    expect(brokenLaws(truth())).toEqual([])
  })

  test('a proof whose answer never came may have been counted, or not', () => {
    const { told } = truth()
    const lost = told.map(
      (one): Told =>
        one.says === 'proof' && one.answer === 'rejected' ? { ...one, answer: 'unknown' } : one,
    )
    expect(brokenLaws({ ...truth(), told: lost })).toEqual([])
  })

  test('a flow that was removed after its time is not missed', () => {
    const rows = { ...truth().rows, flows: truth().rows.flows.slice(1) }
    expect(brokenLaws({ ...truth(), rows, purgedBefore: 2_000 })).toEqual([])
  })

  test.each(doctored)('%s is found', (_, evidence, fault) => {
    const faults = brokenLaws(evidence)
    expect(
      faults.some((found) => fault.test(found)),
      faults.join('\n'),
    ).toBe(true)
  })
})
