import type { ClientEvent, Mailer, Step } from '@sallyport/core'
import {
  type fakeClock,
  faultyStore,
  inState,
  type Misbehavior,
  outcomeOf,
  refusalOf,
} from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { emailMethod } from '../../../packages/core/src/methods/out-of-band.ts'
import { deploy } from './deployment.ts'

const NUMBER = '+15550001'
const help: ClientEvent = { type: 'rescue_requested', option: 'help' }
const resend: ClientEvent = { type: 'resend_requested' }
const pushed: ClientEvent = { type: 'method_selected', method: 'sms' }

/** A login that is about to send a code: bob has a phone and an app. */
async function aboutToSend(options: Parameters<typeof deploy>[0] = {}) {
  const deployed = deploy({ policy: { rescue: { help: 'help@acme.test' } }, ...options })
  const { app } = await deployed.given.authenticator('bob')
  await deployed.given.factor('bob', 'sms', NUMBER)
  const step = await deployed.when.login('bob')
  deployed.outbox.clear()
  deployed.store.clear()
  deployed.observed.length = 0
  return { ...deployed, app, step }
}

const challengeIn = (step: Step) => inState(step, 'challenging').challenge

/** Sends an event whose message hangs, and lets the ten seconds pass. */
async function whileHanging(
  { clock }: { clock: ReturnType<typeof fakeClock> },
  sending: Promise<Step>,
): Promise<Step> {
  await clock.paused()
  clock.advance(9_999)
  clock.advance(1)
  return sending
}

describe('a code that was handed over', () => {
  test('is observed, with its challenge, and costs no further step', async () => {
    const { when, step, observed, store, clock } = await aboutToSend()
    const sent = await when.send(step, pushed)
    expect(challengeIn(sent)).toMatchObject({ delivery: 'sent', resendAt: clock.now() + 30_000 })
    expect(observed.at(-1)).toEqual({
      kind: 'code_sent',
      at: clock.now(),
      challenge: challengeIn(sent).id,
      method: 'sms',
      userId: 'bob',
    })
    expect(store.commits).toHaveLength(1)
  })
})

