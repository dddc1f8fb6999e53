import { memoryStore } from '@sallyport/adapters-memory'
import { interleave, interleavingScenarios, replayInterleaving } from '@sallyport/testkit'
import { expect, test } from 'vitest'
import { flawedStore } from './flawed-stores.ts'

const one = (name: string) => interleavingScenarios.filter((scenario) => scenario.name === name)
const flawed = {
  store: (pause: () => Promise<void>) => flawedStore('compares, waits, writes', pause),
  scenarios: one('same-code-over-two-flows'),
}

test('a failure found by a walk replays: the same violations and the same trace', async () => {
  const [failure] = (await interleave(flawed)).failures
  expect(failure?.seed).toBe(null)
  const replayed = await replayInterleaving(failure?.replay ?? '', flawed)
  expect(replayed).toEqual({ violations: failure?.violations, trace: failure?.trace })
})

test('a failure found by chance names its seed and replays, and the same seed finds it again', async () => {
  const random = { schedules: 200, seed: 'chance' }
  const [failure] = (await interleave({ ...flawed, walks: [], random })).failures
  const [again] = (await interleave({ ...flawed, walks: [], random })).failures
  expect(failure?.seed).toMatch(/^chance:same-code-over-two-flows:\d+$/)
  expect(again).toEqual(failure)
  const replayed = await replayInterleaving(failure?.replay ?? '', flawed)
  expect(replayed.trace).toEqual(failure?.trace)
})

test('a schedule of the real engine gives the same trace each time', async () => {
  const subject = { store: () => memoryStore() }
  const replay = 'same-code-over-two-flows:2:aba~b^abb*'
  const first = await replayInterleaving(replay, subject)
  expect(first.violations).toEqual([])
  expect(first.trace).toContain('b crashes at commit')
  expect(await replayInterleaving(replay, subject)).toEqual(first)
})

test.each(['forget-against-login:2:bba+bb~abb', 'purge-forget-and-login:2:cb+cccac~bcc'])(
  'a login whose lost answer is erased with its user is made again, and told once: %s',
  async (replay) => {
    const { trace, violations } = await replayInterleaving(replay, { store: () => memoryStore() })
    expect(violations).toEqual([])
    expect(trace.filter((line) => line.includes('lost_answer'))).toHaveLength(1)
  },
)

test.each([
  ['no-such-scenario:1:ab', /no scenario/],
  ['same-code-over-two-flows:1:a*', /none of/],
  ['same-code-over-two-flows:1:a?', /written/],
  ['same-code-over-two-flows:1:!a', /letters/],
])('what is no schedule is refused: %s', async (replay, message) => {
  await expect(replayInterleaving(replay, { store: () => memoryStore() })).rejects.toThrow(message)
})
