import type { ClientEvent, CodeDelivery, HostMethod, Json, Method, Step } from '@sallyport/core'
import { DeliveryRefused } from '@sallyport/core'
import { inState, outcomeOf, refusalOf } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { deploy } from './deployment.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const isRecord = (value: unknown): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Where a push goes: the name that the user's phone has at the host's push service. */
const DEVICE = 'Phone-4711'

/**
 * A push with number matching: the login page shows a number, and the phone asks for it and for a code that
 * only it was sent. What is checked hangs on the secret of the enrollment, too.
 */
const pushMethod: Method = {
  kind: 'push',
  amr: ['hwk'],
  addressed: 'given',
  challengeSeconds: 90,
  parseAddress: (text) => (/^phone-\d+$/i.test(text) ? `P${text.slice(1).toLowerCase()}` : undefined),
  maskAddress: (address) => `${address.slice(0, 6)}**`,
  begin: ({ random, issuer, label }) => ({
    secret: random.slice(0, 32),
    methodData: { uses: 0 },
    provisioning: { kind: 'custom', data: { pair: hex(random.slice(0, 32)), at: `${issuer}/${label}` } },
  }),
  issue: ({ random, challengeId, mac }) => {
    const code = hex(random.slice(0, 8))
    const number = (random[8] ?? 0) % 100
    return { code, digest: mac.digest(`${challengeId}:${code}:${number}`), hint: { number } }
  },
  check: ({ proof, challengeId, digest, hint, secret, methodData, mac }) => {
    const [code, number, paired] = proof.split('/')
    if (code === undefined || number === undefined || paired === undefined) return { kind: 'malformed' }
    if (digest === undefined || !isRecord(hint) || secret === undefined || !isRecord(methodData))
      throw new Error('bug')
    if (Number(number) !== hint['number']) return { kind: 'rejected', cause: 'number_mismatch' }
    const isRight = paired === hex(secret) && mac.matches(`${challengeId}:${code}:${number}`, digest)
    return isRight
      ? { kind: 'accepted', methodData: { uses: Number(methodData['uses']) + 1 } }
      : { kind: 'rejected', cause: 'code_mismatch' }
  },
}

function withPush(policy: NonNullable<Parameters<typeof deploy>[0]>['policy'] = {}) {
  const pushes: CodeDelivery[] = []
  const faults: Error[] = []
  const push: HostMethod = {
    method: pushMethod,
    async deliver(delivery) {
      const fault = faults.shift()
      if (fault !== undefined) throw fault
      pushes.push(delivery)
    },
  }
  const deployed = deploy({
    methods: [push],
    policy: { methods: ['push', 'authenticator'], required: true, ...policy },
  })
  return { ...deployed, pushes, faults }
}

const challengeIn = (step: Step) => {
  if (!('challenge' in step) || step.challenge === null) throw new Error(`no challenge in ${step.state}`)
  return step.challenge
}
const numberIn = (step: Step): number => {
  const { hint } = challengeIn(step)
  return isRecord(hint) ? Number(hint['number']) : Number.NaN
}
const enroll: ClientEvent = {
  type: 'enrollment_requested',
  method: 'push',
  address: 'PHONE-4711',
  name: 'my phone',
}

/** Enrolls bob's phone in a first login; the phone keeps what it was paired with. */
async function paired(policy: NonNullable<Parameters<typeof deploy>[0]>['policy'] = {}) {
  const deployed = withPush(policy)
  const pending = inState(await deployed.when.send(await deployed.when.login('bob'), enroll), 'enrolling')
  const data = pending.provisioning?.kind === 'custom' ? pending.provisioning.data : null
  if (!isRecord(data)) throw new Error('there is nothing to pair with')
  const secret = String(data['pair'])
  /** What the phone answers the last push with, the user having typed a number. */
  const answer = (number: number) => `${deployed.pushes.at(-1)?.code}/${number}/${secret}`
  return { ...deployed, pending, answer, data }
}

