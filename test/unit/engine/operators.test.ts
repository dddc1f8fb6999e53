import { memoryStore } from '@sallyport/adapters-memory'
import { sqliteStore } from '@sallyport/adapters-sql'
import {
  type AuditLog,
  type ChangeOptions,
  type CommitId,
  type EnrollInput,
  InputError,
  KeyError,
  type Keys,
  type ObservedEvent,
  parseUserId,
  type Store,
  StoreError,
  type TwoFactor,
  type UserId,
} from '@sallyport/core'
import {
  fakeClock,
  faultyStore,
  inState,
  outcomeOf,
  scenario,
  simulatedAuthenticator,
} from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { contestedStore, deploy } from './deployment.ts'

const bob = parseUserId('bob')
const NUMBER = '+15550001'

const key = (id: string, fill: number) => ({ id, secret: new Uint8Array(32).fill(fill) })
const k1: Keys = { ring: [key('k1', 1)] }
const rotated: Keys = { ring: [key('k2', 2), key('k1', 1)] }
const k2: Keys = { ring: [key('k2', 2)] }

const kindsOf = (records: readonly { readonly kind: string }[]) => records.map(({ kind }) => kind)
const noticesTo = (outbox: ReturnType<typeof deploy>['outbox'], address: string) =>
  outbox.to(address).map(({ message }) => message.kind)

/** Locks bob by wrong codes, in as many logins as it takes. */
async function lockOut({ when, clock }: ReturnType<typeof deploy>, app: { wrongCodeAt(at: number): string }) {
  for (let step = await when.login('bob'); step.state !== 'locked'; ) {
    if (step.state === 'denied') step = await when.login('bob')
    else step = await when.prove(step, app.wrongCodeAt(clock.now()))
  }
}

describe('users.get', () => {
  test('says all that an operator may know, and no secret (L6)', async () => {
    const { given, twoFactor, clock } = deploy({ policy: { remember: { days: 7 } } })
    const { enrollment } = await given.authenticator('bob')
    const phone = await given.factor('bob', 'sms', NUMBER)
    await twoFactor.recoveryCodes.generate('bob')
    const summary = await twoFactor.users.get('bob')
    expect(summary).toEqual({
      enrollments: [
        {
          id: enrollment,
          method: 'authenticator',
          name: null,
          address: null,
          createdAt: clock.now(),
          lastUsedAt: null,
        },
        {
          id: phone.enrollment,
          method: 'sms',
          name: null,
          address: NUMBER,
          createdAt: clock.now(),
          lastUsedAt: null,
        },
      ],
      preferred: enrollment,
      recoveryCodesLeft: 10,
      devices: [],
      failures: 0,
      isLocked: false,
      lockedUntil: null,
      epoch: 2,
    })
  })

  test('says of a user who has nothing that there is nothing, and writes nothing', async () => {
    const { twoFactor, store } = deploy()
    expect(await twoFactor.users.get('bob')).toMatchObject({ enrollments: [], preferred: null, epoch: 0 })
    expect(store.commits).toEqual([])
  })

  test('says until when a lock holds, and nothing of one that is over', async () => {
    const deployed = deploy()
    const { app } = await deployed.given.authenticator('bob')
    const { users } = deployed.twoFactor
    await lockOut(deployed, app)
    const until = deployed.clock.now() + 900_000
    expect(await users.get('bob')).toMatchObject({ failures: 10, isLocked: true, lockedUntil: until })
    deployed.clock.set(until)
    expect(await users.get('bob')).toMatchObject({ failures: 10, isLocked: false, lockedUntil: null })
  })
})

