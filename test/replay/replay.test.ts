import { memoryStore } from '@sallyport/adapters-memory'
import { type FlowLogEntry, parseUserId, replay, SnapshotError } from '@sallyport/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contestedStore, deploy } from '../unit/engine/deployment.ts'
import { live, lives } from './random-life.ts'

const BOB = parseUserId('bob')

/** A code stands alone: a time or a digest that happens to hold its digits does not give it away. */
const standsAlone = (secret: string) =>
  new RegExp(`(?<![\\w-])${secret.replaceAll(/[.+]/g, '\\$&')}(?![\\w-])`)

const eventful = [
  ...['authenticated', 'changed', 'verified', 'cancelled', 'expired', 'selecting', 'managing.idle'],
  ...['challenging.awaiting_proof', 'enrolling.awaiting_proof', 'rescuing.awaiting_proof'],
  ...['proof_accepted', 'proof_rejected', 'delivery_failed', 'recovery_codes_drawn'],
  ...['enrollment_prepared', 'challenge_opened', 'flow_superseded', 'flow_expired', 'resend_requested'],
]

test('L6, L10: what was logged of any life replays to the stored snapshots, byte for byte, and holds no secret', {
  timeout: 120_000,
}, async () => {
  const seen = new Set<string>()
  let entries = 0
  await fc.assert(
    fc.asyncProperty(lives(40), fc.nat(), async (acts, seed) => {
      const { store, log, secrets } = await live(acts, `life ${seed}`)
      const text = JSON.stringify(log)
      for (const secret of secrets) {
        const found = standsAlone(secret).exec(text)
        if (found) throw new Error(`in the log: …${text.slice(found.index - 60, found.index + 20)}`)
      }
      const flows = replay(JSON.parse(text))
      for (const { flow, steps, fault } of flows) {
        if (fault !== null) throw new Error(`${flow}: ${fault.reason} at ${JSON.stringify(log[fault.entry])}`)
        for (const { to, events } of steps) {
          seen.add(to)
          for (const { type } of events) seen.add(type)
        }
        const stored = (await store.load(BOB, flow)).flow
        const last = steps.at(-1)
        expect(JSON.stringify(last?.snapshot)).toBe(JSON.stringify(stored?.value))
        expect(log[last?.entry ?? -1]?.revision).toBe(stored?.revision)
      }
      entries += flows.flatMap(({ steps }) => steps).length
      expect(flows.flatMap(({ steps }) => steps)).toHaveLength(log.length)
    }),
    { numRuns: 150 },
  )
  expect(entries).toBeGreaterThan(1_000)
  // The lives were eventful: what follows are the states and events that only a whole life comes to.
  expect([...seen]).toEqual(expect.arrayContaining([...eventful]))
})

/** A log of two flows: one that is locked out, and one that comes back by a recovery code. */
async function sampleLog(): Promise<readonly FlowLogEntry[]> {
  const log: FlowLogEntry[] = []
  const { given, when, twoFactor } = deploy({
    flowLog: { append: (entry) => log.push(entry) },
    policy: { throttle: { failuresPerLock: 3 } },
  })
  await given.authenticator('bob')
  const [code = ''] = await twoFactor.recoveryCodes.generate('bob')
  let step = await when.login('bob')
  for (const proof of ['000000', '000001', '000002']) step = await when.prove(step, proof)
  const rescued = await when.login('bob')
  await when.prove(rescued, code)
  return JSON.parse(JSON.stringify(log))
}

const statesOf = (flows: ReturnType<typeof replay>) => flows.map(({ steps }) => steps.map(({ to }) => to))

