import { memoryStore } from '@sallyport/adapters-memory'
import {
  type InterleavingLaw,
  type InterleavingSubject,
  interleave,
  interleavingScenarios,
} from '@sallyport/testkit'
import { expect, test, vi } from 'vitest'
import { type EngineFlaw, flawedEngines } from './flawed-engines.ts'
import { flawedStore, type StoreFlaw } from './flawed-stores.ts'

// Many runs of real cryptography: what is slow on a busy machine is no failure.
vi.setConfig({ testTimeout: 240_000 })

/** In which scenario a flaw shows, and the law that it breaks there. */
type Caught = readonly [scenario: string, law: InterleavingLaw]

const caughtStores: Readonly<Record<StoreFlaw, readonly Caught[]>> = {
  'has no compare-and-set': [
    ['same-code-on-one-flow', 'L2'],
    ['wrong-over-two-flows-before-a-lock', 'L3'],
    ['cancel-against-submit', 'L7'],
    ['rekey-against-login', 'revisions'],
  ],
  'compares, waits, writes': [
    ['same-code-on-one-flow', 'L2'],
    ['wrong-over-two-flows-before-a-lock', 'L3'],
  ],
  'writes the profile, waits, writes the flow and the log': [
    ['same-code-on-one-flow', 'L7'],
    ['same-code-over-two-flows', 'L12'],
  ],
  'writes the log later': [['same-code-on-one-flow', 'L12']],
  'reads what was there one commit ago': [['same-code-on-one-flow', 'L12']],
  'says committed on a conflict': [
    ['same-code-on-one-flow', 'L2'],
    ['same-code-over-two-flows', 'L12'],
  ],
}

const caughtEngines: Readonly<Record<EngineFlaw, readonly Caught[]>> = {
  'reveals before it commits': [
    ['same-code-on-one-flow', 'L2'],
    ['same-code-over-two-flows', 'L12'],
  ],
  'delivers before it commits': [['resend-against-submit', 'L12']],
  'does not load again on a conflict': [
    ['same-code-on-one-flow', 'L2'],
    ['wrong-over-two-flows-before-a-lock', 'L3'],
  ],
  'takes a conflict for success': [
    ['same-code-on-one-flow', 'L2'],
    ['last-attempts-on-one-flow', 'L3'],
    ['same-code-over-two-flows', 'L12'],
  ],
  'takes an unknown outcome for success': [
    ['same-code-on-one-flow', 'L2'],
    ['last-attempts-on-one-flow', 'L3'],
  ],
  'takes an unknown outcome for none': [['same-code-on-one-flow', 'L12']],
  'makes a step of unknown outcome again': [['same-code-over-two-flows', 'L3']],
  'is told of a conflict when it has written': [['same-code-on-one-flow', 'L12']],
  'loses its second write': [['last-attempts-on-one-flow', 'L12']],
  'keeps what it has read': [['same-code-over-two-flows', 'L11']],
  'drops an event silently': [['same-code-on-one-flow', 'L11']],
  'throws at what it does not expect': [['same-code-on-one-flow', 'L11']],
  'tells an outcome to whoever looks': [['views-around-a-submit', 'L2']],
  'logs the proof': [['same-code-on-one-flow', 'L6']],
  'does not see that a flow was overtaken': [['two-setups-confirmed', 'L4']],
  'knows devices that were revoked': [['revoke-against-remembered-login', 'L1']],
  'goes on with a flow that has ended': [['views-around-a-submit', 'L7']],
  'takes a remembered browser for a fresh proof': [['revoke-against-remembered-login', 'L9']],
  'counts revisions from one': [['same-code-on-one-flow', 'revisions']],
}

/** The laws that a subject breaks by the first schedule of a scenario that breaks any. */
async function brokenIn(name: string, subject: InterleavingSubject): Promise<readonly InterleavingLaw[]> {
  const scenarios = interleavingScenarios.filter((scenario) => scenario.name === name)
  const random = { schedules: 200, faults: 1, seed: 'flaws' }
  const { failures } = await interleave({ ...subject, scenarios, walks: [{ faults: 0 }], random })
  return failures.flatMap(({ violations }) => violations.map(({ law }) => law))
}

test('a store without a flaw, and the real engine over it, break no law', async () => {
  const subject = { store: (pause: () => Promise<void>) => flawedStore('none', pause) }
  expect(await brokenIn('same-code-over-two-flows', subject)).toEqual([])
  expect(await brokenIn('resend-against-submit', subject)).toEqual([])
})

for (const [flaw, caught] of Object.entries(caughtStores) as [StoreFlaw, readonly Caught[]][])
  test.each(caught)(`a store that ${flaw} is caught: %s, %s`, async (scenario, law) => {
    expect(await brokenIn(scenario, { store: (pause) => flawedStore(flaw, pause) })).toContain(law)
  })

for (const [flaw, caught] of Object.entries(caughtEngines) as [EngineFlaw, readonly Caught[]][])
  test.each(caught)(`an engine that ${flaw} is caught: %s, %s`, async (scenario, law) => {
    expect(await brokenIn(scenario, { store: () => memoryStore(), engine: flawedEngines[flaw] })).toContain(
      law,
    )
  })

test('every law can be seen to be broken', () => {
  const laws = [...Object.values(caughtStores), ...Object.values(caughtEngines)].flat().map(([, law]) => law)
  expect(new Set(laws)).toEqual(
    new Set([
      'L1',
      'L2',
      'L3',
      'L4',
      'L6',
      'L7',
      'L9',
      'L11',
      'L12',
      'revisions',
    ] satisfies InterleavingLaw[]),
  )
})