describe('users.reset', () => {
  test('ASVS 6.5.6: removes all factors, forgives, ends what is under way, and tells the user', async () => {
    const deployed = deploy()
    const { given, twoFactor, memory, when, outbox } = deployed
    const { app } = await given.authenticator('bob')
    await twoFactor.recoveryCodes.generate('bob')
    const pending = await when.login('bob')
    await when.prove(pending, app.wrongCodeAt(deployed.clock.now()))
    await twoFactor.users.reset('bob')
    expect(await twoFactor.users.get('bob')).toMatchObject({
      enrollments: [],
      recoveryCodesLeft: 0,
      failures: 0,
      epoch: 2,
    })
    expect(kindsOf(await memory.auditOf(bob))).toContain('profile_reset')
    expect(noticesTo(outbox, 'bob@acme.test')).toContain('profile_reset')
    const late = await when.prove(pending, app.codeAt(deployed.clock.now()))
    expect(outcomeOf(late, 'cancelled').reason).toBe('superseded')
  })

  test('raises the epoch of a user who has nothing, too: an old token never counts again', async () => {
    const { twoFactor } = deploy()
    await twoFactor.users.reset('bob')
    await twoFactor.users.reset('bob')
    expect((await twoFactor.users.get('bob')).epoch).toBe(2)
  })
})

describe('users.unlock', () => {
  test('lifts a lock and forgives, which is in the log', async () => {
    const deployed = deploy()
    const { app } = await deployed.given.authenticator('bob')
    await lockOut(deployed, app)
    expect((await deployed.when.login('bob')).state).toBe('locked')
    await deployed.twoFactor.users.unlock('bob')
    expect((await deployed.when.login('bob')).state).toBe('challenging')
    expect(await deployed.memory.auditOf(bob)).toContainEqual({
      kind: 'user_unlocked',
      by: 'administrator',
      at: deployed.clock.now(),
    })
  })

  test.each(['unlock', 'reset'] as const)(
    'users.%s gives a new budget of codes: it may have been used up by a thief',
    async (call) => {
      const { given, when, twoFactor, clock } = deploy({
        policy: { delivery: { perTenMinutes: 2, perDay: 2 } },
      })
      await given.factor('bob', 'email')
      for (let login = 0; login < 2; login++) await when.login('bob')
      clock.advance({ hours: 1 })
      expect((await when.login('bob')).refusal).toMatchObject({ reason: 'delivery_limited' })
      await twoFactor.users[call]('bob')
      if (call === 'reset') await twoFactor.users.enroll('bob', { method: 'email' })
      expect(await when.login('bob')).toMatchObject({ state: 'challenging', refusal: null })
    },
  )

  test('of a user who is not locked writes nothing', async () => {
    const { given, twoFactor, store } = deploy()
    await given.authenticator('bob')
    store.clear()
    await twoFactor.users.unlock('bob')
    expect(store.commits).toEqual([])
  })
})

