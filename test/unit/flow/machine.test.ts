import { describe, expect, test } from 'vitest'
import { createTestModel, getStateNodes } from 'xstate/graph'
import type { FlowContext } from '../../../packages/core/src/flow/context.ts'
import type { FlowEvent } from '../../../packages/core/src/flow/events.ts'
import { twoFactorMachine } from '../../../packages/core/src/flow/machine.ts'
import { flowStates, handledEvents, isFinal } from '../../../packages/core/src/flow/step.ts'
import { alphabet, unasked } from '../../../packages/testkit/src/explore/alphabet.ts'
import { enrollment, factsFor, profileWith, START, setup, stepUp, withCodes } from '../../model/world.ts'
import { contextWith } from './sample-flow.ts'

/** Everything in a state's configuration by which XState would do something of its own accord. */
const IMPURE = ['invoke', 'after', 'onDone', 'onError', 'spawnChild', 'delay']

const nodes = getStateNodes(twoFactorMachine)
const profile = withCodes(profileWith(enrollment('e1', 'authenticator'), enrollment('e2', 'email')), 'r1')

/** Walks the machine by XState's own means: without an actor system, as its tools do. */
function walk(input: FlowContext) {
  const model = createTestModel(twoFactorMachine, {
    input,
    events: ({ context }) =>
      [...alphabet({ ...context, state: 'selecting' }, context.facts), ...unasked()].map(
        (event) => ({ ...event, at: START }) as FlowEvent, // an event with its time is one
      ),
    // What differs within a state is the model's to explore; here each state is walked through once.
    serializeState: ({ value, context }) => JSON.stringify([value, context.flow.stage.phase]),
    serializeEvent: (event) => JSON.stringify(event),
    limit: 3_000,
  })
  return model.getShortestPaths({ allowDuplicatePaths: true })
}

describe('the machine is pure', () => {
  test('it does nothing of its own accord: no invoke, no delay, no spawn in any state', () => {
    const found = nodes.flatMap(({ id, config }) =>
      IMPURE.filter((key) => Object.hasOwn(config, key)).map((key) => `${id}: ${key}`),
    )
    expect(nodes.length).toBeGreaterThan(25)
    expect(found).toEqual([])
    expect(nodes.flatMap(({ invoke, after }) => [...invoke, ...after])).toEqual([])
  })

  test('it knows no actors, and no delays', () => {
    const { actors, delays } = twoFactorMachine.implementations
    expect({ actors, delays }).toEqual({ actors: {}, delays: {} })
  })

  test.each([
    ['a login', contextWith({ profile }), 'authenticated'],
    ['a first login', contextWith({ facts: factsFor({ required: true }) }), 'authenticated'],
    ['a setup', contextWith({ profile, run: setup }), 'changed'],
    ['a step-up', contextWith({ profile, run: stepUp }), 'verified'],
  ] as const)('it is walked through %s without an actor system, twice the same way', (_what, input, end) => {
    const paths = walk(input)
    expect(JSON.stringify(walk(input))).toBe(JSON.stringify(paths))
    const values = new Set(paths.map(({ state }) => state.value))
    expect(values).toContain(end)
    expect(values).toContain('cancelled')
    // What a walk leaves behind is plain data: no child, no actor, nothing scheduled.
    expect(paths.flatMap(({ state }) => Object.keys(state.children))).toEqual([])
  })

  test('L10: a step leaves its input as it was', () => {
    const input = contextWith({ profile })
    const kept = structuredClone(input)
    walk(input)
    expect(input).toEqual(kept)
  })
})

describe('the machine’s states', () => {
  test('are those that a snapshot can name', () => {
    const leaves = nodes.filter(({ type }) => type === 'atomic' || type === 'final')
    expect(leaves.map(({ path }) => path.join('.')).sort()).toEqual([...flowStates].sort())
  })

  test('L7: the final ones handle no event of a client, and all others can at least be cancelled', () => {
    const finals = flowStates.filter(isFinal)
    expect(finals.toSorted()).toEqual([
      'authenticated',
      'cancelled',
      'changed',
      'denied',
      'disabled',
      'expired',
      'locked',
      'verified',
    ])
    for (const state of flowStates) {
      if (isFinal(state)) expect(handledEvents[state]).toEqual([])
      else expect(handledEvents[state]).toContain('cancel_requested')
    }
  })

  test.each([
    ['selecting', ['method_selected', 'rescue_requested', 'cancel_requested']],
    [
      'challenging.awaiting_proof',
      [
        'proof_submitted',
        'method_selected',
        'selection_requested',
        'resend_requested',
        'rescue_requested',
        'cancel_requested',
      ],
    ],
    ['enrolling.choosing', ['enrollment_requested', 'cancel_requested']],
    [
      'enrolling.awaiting_proof',
      ['proof_submitted', 'resend_requested', 'enrollment_requested', 'cancel_requested'],
    ],
    ['rescuing.choosing', ['method_selected', 'selection_requested', 'rescue_requested', 'cancel_requested']],
    [
      'managing.idle',
      [
        'enrollment_requested',
        'rename_requested',
        'preference_requested',
        'removal_requested',
        'disable_requested',
        'recovery_codes_requested',
        'cancel_requested',
      ],
    ],
  ] as const)('ASVS 2.3.1: %s handles exactly the steps that can come next', (state, events) => {
    expect(handledEvents[state]).toEqual(events)
  })
})

/** Every transition that leads into a state: from where, by which event, under which guard. */
function doorsTo(state: string): readonly string[] {
  return nodes.flatMap((node) =>
    [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
      .filter(({ target }) => target?.some(({ key }) => key === state))
      .map(({ eventType, guard }) => `${node.path.join('.')} ${eventType || 'always'} ${String(guard)}`),
  )
}

describe('ASVS 6.3.4, L1: a flow is won by the doors that are listed here, and no other', () => {
  test('authenticated: a remembered device, a policy that asks for nothing, or a proof accepted in a login', () => {
    expect(doorsTo('authenticated')).toEqual([
      'deciding always isRemembered',
      'deciding always needsNoSecondFactor',
      'challenging.checking proof_accepted isLogin',
      'enrolling.checking proof_accepted isLogin',
      'rescuing.checking proof_accepted isLogin',
    ])
  })

  test('verified: a proof accepted in what is no login', () => {
    expect(doorsTo('verified')).toEqual([
      'challenging.checking proof_accepted undefined',
      'rescuing.checking proof_accepted undefined',
    ])
  })
})

test('an update that is reached by another event than its own is a fault of the machine, and says so', () => {
  const rename = twoFactorMachine.implementations.actions['rename'] as unknown as {
    readonly assignment: (input: { context: FlowContext; event: FlowEvent }) => unknown // XState keeps it there
  }
  const reached = () =>
    rename.assignment({ context: contextWith(), event: { type: 'cancel_requested', at: START } })
  expect(reached).toThrow('the update for rename_requested was reached by cancel_requested')
})
