import { outcomeOf } from '@sallyport/testkit'
import { expect, test } from 'vitest'
import { MAX_ENROLLMENTS, MAX_NAME_LENGTH } from '../../../packages/core/src/policy/defaults.ts'
import { deploy } from './deployment.ts'

/** What a host gets wrong, and what it is told: the field, and what it must be. */
const mistakes: readonly (readonly [
  string,
  (deployed: ReturnType<typeof deploy>) => Promise<unknown>,
  { readonly field: string; readonly message: string },
])[] = [
  [
    'a method that is not there',
    ({ twoFactor }) => twoFactor.users.enroll('bob', { method: 'fax' }),
    { field: 'method', message: 'method must be a registered method' },
  ],
  [
    'no number for a method that needs one',
    ({ twoFactor }) => twoFactor.users.enroll('bob', { method: 'sms' }),
    { field: 'address', message: 'address must be a valid address for the method' },
  ],
  [
    'a secret that is too short',
    ({ twoFactor }) => twoFactor.users.enroll('bob', { method: 'authenticator', secret: new Uint8Array(15) }),
    { field: 'secret', message: 'secret must have at least 16 bytes' },
  ],
  [
    'a name that is too long',
    ({ twoFactor }) =>
      twoFactor.users.enroll('bob', { method: 'authenticator', name: 'n'.repeat(MAX_NAME_LENGTH + 1) }),
    { field: 'name', message: `name must have 1 to ${MAX_NAME_LENGTH} characters` },
  ],
  [
    'a user whom the host does not find',
    ({ twoFactor }) => twoFactor.users.enroll('nobody', { method: 'authenticator' }),
    { field: 'userId', message: 'userId must be a user that the host finds' },
  ],
  [
    'a profile that is full',
    async ({ given, twoFactor }) => {
      for (let held = 0; held < MAX_ENROLLMENTS; held += 1) await given.authenticator('bob')
      return twoFactor.users.enroll('bob', { method: 'authenticator' })
    },
    { field: 'userId', message: `userId has ${MAX_ENROLLMENTS} enrollments, as many as a profile holds` },
  ],
  [
    'recovery codes where the policy has none',
    () => deploy({ policy: { rescue: { recoveryCodes: false } } }).twoFactor.recoveryCodes.generate('bob'),
    {
      field: 'policy.rescue.recoveryCodes',
      message: 'policy.rescue.recoveryCodes must be on to make any',
    },
  ],
  [
    'an operator without a name',
    ({ twoFactor }) => twoFactor.users.unlock('bob', { operator: '' }),
    { field: 'operator', message: 'operator must have 1 to 255 characters' },
  ],
  [
    'an operator with a line break',
    ({ twoFactor }) => twoFactor.users.unlock('bob', { operator: 'alice\nbob' }),
    { field: 'operator', message: 'operator must be well-formed text without control characters' },
  ],
  [
    'another user than was asked for',
    () =>
      deploy({
        findUser: () => ({ id: 'eve', label: 'eve', securityStamp: 's', active: true }),
      }).twoFactor.users.reset('bob'),
    { field: 'findUser', message: 'findUser must give the user that was asked for' },
  ],
  [
    'a login without its first factor',
    ({ twoFactor }) => twoFactor.login({ userId: 'bob' } as never), // as plain JavaScript may call it
    { field: 'login.firstFactor', message: 'login.firstFactor is not as expected: invalid_type' },
  ],
  [
    'a setup without an input',
    ({ twoFactor }) => twoFactor.setup(undefined as never), // as above
    { field: 'caller', message: 'caller is not as expected: invalid_type' },
  ],
  [
    'a step-up without an input',
    ({ twoFactor }) => twoFactor.stepUp(undefined as never), // as above
    { field: 'caller', message: 'caller is not as expected: invalid_type' },
  ],
  [
    'a view of a setup without an input',
    ({ twoFactor }) => twoFactor.viewSetup(undefined as never), // as above
    { field: 'caller', message: 'caller is not as expected: invalid_type' },
  ],
]

test.each(mistakes)(
  '%s is an InputError that names the field and what it must be',
  async (_what, call, error) => {
    const deployed = deploy()
    deployed.given.user('bob')
    await expect(call(deployed)).rejects.toMatchObject({
      name: 'InputError',
      code: 'input_invalid',
      ...error,
    })
  },
)

test('a name may be as long as that', async () => {
  const { given, twoFactor } = deploy()
  given.user('bob')
  const name = 'n'.repeat(MAX_NAME_LENGTH)
  await twoFactor.users.enroll('bob', { method: 'authenticator', name })
  expect((await twoFactor.users.get('bob')).enrollments).toMatchObject([{ name }])
})

test('a first factor may have been a texted code', async () => {
  const { given, when, clock } = deploy({ policy: { required: true } })
  given.user('bob')
  const firstFactor = { amr: ['sms'], at: clock.now(), channel: 'sms' } as const
  const step = await when.login('bob', { firstFactor })
  expect(step).toMatchObject({ state: 'enrolling', refusal: null })
})

test('a browser is remembered where that is asked for, and not by default', async () => {
  const { given, when, clock } = deploy({ policy: { remember: { days: 7 } } })
  const { app } = await given.authenticator('bob')
  const remembered = async (input: { remember?: boolean }) => {
    clock.advance({ minutes: 2 })
    const step = await when.prove(await when.login('bob', input), app.codeAt(clock.now()))
    return outcomeOf(step, 'authenticated').remembered
  }
  expect(await remembered({})).toBeNull()
  expect(await remembered({ remember: true })).toMatchObject({ expiresAt: expect.any(Number) })
})

test('the revocation of a device of a user without any says that there was none', async () => {
  const { twoFactor } = deploy()
  expect(await twoFactor.devices.revoke('bob', 'none')).toBe(false)
})
