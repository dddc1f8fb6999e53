import { faultyStore } from '@sallyport/testkit'
import { expect, test } from 'vitest'
import { contestedStore, deploy } from './deployment.ts'

test('an unlock notifies nobody', async () => {
  const { given, when, twoFactor, outbox, observed, clock } = deploy()
  const { app } = await given.authenticator('bob')
  await when.prove(await when.login('bob'), app.wrongCodeAt(clock.now()))
  outbox.clear()
  observed.length = 0
  await twoFactor.users.unlock('bob')
  expect(outbox.sent).toEqual([])
  expect(observed.map(({ kind }) => kind)).toEqual(['user_unlocked'])
})

test('a reset notifies the user by name, and the observer of whom and when', async () => {
  const { given, twoFactor, outbox, observed, clock } = deploy()
  given.user('bob', { label: 'bob the builder' })
  await given.authenticator('bob')
  const at = clock.now()
  await twoFactor.users.reset('bob')
  expect(outbox.to('bob@acme.test').at(-1)?.message.text).toContain('bob the builder')
  expect(observed.at(-1)).toEqual({ kind: 'notice_sent', notice: 'profile_reset', userId: 'bob', at })
})

test('a change that others were faster than eight times may be tried again, and says so', async () => {
  const { twoFactor, given } = deploy({
    wrap: (store) => {
      const contested = contestedStore(store)
      contested.contest(8)
      return contested
    },
  })
  given.user('bob')
  const call = twoFactor.users.enroll('bob', { method: 'authenticator' })
  await expect(call).rejects.toMatchObject({
    code: 'not_applied',
    message: expect.stringContaining('try again'),
  })
})

test('a change that nobody can say to be made does not say that it was not', async () => {
  const { twoFactor, given } = deploy({
    wrap: (store) =>
      faultyStore(store, [
        { on: 'commit', call: 1, fails: 'lost_answer' },
        { on: 'load', call: 2 },
      ]),
  })
  given.user('bob')
  const call = twoFactor.users.enroll('bob', { method: 'authenticator' })
  await expect(call).rejects.toMatchObject({
    code: 'outcome_unknown',
    message: expect.stringContaining('cannot say'),
  })
})