describe('users.enroll', () => {
  test('sets a factor up that works at once, and gives its provisioning data once', async () => {
    const { given, twoFactor, when, clock, outbox, memory } = deploy()
    given.user('bob', { label: 'bob@acme.test' })
    const { enrollment, provisioning } = await twoFactor.users.enroll('bob', {
      method: 'authenticator',
      name: 'work',
    })
    if (provisioning?.kind !== 'app') throw new Error('no app')
    expect(simulatedAuthenticator(provisioning.uri)).toMatchObject({
      issuer: 'Acme',
      account: 'bob@acme.test',
    })
    const won = await when.prove(
      await when.login('bob'),
      simulatedAuthenticator(provisioning.uri).codeAt(clock.now()),
    )
    expect(outcomeOf(won, 'authenticated').enrollment).toBe(enrollment)
    expect((await twoFactor.users.get('bob')).enrollments).toMatchObject([{ id: enrollment, name: 'work' }])
    expect(noticesTo(outbox, 'bob@acme.test')).toEqual(['factor_added'])
    expect(await memory.auditOf(bob)).toContainEqual({
      kind: 'enrollment_added',
      method: 'authenticator',
      enrollment,
      by: 'administrator',
      at: clock.now(),
    })
  })

  test('takes a secret that was brought along, and then shows none', async () => {
    const { given, twoFactor, when, clock, store } = deploy()
    const app = simulatedAuthenticator(
      'otpauth://totp/Old:bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Old',
    )
    given.user('bob')
    const secret = new TextEncoder().encode('12345678901234567890')
    const { provisioning } = await twoFactor.users.enroll('bob', { method: 'authenticator', secret })
    expect(provisioning).toBeNull()
    outcomeOf(await when.prove(await when.login('bob'), app.codeAt(clock.now())), 'authenticated')
    expect(JSON.stringify(store.commits)).not.toMatch(/GEZDGNBV|1234567890/)
  })

  test('RFC 4226 §4 R6: takes a secret of exactly 128 bits, and logs in by it', async () => {
    const { given, twoFactor, when, clock } = deploy()
    const app = simulatedAuthenticator('otpauth://totp/Old:bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY&issuer=Old')
    given.user('bob')
    const secret = new TextEncoder().encode('1234567890123456')
    await twoFactor.users.enroll('bob', { method: 'authenticator', secret })
    expect((await when.prove(await when.login('bob'), app.codeAt(clock.now()))).state).toBe('authenticated')
  })

  test('takes an address in its canonical form', async () => {
    const { given, twoFactor } = deploy({
      phoneNumbers: { toE164: (text) => (text === '0155' ? '+49155' : undefined) },
    })
    given.user('bob')
    await twoFactor.users.enroll('bob', { method: 'sms', address: '0155' })
    expect((await twoFactor.users.get('bob')).enrollments).toMatchObject([{ address: '+49155' }])
  })

  test('ASVS 6.3.7: tells of mail that was set up by text, where there is a number', async () => {
    const { given, twoFactor, outbox } = deploy()
    given.user('bob', { phone: NUMBER })
    await twoFactor.users.enroll('bob', { method: 'email' })
    expect([noticesTo(outbox, NUMBER), noticesTo(outbox, 'bob@acme.test')]).toEqual([['factor_added'], []])
  })

  test('parses no address that was not given', async () => {
    const parsed: string[] = []
    const { given, twoFactor } = deploy({ phoneNumbers: { toE164: (text) => void parsed.push(text) } })
    given.user('bob')
    await expect(twoFactor.users.enroll('bob', { method: 'sms' })).rejects.toThrow(InputError)
    expect(parsed).toEqual([])
  })

  test.each<[string, EnrollInput, string]>([
    ['a method that is not registered', { method: 'fax' }, 'method'],
    ['no address', { method: 'sms' }, 'address'],
    ['ASVS 6.6.1: an address that is none', { method: 'sms', address: 'S3CRET' }, 'address'],
    [
      'RFC 4226 §4 R6: a secret below 128 bits',
      { method: 'authenticator', secret: new Uint8Array(15) },
      'secret',
    ],
  ])('refuses %s, by its field', async (_what, input, field) => {
    const { given, twoFactor, store } = deploy()
    given.user('bob')
    const enrolling = twoFactor.users.enroll('bob', input)
    await expect(enrolling).rejects.toThrow(InputError)
    await expect(enrolling).rejects.toMatchObject({
      code: 'input_invalid',
      field,
      message: expect.not.stringContaining('S3CRET'),
    })
    expect(store.commits).toEqual([])
  })

  test('refuses one factor more than a profile holds', async () => {
    const { given, twoFactor } = deploy()
    for (let count = 0; count < 10; count += 1) await given.authenticator('bob')
    await expect(twoFactor.users.enroll('bob', { method: 'authenticator' })).rejects.toMatchObject({
      field: 'userId',
    })
    expect((await twoFactor.users.get('bob')).enrollments).toHaveLength(10)
  })

  test('sends a method’s codes to no address where it needs none', async () => {
    const { given, twoFactor } = deploy()
    given.user('bob')
    await twoFactor.users.enroll('bob', { method: 'email', address: 'eve@evil.test' })
    expect((await twoFactor.users.get('bob')).enrollments).toMatchObject([{ address: null }])
  })
})