describe('a method of the host’s that sends', () => {
  test('is offered with the rest, and asks for an address that it parses itself', async () => {
    const { when } = withPush()
    const step = inState(await when.login('bob'), 'enrolling')
    expect(step.enrollable).toEqual([
      { method: 'push', needsAddress: true },
      { method: 'authenticator', needsAddress: false },
    ])
    const wrong = await when.send(step, { ...enroll, address: 'fridge' })
    expect(wrong.refusal).toEqual({ reason: 'address_invalid', field: 'address' })
    const none = await when.send(step, { type: 'enrollment_requested', method: 'push' })
    expect(none.refusal).toEqual({ reason: 'address_required', field: 'address' })
  })

  test('is enrolled: provisioned once, proven by its own code, and the login is won', async () => {
    const { when, pending, answer, pushes, data, twoFactor, store, clock } = await paired()
    expect(data['at']).toBe('Acme/bob')
    expect(challengeIn(pending)).toMatchObject({
      method: 'push',
      address: 'Phone-**',
      hint: { number: numberIn(pending) },
    })
    expect(challengeIn(pending).expiresAt).toBe(clock.now() + 90_000)
    expect(pushes).toEqual([
      {
        userId: 'bob',
        challenge: challengeIn(pending).id,
        code: expect.any(String),
        to: DEVICE,
        expiresAt: clock.now() + 90_000,
      },
    ])
    const outcome = outcomeOf(await when.prove(pending, answer(numberIn(pending))), 'authenticated')
    expect(outcome).toMatchObject({ via: 'initial_enrollment', amr: ['pwd', 'hwk', 'mfa'] })
    expect((await twoFactor.users.get('bob')).enrollments).toMatchObject([
      { method: 'push', address: DEVICE, name: 'my phone' },
    ])
    // L6: neither the code nor the secret has been stored in clear.
    const stored = JSON.stringify(store.commits)
    expect(stored).not.toContain(pushes[0]?.code)
    expect(stored).not.toContain(String(data['pair']))
  })

  test('logs in: the number has to match, and the code of each challenge is its own', async () => {
    const { when, pending, answer, pushes, twoFactor, clock } = await paired()
    await when.prove(pending, answer(numberIn(pending)))
    const old = pushes.at(-1)?.code ?? ''
    const step = await when.login('bob')
    expect(step.state).toBe('challenging')
    const wrongNumber = await when.prove(step, answer((numberIn(step) + 1) % 100))
    expect(refusalOf(wrongNumber)).toBe('proof_rejected')
    const oldCode = await when.prove(step, answer(numberIn(step)).replace(pushes.at(-1)?.code ?? '', old))
    expect(refusalOf(oldCode)).toBe('proof_rejected')
    expect(refusalOf(await when.prove(step, 'yes'))).toBe('proof_malformed')
    expect(challengeIn(oldCode).attemptsLeft).toBe(3)
    clock.advance({ seconds: 89 })
    outcomeOf(await when.prove(step, answer(numberIn(step))), 'authenticated')
    expect((await twoFactor.users.get('bob')).failures).toBe(0)
  })

  test('keeps what it remembers between proofs, which nobody else sees', async () => {
    const { when, pending, answer, store } = await paired()
    const first = await when.prove(pending, answer(numberIn(pending)))
    const step = await when.login('bob')
    const second = await when.prove(step, answer(numberIn(step)))
    const uses = store.commits.flatMap(({ change }) =>
      change.profile?.value === undefined
        ? []
        : change.profile.value.enrollments.map(({ methodData }) => methodData),
    )
    expect(uses.at(-1)).toEqual({ uses: 2 })
    expect(JSON.stringify([first, second])).not.toContain('uses')
  })

  test('says in the log why a proof was wrong, and to the user that it was', async () => {
    const { when, pending, answer, memory, store } = await paired()
    await when.prove(pending, answer((numberIn(pending) + 1) % 100))
    const userId = store.commits[0]?.change.userId
    const log = userId === undefined ? [] : await memory.auditOf(userId)
    expect(log).toContainEqual(
      expect.objectContaining({ kind: 'proof_rejected', cause: 'number_mismatch', method: 'push' }),
    )
  })

  test('is sent again after its pause: a new number, a new code, and the old one is void', async () => {
    const { when, pending, answer, pushes, clock } = await paired()
    await when.prove(pending, answer(numberIn(pending)))
    const step = await when.login('bob')
    const stale = answer(numberIn(step))
    expect(refusalOf(await when.send(step, { type: 'resend_requested' }))).toBe('cooling_down')
    clock.advance({ seconds: 30 })
    const again = await when.send(step, { type: 'resend_requested' })
    expect(challengeIn(again).id).not.toBe(challengeIn(step).id)
    expect(new Set(pushes.map(({ code }) => code)).size).toBe(3)
    expect(refusalOf(await when.prove(again, stale))).toBe('proof_rejected')
    outcomeOf(await when.prove(again, answer(numberIn(again))), 'authenticated')
  })

  test('that surely was not sent may be sent again at once; while enrolling, what was provisioned is still shown', async () => {
    const { when, faults, pushes } = withPush()
    faults.push(new DeliveryRefused('no such device'))
    const failed = inState(await when.send(await when.login('bob'), enroll), 'enrolling')
    expect([failed.refusal, challengeIn(failed).delivery]).toEqual([{ reason: 'delivery_failed' }, 'failed'])
    expect(failed.provisioning?.kind).toBe('custom')
    const again = await when.send(failed, { type: 'resend_requested' })
    expect([again.refusal, pushes.length]).toEqual([null, 1])
  })

  test('that may have been sent waits for its pause', async () => {
    const { when, faults, clock } = withPush()
    faults.push(new Error('the push service hung up'))
    const failed = inState(await when.send(await when.login('bob'), enroll), 'enrolling')
    expect(challengeIn(failed)).toMatchObject({ delivery: 'unknown', resendAt: clock.now() + 30_000 })
    expect(failed.provisioning?.kind).toBe('custom')
  })

  test('stays within the budget of all codes', async () => {
    const { when } = withPush({ delivery: { perTenMinutes: 1 } })
    const login = await when.login('bob')
    expect((await when.send(login, enroll)).refusal).toBeNull()
    const other = await when.send(login, { ...enroll, address: 'phone-1' })
    expect(refusalOf(other)).toBe('delivery_limited')
  })

  test('whose own bug throws stops the step: it is neither a right proof nor a wrong one', async () => {
    const broken = {
      ...pushMethod,
      check: () => {
        throw new TypeError('a bug of the host’s')
      },
    }
    const { when, twoFactor, given } = deploy({
      methods: [{ method: broken, deliver: async () => undefined }],
      policy: { methods: ['push'] },
    })
    given.user('bob')
    await twoFactor.users.enroll('bob', { method: 'push', address: 'phone-1' })
    await expect(when.prove(await when.login('bob'), 'x')).rejects.toThrow('a bug of the host’s')
    expect((await twoFactor.users.get('bob')).failures).toBe(0)
  })
})