describe('replay', () => {
  test('shows each step with the event, the verdict and the audit events that are its reason', async () => {
    const [locked, rescued] = replay(await sampleLog())
    expect(locked?.fault).toBeNull()
    expect(locked?.steps.map(({ from, to }) => [from, to])).toEqual([
      [null, 'challenging.awaiting_proof'],
      ['challenging.awaiting_proof', 'challenging.awaiting_proof'],
      ['challenging.awaiting_proof', 'challenging.awaiting_proof'],
      ['challenging.awaiting_proof', 'rescuing.awaiting_proof'],
    ])
    const last = locked?.steps.at(-1)
    expect(last?.events.map(({ type }) => type)).toEqual([
      'proof_submitted',
      'proof_rejected',
      'challenge_opened',
    ])
    expect(last?.audit.map(({ kind }) => kind)).toEqual(['proof_rejected', 'user_locked', 'challenge_opened'])
    expect(last?.refusal).toEqual({ reason: 'proof_rejected' })
    expect(last?.profile.failures).toBe(3)
    expect(rescued?.steps.at(-1)?.audit).toContainEqual({ kind: 'user_unlocked', by: 'recovery_code' })
  })

  test('does not depend on the order of the log, on keys that a database reordered, or on repeats', async () => {
    const log = await sampleLog()
    const reordered = log.map((entry) => Object.fromEntries(Object.entries(entry).toReversed()))
    const shuffled = replay([...reordered.toReversed(), ...log])
    expect(shuffled.map(({ fault }) => fault)).toEqual([null, null])
    expect(statesOf(shuffled).toReversed()).toEqual(statesOf(replay(log)))
  })

  test('says at which entry a log has a gap, and shows what came before it', async () => {
    const log = await sampleLog()
    const [locked, rescued] = replay(log.toSpliced(2, 1))
    expect(locked?.steps).toHaveLength(2)
    expect(locked?.fault).toEqual({ entry: 2, reason: 'entry_missing' })
    expect(rescued?.fault).toBeNull()
    expect(replay(log.slice(1))[0]).toMatchObject({ steps: [], fault: { entry: 0, reason: 'entry_missing' } })
  })

  type Change = (entry: FlowLogEntry, log: readonly FlowLogEntry[]) => object
  test.each<readonly [string, Change]>([
    [
      'a verdict',
      ({ events: [first, verdict, ...others] }) => ({
        events: [first, { ...verdict, cause: 'x' }, { ...first, type: 'proof_malformed' }, ...others],
      }),
    ],
    ['a time', ({ events }) => ({ events: events.map((event) => ({ ...event, at: event.at + 1 })) })],
    ['an answer that was left out', ({ events }) => ({ events: events.slice(0, 1) })],
    ['no event at all', () => ({ events: [] })],
    ['a failure less in the profile', ({ profile }) => ({ profile: { ...profile, failures: 0 } })],
    [
      'a milder policy',
      ({ facts }) => ({
        facts: {
          ...facts,
          policy: { ...facts.policy, throttle: { ...facts.policy.throttle, lockSeconds: 1 } },
        },
      }),
    ],
    ['another commit', (_entry, log) => ({ commit: log[0]?.commit })],
  ])('says at which entry something was altered: %s', async (_what, change) => {
    const log = await sampleLog()
    const altered = log.map((entry, index) => (index === 3 ? { ...entry, ...change(entry, log) } : entry))
    const [locked] = replay(altered)
    expect(locked?.steps).toHaveLength(3)
    expect(locked?.fault).toEqual({ entry: 3, reason: 'entry_diverges' })
  })

  test.each([
    ['no object', () => 7, 'entry'],
    ['no events', (entry: FlowLogEntry) => ({ ...entry, events: 'S3CRET' }), 'events'],
    [
      'an unknown event',
      (entry: FlowLogEntry) => ({ ...entry, events: [{ type: 'S3CRET', at: 1 }] }),
      'events.0.type',
    ],
    [
      'a proof',
      ({ events: [first], ...entry }: FlowLogEntry) => ({
        ...entry,
        events: [{ ...first, proof: 'S3CRET' }],
      }),
      'events.0',
    ],
    [
      'a policy that is none',
      (entry: FlowLogEntry) => ({ ...entry, facts: { ...entry.facts, policy: { issuer: 7 } } }),
      'facts.policy.issuer',
    ],
    [
      'a profile that is none',
      (entry: FlowLogEntry) => ({ ...entry, profile: { version: 1, epoch: 'S3CRET' } }),
      'profile',
    ],
    ['a user that is none', (entry: FlowLogEntry) => ({ ...entry, userId: '' }), 'userId'],
  ])(
    'refuses an entry that is not one, naming entry and field and no value: %s',
    async (_what, spoil, field) => {
      const log: unknown[] = [...(await sampleLog())]
      log[1] = spoil(log[1] as FlowLogEntry) // as the sample gives it
      const fault = (() => {
        try {
          return replay(log)
        } catch (error) {
          return error
        }
      })()
      expect(fault).toBeInstanceOf(SnapshotError)
      expect(fault).toMatchObject({ code: 'log_entry_invalid' })
      expect(String(fault)).toContain('log entry 1')
      expect(String(fault)).toContain(field)
      expect(String(fault)).not.toContain('S3CRET')
    },
  )

  test('does not guess at an entry of another version', () => {
    expect(() => replay([{ version: 2 }])).toThrow(expect.objectContaining({ code: 'version_unknown' }))
  })
})

describe('the flow log', () => {
  test('is given the committed attempt alone when a step had to be done again', async () => {
    const log: FlowLogEntry[] = []
    let wrapped = contestedStore(memoryStore())
    const { given, when } = deploy({
      wrap: (store) => (wrapped = contestedStore(store)),
      flowLog: { append: (entry) => log.push(entry) },
    })
    const { app } = await given.authenticator('bob')
    const step = await when.login('bob')
    wrapped.contest(3)
    await when.prove(step, app.codeAt(1_767_225_600_000))
    expect(statesOf(replay(log))).toEqual([['challenging.awaiting_proof', 'authenticated']])
  })

  test('is told nothing of an event that changed nothing', async () => {
    const log: FlowLogEntry[] = []
    const { given, when } = deploy({ flowLog: { append: (entry) => log.push(entry) } })
    await given.authenticator('bob')
    const step = await when.login('bob')
    const refused = await when.send(step, { type: 'method_selected', method: '123456' })
    expect(refused.refusal?.reason).toBe('enrollment_unknown')
    expect(log).toHaveLength(1)
  })

  test('has what was taken in place of an event that came too late: the text of that one is not in it', async () => {
    const log: FlowLogEntry[] = []
    const { given, when, clock } = deploy({ flowLog: { append: (entry) => log.push(entry) } })
    await given.authenticator('bob')
    const step = await when.login('bob')
    clock.advance({ minutes: 11 })
    await when.send(step, { type: 'method_selected', method: '123456' })
    expect(log.at(-1)?.events.map(({ type }) => type)).toEqual(['flow_expired'])
    expect(JSON.stringify(log)).not.toContain('123456')
  })

  test('cannot undo a step by an error of its own', async () => {
    const { given, when } = deploy({
      flowLog: {
        append() {
          throw new Error('the disk is full')
        },
      },
    })
    await given.authenticator('bob')
    expect((await when.login('bob')).state).toBe('challenging')
  })

  test('costs no call to the store', async () => {
    const { given, when, store } = deploy({ flowLog: { append: () => undefined } })
    await given.authenticator('bob')
    store.clear()
    await when.login('bob')
    expect([store.loads.length, store.commits.length]).toEqual([1, 1])
  })

  test('takes about 3 kB for a step of a user with an authenticator and ten recovery codes', async () => {
    const log = await sampleLog()
    const bytes = log.map((entry) => JSON.stringify(entry).length)
    expect(Math.max(...bytes)).toBeLessThan(3_500)
  })
})