test.each([
  ['a user whom the host does not find', 'nobody', { method: 'email' }, 'userId'],
  ['a name of 65 characters', 'bob', { method: 'email', name: 'x'.repeat(65) }, 'name'],
  ['a name of nothing but spaces', 'bob', { method: 'email', name: ' ' }, 'name'],
])('an administrator’s enrollment with %s is refused, naming the field', async (_what, id, input, field) => {
  const { given, twoFactor } = scenario({ store: memoryStore() })
  given.user('bob')
  await expect(twoFactor.users.enroll(id, input)).rejects.toMatchObject({ code: 'input_invalid', field })
  expect((await twoFactor.users.get(id)).enrollments).toEqual([])
})

test('an operator makes no recovery codes where the policy has none', async () => {
  const { given, twoFactor } = scenario({
    store: memoryStore(),
    policy: { rescue: { recoveryCodes: false } },
  })
  await given.authenticator('bob')
  const field = 'policy.rescue.recoveryCodes'
  await expect(twoFactor.recoveryCodes.generate('bob')).rejects.toMatchObject({
    code: 'input_invalid',
    field,
  })
})

describe('remembered devices', () => {
  const remembering = async () => {
    const deployed = deploy({ policy: { remember: { days: 7 } } })
    const { app } = await deployed.given.authenticator('bob')
    const remember = async () => {
      const step = await deployed.when.login('bob', { remember: true })
      const { remembered } = outcomeOf(
        await deployed.when.prove(step, app.codeAt(deployed.clock.now())),
        'authenticated',
      )
      deployed.clock.advance({ minutes: 1 })
      if (remembered === null) throw new Error('it was not remembered')
      return remembered
    }
    return { ...deployed, first: await remember(), second: await remember() }
  }

  test('are listed while they live', async () => {
    const { twoFactor, first, second, clock } = await remembering()
    expect((await twoFactor.devices.list('bob')).map(({ id }) => id)).toEqual([first.device, second.device])
    clock.set(first.expiresAt)
    expect((await twoFactor.devices.list('bob')).map(({ id }) => id)).toEqual([second.device])
    expect(await twoFactor.devices.list('alice')).toEqual([])
  })

  test('ASVS 6.5.6: are revoked one by one, at once, which is in the log', async () => {
    const { twoFactor, first, second, when, memory } = await remembering()
    expect(await twoFactor.devices.revoke('bob', first.device)).toBe(true)
    expect((await when.login('bob', { remembered: first.token })).state).toBe('challenging')
    expect((await when.login('bob', { remembered: second.token })).state).toBe('authenticated')
    expect(await memory.auditOf(bob)).toContainEqual(
      expect.objectContaining({ kind: 'device_revoked', device: first.device }),
    )
  })

  test.each(['', 'nonsense', '__proto__'])(
    'that there are not cannot be revoked, which writes nothing: %j',
    async (device) => {
      const { twoFactor, store } = await remembering()
      store.clear()
      expect(await twoFactor.devices.revoke('bob', device)).toBe(false)
      expect(store.commits).toEqual([])
    },
  )
})

