import type { FlowLogEntry } from '@sallyport/core'
import { outcomeOf } from '@sallyport/testkit'
import { expect, test } from 'vitest'
import { deploy } from './deployment.ts'

test('the log of a login holds what the machine was given at each step, under the commit that wrote it', async () => {
  const log: FlowLogEntry[] = []
  const { given, when, clock, store } = deploy({ flowLog: { append: (entry) => log.push(entry) } })
  const { app } = await given.authenticator('bob')
  store.clear()
  outcomeOf(await when.prove(await when.login('bob'), app.codeAt(clock.now())), 'authenticated')
  expect(log.map(({ events }) => events.map(({ type }) => type))).toEqual([
    ['challenge_opened'],
    ['proof_submitted', 'proof_accepted'],
  ])
  expect(log.map(({ start }) => start?.run.kind)).toEqual(['login', undefined])
  expect(log.map(({ userId, flow, revision, commit }) => ({ userId, flow, revision, commit }))).toEqual(
    store.commits.map(({ change: { userId, commitId, flow } }) => ({
      userId,
      flow: flow?.id,
      revision: flow?.revision,
      commit: commitId,
    })),
  )
})
