import { type Case, coveringSet, type Exploration, explore, lawNames } from '@sallyport/testkit/explore'
import { expect, test } from 'vitest'
import { flowStates } from '../../packages/core/src/flow/step.ts'

const explorations: Exploration[] = []

function exploreCase({ deployment, user, run }: Case): Exploration {
  const exploration = explore({ ...deployment, users: [user], runs: [run] })
  explorations.push(exploration)
  return exploration
}

const nameOf = ({ deployment: { policy }, user, run }: Case): string =>
  `${user} ${run}: ${policy.methods?.join(' and ')}`

test.each(coveringSet.map((one) => [nameOf(one), one] as const))(
  'every law holds on every step of %s',
  { timeout: 60_000 },
  (_name, one) => {
    const { breaches, states } = exploreCase(one)
    expect(breaches).toEqual([])
    expect(states).toBeGreaterThan(0)
  },
)

test('every law holds while other flows and the host change things, and in the flow that follows', {
  timeout: 120_000,
}, () => {
  const exploration = explore({
    policy: { issuer: 'Acme', remember: { days: 7 } },
    users: ['a user with one method'],
    runs: ['logs in', 'steps up'],
    bounds: { flows: 2, changesMeanwhile: 1 },
  })
  explorations.push(exploration)
  expect(exploration.breaches).toEqual([])
})

test('every law holds where standings that differ only in how far ahead a limit is are not taken for one', {
  timeout: 60_000,
}, () => {
  const exploration = explore({
    policy: { issuer: 'Acme', methods: ['email'], required: true },
    users: ['a user with one method', 'a user with nothing enrolled'],
    runs: ['logs in'],
    bounds: { times: 'exact' },
  })
  explorations.push(exploration)
  expect(exploration.breaches).toEqual([])
})

test('the searches together come by every state of the machine but the one that is never left standing', () => {
  const reached = new Set(explorations.flatMap((one) => [...one.reached]))
  expect(flowStates.filter((state) => !reached.has(state))).toEqual(['deciding'])
  const sum = (pick: (one: Exploration) => number) =>
    explorations.reduce((total, one) => total + pick(one), 0)
  const transitions = sum((one) => one.transitions)
  expect(transitions).toBeGreaterThan(100_000)
  console.info(
    `model: ${sum(({ states }) => states)} states, ${transitions} transitions, ${lawNames.length} laws, ` +
      `${explorations.length} searches, ${sum(({ seconds }) => seconds).toFixed(1)} s`,
  )
})