describe('recovery codes', () => {
  test('are made anew, given once, and the old ones are void', async () => {
    const { given, twoFactor, when, memory, outbox } = deploy()
    await given.authenticator('bob')
    const old = await twoFactor.recoveryCodes.generate('bob')
    const codes = await twoFactor.recoveryCodes.generate('bob')
    expect(await twoFactor.recoveryCodes.count('bob')).toBe(10)
    const rescue = { type: 'rescue_requested', option: 'recovery_code' } as const
    const step = await when.send(await when.login('bob'), rescue)
    expect((await when.prove(step, old[0] ?? '')).refusal?.reason).toBe('proof_rejected')
    outcomeOf(await when.prove(step, codes[0] ?? ''), 'authenticated')
    expect(await twoFactor.recoveryCodes.count('bob')).toBe(9)
    expect(noticesTo(outbox, 'bob@acme.test')).toContain('recovery_codes_generated')
    expect(await memory.auditOf(bob)).toContainEqual(
      expect.objectContaining({ kind: 'recovery_codes_generated', by: 'administrator', left: 10 }),
    )
  })

  test('ASVS 6.5.4, CWE-330: have 120 bits each, in six groups', async () => {
    const { given, twoFactor } = deploy()
    given.user('bob')
    const codes = await twoFactor.recoveryCodes.generate('bob')
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/)
  })

  test('are none where there are none', async () => {
    expect(await deploy().twoFactor.recoveryCodes.count('bob')).toBe(0)
  })
})

describe('rekey', () => {
  /** The same deployment under another ring: its users and its store stay. */
  const under = (keys: Keys, from?: ReturnType<typeof deploy>) => {
    const policy = { rescue: { dangerouslyShowAgain: true } }
    const deployed = deploy({
      keys,
      policy,
      seed: keys.ring[0].id,
      ...(from === undefined ? {} : { wrap: () => from.memory }),
    })
    deployed.given.user('bob')
    return deployed
  }
  const enrolled = async () => {
    const old = under(k1)
    const { app } = await old.given.authenticator('bob')
    await old.given.factor('bob', 'sms', NUMBER)
    await old.twoFactor.recoveryCodes.generate('bob')
    return { old, app }
  }

  test('seals every value under an old key anew, and says which keys are still in use', async () => {
    const { old } = await enrolled()
    const now = under(rotated, old)
    expect(await now.twoFactor.rekey(['bob'])).toEqual({ resealed: 2, keyIdsInUse: { k2: 2 } })
    expect(await now.twoFactor.rekey(['bob'])).toEqual({ resealed: 0, keyIdsInUse: { k2: 2 } })
  })

  test('writes nothing for a user who has nothing to seal anew', async () => {
    const { old } = await enrolled()
    const now = under(rotated, old)
    await now.twoFactor.rekey(['bob'])
    now.store.clear()
    await now.twoFactor.rekey(['bob', 'alice'])
    expect(now.store.commits).toEqual([])
  })

  test('leaves what is under the current key as it is', async () => {
    const { old } = await enrolled()
    const now = under(rotated, old)
    await now.given.authenticator('bob')
    expect(await now.twoFactor.rekey(['bob'])).toEqual({ resealed: 2, keyIdsInUse: { k2: 3 } })
    const [enrolling, resealing] = now.store.commits.map(({ change }) => change.profile?.value?.enrollments)
    expect(resealing?.at(-1)).toEqual(enrolling?.at(-1))
    expect(resealing?.at(0)?.secret).not.toBe(enrolling?.at(0)?.secret)
  })

  test('takes what was never sealed as it is, recovery codes that cannot be shown again among it', async () => {
    const old = deploy({ keys: k1, seed: 'k1' })
    old.given.user('alice')
    await old.given.authenticator('bob')
    await old.given.authenticator('alice')
    await old.twoFactor.recoveryCodes.generate('bob')
    const storedCodes = async () => {
      const { value } = (await old.memory.load(bob)).profile ?? {}
      return (value as { recoveryCodes: object }).recoveryCodes // as the profile is stored
    }
    const before = await storedCodes()
    const now = under(rotated, old)
    expect(await now.twoFactor.rekey(['bob', 'alice'])).toEqual({ resealed: 2, keyIdsInUse: { k2: 2 } })
    expect(await storedCodes()).toEqual(before)
  })

  test('is nothing that a user is told of, nor the log', async () => {
    const { old } = await enrolled()
    const now = under(rotated, old)
    await now.twoFactor.rekey(['bob'])
    expect(now.store.commits.map(({ change }) => change.audit)).toEqual([[]])
    expect([now.outbox.sent, now.observed]).toEqual([[], []])
  })

  test('takes users in batches as they come, and counts over all of them', async () => {
    const { old } = await enrolled()
    old.given.user('alice')
    await old.given.authenticator('alice')
    const now = under(rotated, old)
    now.given.user('alice')
    async function* everybody() {
      yield 'bob'
      yield 'alice'
    }
    expect(await now.twoFactor.rekey(everybody())).toEqual({ resealed: 3, keyIdsInUse: { k2: 3 } })
  })

  test('lets the old key leave: what was sealed under it opens without it', async () => {
    const { old, app } = await enrolled()
    await under(rotated, old).twoFactor.rekey(['bob'])
    const { when, clock } = under(k2, old)
    const step = await when.send(await when.login('bob'), {
      type: 'method_selected',
      method: 'authenticator',
    })
    expect((await when.prove(step, app.codeAt(clock.now()))).state).toBe('authenticated')
    expect(inState(await when.setup('bob'), 'managing').recoveryCodes).toHaveLength(10)
  })

  test('not before: a key that has left too soon is a KeyError, never a wrong code', async () => {
    const { old, app } = await enrolled()
    const { when, clock, twoFactor } = under(k2, old)
    const step = await when.send(await when.login('bob'), {
      type: 'method_selected',
      method: 'authenticator',
    })
    const proving = when.prove(step, app.codeAt(clock.now()))
    await expect(proving).rejects.toThrow(KeyError)
    await expect(proving).rejects.toMatchObject({ code: 'key_unknown' })
    expect((await twoFactor.users.get('bob')).failures).toBe(0)
    await expect(twoFactor.rekey(['bob'])).rejects.toThrow(KeyError)
  })

  test('a flow outlives the rotation of the ring', async () => {
    const { old, app } = await enrolled()
    const login = await old.when.login('bob')
    const now = under(rotated, old)
    const step = await now.when.send(login, { type: 'method_selected', method: 'authenticator' })
    expect((await now.when.prove(step, app.codeAt(now.clock.now()))).state).toBe('authenticated')
  })
})