describe('a code that was not handed over', () => {
  test('as its sender knows, is a failed delivery: the code may be sent again at once', async () => {
    const { when, step, outbox, observed, clock, store } = await aboutToSend()
    outbox.next('refuse')
    const failed = await when.send(step, pushed)
    expect(failed.refusal).toEqual({ reason: 'delivery_failed' })
    expect(challengeIn(failed)).toMatchObject({ delivery: 'failed', resendAt: clock.now() })
    expect(observed.map(({ kind }) => kind)).toEqual(['challenge_opened', 'delivery_failed'])
    expect([store.loads.length, store.commits.length]).toEqual([2, 2])
    const again = await when.send(failed, resend)
    expect([again.refusal, challengeIn(again).delivery]).toEqual([null, 'sent'])
  })

  test.each<Misbehavior>(['lose', 'fail_after_sending'])(
    'by an error (%s), may still arrive: the pause stays',
    async (misbehavior) => {
      const { when, step, outbox, clock } = await aboutToSend()
      outbox.next(misbehavior)
      const failed = await when.send(step, pushed)
      expect(failed.refusal).toEqual({ reason: 'delivery_failed' })
      expect(challengeIn(failed)).toMatchObject({ delivery: 'unknown', resendAt: clock.now() + 30_000 })
      expect(refusalOf(await when.send(failed, resend))).toBe('cooling_down')
    },
  )

  test('within ten seconds, may still arrive, and is then accepted', async () => {
    const deployed = await aboutToSend()
    const { when, step, outbox, clock } = deployed
    const startedAt = clock.now()
    outbox.next('hang')
    const failed = await whileHanging(deployed, when.send(step, pushed))
    expect(clock.now() - startedAt).toBe(10_000)
    expect([refusalOf(failed), challengeIn(failed).delivery]).toEqual(['delivery_failed', 'unknown'])
    outbox.release()
    outcomeOf(await when.prove(failed, outbox.lastCode(NUMBER)), 'authenticated')
  })

  test('before ten seconds are over, is not given up', async () => {
    const { when, step, outbox, clock } = await aboutToSend()
    outbox.next('hang')
    const sending = when.send(step, pushed)
    await clock.paused()
    clock.advance(9_999)
    outbox.release()
    expect(challengeIn(await sending).delivery).toBe('sent')
  })

  test('by a sender that throws at once, is as good as one that rejects', async () => {
    const throwing = () => {
      throw new Error('a bug of the sender')
    }
    const { when, step } = await aboutToSend({ sms: { send: throwing } })
    expect(challengeIn(await when.send(step, pushed)).delivery).toBe('unknown')
  })

  test('leaves other methods and a right proof open: never a dead end', async () => {
    const { when, step, outbox, app, clock } = await aboutToSend()
    outbox.next('refuse')
    const failed = await when.send(step, pushed)
    expect(failed.accepts).toEqual(
      expect.arrayContaining(['proof_submitted', 'resend_requested', 'method_selected']),
    )
    const other = await when.send(failed, { type: 'method_selected', method: 'authenticator' })
    outcomeOf(await when.prove(other, app.codeAt(clock.now())), 'authenticated')
  })

  test('leaves the step’s result, also when that it failed cannot be stored', async () => {
    const { when, step, outbox, store } = await aboutToSend({
      wrap: (inner) => faultyStore(inner, [{ on: 'load', call: 5 }]),
    })
    outbox.next('refuse')
    const failed = await when.send(step, pushed)
    expect([failed.state, refusalOf(failed), challengeIn(failed).delivery]).toEqual([
      'challenging',
      'delivery_failed',
      'sent',
    ])
    expect([store.loads.length, store.commits.length]).toEqual([2, 1])
  })

  test('says nothing of a challenge that another step has replaced meanwhile', async () => {
    const deployed = await aboutToSend()
    const { when, step, outbox, clock } = deployed
    outbox.next('hang')
    const sending = when.send(step, pushed)
    await clock.paused()
    const other = await when.send(step, { type: 'method_selected', method: 'authenticator' })
    clock.advance(10_000)
    const failed = await sending
    expect(refusalOf(failed)).toBe('delivery_failed')
    expect(challengeIn(failed)).toMatchObject({
      id: challengeIn(other).id,
      method: 'authenticator',
      delivery: 'none',
    })
  })

  test('at the very end of its flow, tells how the flow ended', async () => {
    const deployed = await aboutToSend({ policy: { lifetimes: { loginSeconds: 10 } } })
    const { when, step, outbox } = deployed
    outbox.next('hang')
    const ended = await whileHanging(deployed, when.send(step, pushed))
    expect([ended.state, refusalOf(ended)]).toEqual(['expired', 'delivery_failed'])
    expect(ended.outcome).toEqual({ kind: 'expired', reason: 'flow_expired' })
  })
})

describe('a call for help', () => {
  test('that was refused may be made again at once', async () => {
    const { when, step, outbox, observed } = await aboutToSend()
    outbox.next('refuse')
    const failed = await when.send(step, help)
    expect([failed.state, refusalOf(failed)]).toEqual(['selecting', 'delivery_failed'])
    expect((await when.send(failed, help)).refusal).toBeNull()
    expect(outbox.to('help@acme.test')).toHaveLength(1)
    expect(observed.map(({ kind }) => kind)).toEqual([
      'help_requested',
      'delivery_failed',
      'help_requested',
      'help_sent',
    ])
  })

  test('that may have gone out may not', async () => {
    const { when, step, outbox } = await aboutToSend()
    outbox.next('lose')
    const failed = await when.send(step, help)
    expect(refusalOf(failed)).toBe('delivery_failed')
    expect(refusalOf(await when.send(failed, help))).toBe('help_requested_before')
  })

  test('that hangs is given up after ten seconds, and the flow goes on', async () => {
    const deployed = await aboutToSend()
    deployed.outbox.next('hang')
    const failed = await whileHanging(deployed, deployed.when.send(deployed.step, help))
    expect([failed.state, refusalOf(failed)]).toEqual(['selecting', 'delivery_failed'])
  })

  test('CWE-640: names the user by label and id, and the code of nobody', async () => {
    const { when, step, outbox } = await aboutToSend()
    await when.send(step, help)
    const [mail] = outbox.to('help@acme.test')
    expect(mail?.message).toMatchObject({ kind: 'help', text: expect.stringContaining('bob (id bob)') })
    expect(mail?.message.text).not.toMatch(/\d{6}/)
  })
})

