import { memoryStore } from '@sallyport/adapters-memory'
import { InputError, parseUserId, type RuleUser, type User } from '@sallyport/core'
import { inState, outcomeOf, refusalOf } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../packages/core/src/engine/config.ts'
import { toFacts } from '../../../packages/core/src/engine/facts.ts'
import { deploy } from './deployment.ts'

const required = { required: true, enrollAtLogin: false }

describe('what the host says of a user', () => {
  test.each([
    ['null', null],
    ['undefined', undefined],
  ])('%s is nobody who may log in', async (_what, user) => {
    const { when } = deploy({ findUser: () => user })
    expect(outcomeOf(await when.login('bob'), 'denied').reason).toBe('inactive')
  })

  test('nobody has no name and no address, need not and may not enroll, and has a stamp that is no digest', () => {
    const env = parseConfig({
      policy: { issuer: 'Acme', required: true },
      store: memoryStore(),
      keys: { ring: [{ id: 'k', secret: new Uint8Array(32) }] },
      findUser: () => null,
    })
    expect(toFacts(env, parseUserId('bob'), null, null).user).toEqual({
      label: '',
      email: null,
      phone: null,
      active: false,
      required: false,
      mayEnrollAtLogin: false,
      stamps: ['nobody'],
    })
  })

  test('nobody’s login has ended as any other: a repeat gets a typed refusal', async () => {
    const { when, twoFactor } = deploy({ findUser: () => null })
    const step = await when.login('bob')
    expect(refusalOf(await when.prove(step, '123456'))).toBe('flow_ended')
    expect(await twoFactor.view(step.flow)).toMatchObject({ state: 'denied', refusal: null })
  })

  test('may be a promise', async () => {
    const user: User = { id: 'bob', label: 'bob', securityStamp: 's', active: true }
    const { when } = deploy({ findUser: async () => user })
    outcomeOf(await when.login('bob'), 'authenticated')
    expect((await when.stepUp('bob')).state).toBe('denied')
  })

  test('of another user than was asked for is a bug of the host’s, and stops the step', async () => {
    const { when, store } = deploy({
      findUser: () => ({ id: 'eve', label: 'eve', securityStamp: 's', active: true }),
    })
    const login = when.login('bob')
    await expect(login).rejects.toThrow(InputError)
    await expect(login).rejects.toMatchObject({
      field: 'findUser',
      message: expect.not.stringContaining('eve'),
    })
    expect(store.commits).toEqual([])
  })

  test('an address that is missing is as good as null', async () => {
    const { when } = deploy({
      findUser: (id) => ({ id, label: id, securityStamp: 's', active: true, required: true }),
    })
    const step = inState(await when.login('bob'), 'enrolling')
    expect(step.enrollable.map(({ method }) => method)).toEqual(['authenticator', 'sms'])
  })
})

describe('whether a user must have a second factor', () => {
  test.each([
    ['is said by the policy for all', true, undefined, 'denied'],
    ['is not required by default', undefined, undefined, 'authenticated'],
    ['is said of one user before the policy’s word for all', true, false, 'authenticated'],
    ['is said of one user, whatever the policy says', false, true, 'denied'],
  ])('%s', async (_what, ofAll, ofUser, state) => {
    const { when, given } = deploy({
      policy: { enrollAtLogin: false, ...(ofAll === undefined ? {} : { required: ofAll }) },
    })
    given.user('bob', ofUser === undefined ? {} : { required: ofUser })
    expect((await when.login('bob')).state).toBe(state)
  })

  test('is decided by a rule that is given the user’s facts, all of them', async () => {
    const asked: RuleUser[] = []
    const { when, given } = deploy({
      policy: {
        ...required,
        required: (user) => {
          asked.push(user)
          return user.phone !== null
        },
      },
    })
    given.user('bob', { phone: '+15550009' })
    outcomeOf(await when.login('alice'), 'authenticated')
    expect(outcomeOf(await when.login('bob'), 'denied').reason).toBe('enrollment_not_allowed')
    expect(asked).toEqual([
      { id: 'alice', label: 'alice', email: 'alice@acme.test', phone: null },
      { id: 'bob', label: 'bob', email: 'bob@acme.test', phone: '+15550009' },
    ])
  })

  test('and may enroll at login is decided by a rule of its own', async () => {
    const { when } = deploy({ policy: { required: true, enrollAtLogin: ({ id }) => id === 'bob' } })
    expect((await when.login('bob')).state).toBe('enrolling')
    expect((await when.login('alice')).state).toBe('denied')
  })
})