describe('purge', () => {
  test('removes flows an hour after their end, and no sooner', async () => {
    const { when, twoFactor, clock } = deploy()
    await when.login('bob') // a login lives ten minutes
    clock.advance({ hours: 1, minutes: 10 })
    expect(await twoFactor.purge()).toBe(0)
    clock.advance(1)
    expect(await twoFactor.purge()).toBe(1)
    expect(await twoFactor.purge()).toBe(0)
  })

  test('removes no more than it is told to, by default a thousand', async () => {
    const limits: number[] = []
    const { when, twoFactor, clock } = deploy({
      wrap: (store) => ({
        ...store,
        purge: (before, limit) => {
          limits.push(limit)
          return store.purge(before, limit)
        },
      }),
    })
    for (const id of ['a', 'b', 'c']) await when.login(id)
    clock.advance({ hours: 2 })
    expect([await twoFactor.purge(2), await twoFactor.purge()]).toEqual([2, 1])
    expect(limits).toEqual([2, 1_000])
  })
})

test('forget erases a user, log and all, and no other', async () => {
  const { given, when, twoFactor, memory } = deploy()
  for (const id of ['bob', 'alice']) {
    await given.authenticator(id)
    await when.login(id)
  }
  await twoFactor.forget('bob')
  expect([await memory.load(bob), await memory.auditOf(bob)]).toEqual([{}, []])
  expect((await twoFactor.users.get('alice')).enrollments).toHaveLength(1)
})

