import { inState } from '@sallyport/testkit'
import { expect, test } from 'vitest'
import { deploy } from './deployment.ts'

test('a notice names the method that it is about', async () => {
  const { given, twoFactor, outbox } = deploy({
    messages: { 'notice.factor_added.text': '<{method}> of {label} at {issuer}' },
  })
  given.user('bob', { label: 'Bob' })
  await twoFactor.users.enroll('bob', { method: 'authenticator' })
  expect(outbox.to('bob@acme.test').map(({ message }) => message.text)).toEqual([
    `<authenticator> of Bob at ${twoFactor.policy.issuer}`,
  ])
})

test('a notice about no method leaves its place empty', async () => {
  const { given, twoFactor, outbox } = deploy({ messages: { 'notice.profile_reset.text': '<{method}>' } })
  given.user('bob')
  await twoFactor.users.reset('bob')
  expect(outbox.to('bob@acme.test').map(({ message }) => message.text)).toEqual(['<>'])
})

test('only a step that enrolls speaks of provisioning', async () => {
  const { given, when } = deploy()
  await given.authenticator('bob')
  await given.factor('bob', 'sms', '+15550100')
  const selecting = inState(await when.login('bob'), 'selecting')
  expect(selecting).not.toHaveProperty('provisioning')
  const challenging = await when.send(selecting, { type: 'method_selected', method: 'authenticator' })
  expect(inState(challenging, 'challenging')).not.toHaveProperty('provisioning')
})