/** A challenge to be answered with the nonce that was shown, turned around: nothing is sent. */
const echoMethod: Method = {
  kind: 'echo',
  amr: ['swk'],
  addressed: 'none',
  begin: () => ({ methodData: null }),
  issue: ({ random }) => ({ hint: hex(random.slice(0, 16)) }),
  check: ({ proof, hint, digest, methodData }) => {
    if (digest !== undefined) throw new Error('nothing was digested')
    const isRight = typeof hint === 'string' && proof === [...hint].reverse().join('')
    return isRight ? { kind: 'accepted', methodData } : { kind: 'rejected', cause: 'nonce_mismatch' }
  },
}

describe('a method of the host’s that shows a challenge and sends nothing', () => {
  const withEcho = async () => {
    const deployed = deploy({ methods: [{ method: echoMethod }], policy: { methods: ['echo'] } })
    deployed.given.user('bob')
    const { provisioning } = await deployed.twoFactor.users.enroll('bob', { method: 'echo' })
    return { ...deployed, provisioning }
  }
  const turned = (step: Step) => [...String(challengeIn(step).hint)].reverse().join('')

  test('has nothing to provision, and lives as long as its flow', async () => {
    const { when, provisioning, clock } = await withEcho()
    expect(provisioning).toBeNull()
    const step = await when.login('bob')
    expect(challengeIn(step)).toMatchObject({
      address: null,
      resendAt: null,
      delivery: 'none',
      expiresAt: clock.now() + 600_000,
      hint: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    expect(refusalOf(await when.send(step, { type: 'resend_requested' }))).toBe('resend_unavailable')
  })

  test('is won by the answer to its own challenge', async () => {
    const { when, outbox } = await withEcho()
    const other = await when.login('bob')
    const step = await when.login('bob')
    expect(turned(other)).not.toBe(turned(step))
    outbox.clear()
    expect(refusalOf(await when.prove(step, turned(other)))).toBe('proof_rejected')
    expect(outcomeOf(await when.prove(step, turned(step)), 'authenticated').amr).toEqual([
      'pwd',
      'swk',
      'mfa',
    ])
    expect(outbox.sent.map(({ message }) => message.kind)).toEqual(['second_factor_failed'])
  })
})

describe('the address of a method that masks nothing', () => {
  test('L6: is hidden as a whole', async () => {
    const { maskAddress: _none, ...unmasked } = pushMethod
    const { when, twoFactor, given } = deploy({
      methods: [{ method: unmasked, deliver: async () => undefined }],
      policy: { methods: ['push'] },
    })
    given.user('bob')
    await twoFactor.users.enroll('bob', { method: 'push', address: 'phone-1' })
    const step = await when.login('bob')
    expect(challengeIn(step).address).toBe('•••')
    expect(JSON.stringify(step)).not.toContain('hone-1')
  })
})

test('L4: an enrollment whose method is no longer registered is offered no more, and takes no login away', async () => {
  const before = withPush()
  before.given.user('bob')
  await before.twoFactor.users.enroll('bob', { method: 'push', address: 'phone-1' })
  const { when } = deploy({ wrap: () => before.memory })
  expect(outcomeOf(await when.login('bob'), 'denied').reason).toBe('no_usable_method')
  const setup = inState(await when.setup('bob'), 'managing')
  expect(setup.enrollments).toMatchObject([{ method: 'push', isUsable: false, address: '•••' }])
})