describe('a change by an operator', () => {
  const enrollPhone = ({ twoFactor, given }: ReturnType<typeof deploy>) => {
    given.user('bob')
    return twoFactor.users.enroll('bob', { method: 'sms', address: NUMBER })
  }
  const contested = () => {
    const inner: { store?: ReturnType<typeof contestedStore> } = {}
    const deployed = deploy({
      wrap: (store) => {
        inner.store = contestedStore(store)
        return inner.store
      },
    })
    return { ...deployed, contest: (times: number) => inner.store?.contest(times) }
  }

  test('costs one load and one commit', async () => {
    const deployed = deploy()
    await enrollPhone(deployed)
    expect(deployed.store.loads).toEqual([{ userId: bob }])
    expect(kindsOf(deployed.store.commits.map(({ change }) => change.audit[0] ?? { kind: '' }))).toEqual([
      'enrollment_added',
    ])
  })

  test('is done again when another was faster, and told once', async () => {
    const deployed = contested()
    deployed.contest(3)
    await enrollPhone(deployed)
    expect(deployed.store.commits).toHaveLength(4)
    expect(noticesTo(deployed.outbox, 'bob@acme.test')).toEqual(['factor_added'])
    expect(kindsOf(deployed.observed)).toEqual(['enrollment_added', 'notice_sent'])
  })

  test('is given up after eight conflicts, and has changed nothing', async () => {
    const deployed = contested()
    deployed.contest(8)
    const enrolling = enrollPhone(deployed)
    await expect(enrolling).rejects.toThrow(StoreError)
    await expect(enrolling).rejects.toMatchObject({ code: 'not_applied' })
    expect([deployed.store.commits.length, deployed.outbox.sent.length, deployed.observed.length]).toEqual([
      8, 0, 0,
    ])
  })

  test.each(['lost_answer', 'lost_request'] as const)(
    'L12: whose commit is in doubt (%s) is made and told once',
    async (fails) => {
      const deployed = deploy({ wrap: (store) => faultyStore(store, [{ on: 'commit', call: 1, fails }]) })
      await enrollPhone(deployed)
      expect((await deployed.twoFactor.users.get('bob')).enrollments).toHaveLength(1)
      expect(noticesTo(deployed.outbox, 'bob@acme.test')).toEqual(['factor_added'])
    },
  )

  test('L12: whose commit stays in doubt says so, and tells nobody', async () => {
    const deployed = deploy({
      wrap: (store) =>
        faultyStore(store, [
          { on: 'commit', call: 1, fails: 'lost_answer' },
          { on: 'load', call: 2 },
        ]),
    })
    await expect(enrollPhone(deployed)).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect([deployed.outbox.sent, deployed.observed]).toEqual([[], []])
  })

  test('that the store refuses is thrown as it is', async () => {
    const deployed = deploy({
      wrap: (store) => faultyStore(store, [{ on: 'commit', call: 1, fails: 'not_applied' }]),
    })
    await expect(enrollPhone(deployed)).rejects.toMatchObject({ code: 'not_applied' })
  })

  test('is told to nobody where the host knows no such user any more', async () => {
    const { twoFactor, outbox, given } = deploy()
    await given.authenticator('bob')
    outbox.clear()
    given.noUser('bob')
    await twoFactor.users.reset('bob')
    expect(outbox.sent).toEqual([])
  })

  test('takes users by the same rule as a flow does', async () => {
    const { twoFactor } = deploy()
    for (const id of ['', 'a\u0000', 'x'.repeat(256)]) {
      await expect(twoFactor.users.get(id)).rejects.toMatchObject({ code: 'user_id_invalid' })
    }
  })

  test('waits for no notice that hangs longer than ten seconds', async () => {
    const clock = fakeClock()
    const deployed = deploy({ clock })
    deployed.outbox.next('hang')
    const enrolling = enrollPhone(deployed)
    await clock.paused()
    clock.advance({ seconds: 10 })
    expect((await enrolling).provisioning).toBeNull()
    expect(kindsOf(deployed.observed)).toEqual(['enrollment_added', 'notice_failed'])
  })
})