describe('a notice', () => {
  const failedProof = async (options: Parameters<typeof deploy>[0] = {}, misbehavior?: Misbehavior) => {
    const deployed = await aboutToSend(options)
    const step = await deployed.when.send(deployed.step, { type: 'method_selected', method: 'authenticator' })
    deployed.observed.length = 0
    if (misbehavior !== undefined) deployed.outbox.next(misbehavior)
    const proving = deployed.when.prove(step, deployed.app.wrongCodeAt(deployed.clock.now()))
    return { ...deployed, proving }
  }
  const notices = (events: readonly { readonly kind: string }[]) =>
    events.filter(({ kind }) => kind.startsWith('notice_'))

  test('ASVS 6.3.5: of a failed second factor after a right password goes to the user, and is observed', async () => {
    const { proving, outbox, observed, clock } = await failedProof()
    await proving
    expect(outbox.to('bob@acme.test')).toMatchObject([
      { message: { kind: 'second_factor_failed', subject: 'A failed attempt at Acme' } },
    ])
    expect(notices(observed)).toEqual([
      { kind: 'notice_sent', at: clock.now(), notice: 'second_factor_failed', userId: 'bob' },
    ])
  })

  test.each<Misbehavior>(['refuse', 'lose'])('that fails (%s) fails no step', async (misbehavior) => {
    const { proving, observed } = await failedProof({}, misbehavior)
    expect(refusalOf(await proving)).toBe('proof_rejected')
    expect(notices(observed)).toMatchObject([{ kind: 'notice_failed' }])
  })

  test('that hangs holds its step up for ten seconds, and no longer', async () => {
    const deployed = await failedProof({}, 'hang')
    const step = await whileHanging(deployed, deployed.proving)
    expect(refusalOf(step)).toBe('proof_rejected')
    expect(notices(deployed.observed)).toMatchObject([{ kind: 'notice_failed' }])
  })

  test('that no sender could take is one that failed, not one that was sent', async () => {
    // The host delivers its mailed codes by itself and gives no mailer for anything else.
    const ownMail = { method: emailMethod(), deliver: async () => undefined }
    const mailer = undefined as unknown as Mailer // a host in plain JavaScript may say so
    const { observed, twoFactor, given } = deploy({
      mailer,
      methods: [ownMail],
      policy: { methods: ['authenticator', 'email'] },
    })
    await given.authenticator('bob')
    await twoFactor.recoveryCodes.generate('bob')
    expect(notices(observed).map(({ kind }) => kind)).toEqual(['notice_failed', 'notice_failed'])
  })
})

describe('ASVS 6.3.7: a notice goes by a channel that the host can send over', () => {
  /** Bob adds a method that has `channel`, and is told; the host may lack a sender. */
  const added = async (method: 'email' | 'sms', lacks: 'mailer' | 'sms') => {
    const deployed = deploy({
      policy: { methods: ['authenticator', method] },
      [lacks]: undefined,
    })
    deployed.given.user('bob', { phone: '+15550009' })
    await deployed.twoFactor.users.enroll('bob', method === 'sms' ? { method, address: NUMBER } : { method })
    return deployed
  }

  test('by mail, for want of text messages, though mail is what has changed', async () => {
    const { outbox, observed } = await added('email', 'sms')
    expect(outbox.to('bob@acme.test')).toMatchObject([{ message: { kind: 'factor_added' } }])
    expect(observed.at(-1)?.kind).toBe('notice_sent')
  })

  test('by text, for want of mail, though the phone is what has changed', async () => {
    const { outbox, observed } = await added('sms', 'mailer')
    expect(outbox.to('+15550009')).toMatchObject([{ message: { kind: 'factor_added' } }])
    expect(observed.at(-1)?.kind).toBe('notice_sent')
  })
})

test('messages of one step go out at once: one that hangs does not hold up the other', async () => {
  const { when, step, outbox, clock, app, twoFactor } = await aboutToSend()
  await twoFactor.recoveryCodes.generate('bob')
  outbox.clear()
  const codes = await twoFactor.recoveryCodes.generate('bob')
  const rescue = await when.send(step, { type: 'rescue_requested', option: 'recovery_code' })
  outbox.next('hang')
  const proving = when.prove(rescue, codes[0] ?? '')
  await clock.paused()
  expect(outbox.hanging).toBe(1)
  outbox.release()
  outcomeOf(await proving, 'authenticated')
  expect(app.digits).toBe(6)
})