test('a profile that a newer release wrote stops whoever reads it', async () => {
  const { twoFactor, when } = deploy({
    wrap: (store) => ({
      ...store,
      load: async (userId: UserId) => ({
        profile: {
          value: { version: 2 },
          revision: 1,
          commitId: (await store.load(userId)).profile?.commitId ?? ('c' as CommitId), // opaque here
        },
      }),
    }),
  })
  await expect(twoFactor.users.get('bob')).rejects.toMatchObject({ code: 'version_unknown' })
  await expect(when.login('bob')).rejects.toMatchObject({ code: 'version_unknown' })
})

describe('who an operator is', () => {
  /** Makes every change that an operator can make. */
  async function changeAll(twoFactor: TwoFactor, device: string, options?: ChangeOptions): Promise<void> {
    await twoFactor.users.unlock('bob', options)
    await twoFactor.devices.revoke('bob', device, options)
    await twoFactor.users.enroll('bob', { method: 'email' }, options)
    await twoFactor.recoveryCodes.generate('bob', options)
    await twoFactor.users.reset('bob', options)
  }

  /** A user with a remembered browser, who is locked. */
  async function lockedBob(store: Store & AuditLog) {
    const observed: ObservedEvent[] = []
    const world = deploy({
      wrap: () => store,
      policy: { remember: { days: 7 } },
      observer: { observe: (one) => observed.push(one) },
    })
    const { app } = await world.given.authenticator('bob')
    const step = await world.twoFactor.send((await world.when.login('bob')).flow, {
      type: 'proof_submitted',
      proof: app.codeAt(world.clock.now()),
      remember: true,
    })
    const { remembered } = outcomeOf(step, 'authenticated')
    await lockOut(world, app)
    world.clock.advance({ seconds: 1 }) // SQL stores order the records of one moment by their commit's id
    const before = (await store.auditOf(bob)).length
    const records = async () => (await store.auditOf(bob)).slice(before)
    return { ...world, observed, records, device: remembered?.device ?? 'none' }
  }

  const kinds = [
    'device_revoked',
    'enrollment_added',
    'profile_reset',
    'recovery_codes_generated',
    'user_unlocked',
  ]

  test.each([
    ['memory', memoryStore],
    ['SQLite', () => sqliteStore(':memory:')],
  ])('is in the records of what they change, and with the observer: %s', async (_name, createStore) => {
    const { twoFactor, device, records, observed } = await lockedBob(createStore())
    await changeAll(twoFactor, device, { operator: 'alice@acme.test' })
    const named = (await records()).filter(({ operator }) => operator === 'alice@acme.test')
    expect(kindsOf(named).toSorted()).toEqual(kinds)
    expect(kindsOf(observed.filter((one) => 'operator' in one)).toSorted()).toEqual(kinds)
  })

  test('is in no record when the call names none', async () => {
    const { twoFactor, device, records } = await lockedBob(memoryStore())
    await changeAll(twoFactor, device)
    const written = await records()
    expect(kindsOf(written).toSorted()).toEqual(kinds)
    expect(written.filter((record) => 'operator' in record)).toEqual([])
  })

  test.each([
    ['empty', ''],
    ['too long', 'x'.repeat(256)],
    ['a line of its own', 'alice\nflow_ended'],
    ['a NUL', 'a\u0000'],
    ['half a character', '\ud800'],
    ['no text', 7 as unknown as string],
  ])('must be a name that a log can hold: %s', async (_name, operator) => {
    const { twoFactor, records } = await lockedBob(memoryStore())
    const thrown = await twoFactor.users.unlock('bob', { operator }).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(InputError)
    expect(thrown).toMatchObject({ code: 'input_invalid', field: 'operator' })
    if (operator !== '') expect(String(thrown)).not.toContain(operator)
    expect(await records()).toEqual([])
  })

  test('may have as many as 255 characters', async () => {
    const { twoFactor, records } = await lockedBob(memoryStore())
    await twoFactor.users.unlock('bob', { operator: 'x'.repeat(255) })
    expect((await records()).map(({ operator }) => operator)).toEqual(['x'.repeat(255)])
  })
})
