import { memoryStore } from '@sallyport/adapters-memory'
import type {
  ClientEvent,
  ClientEventType,
  EpochMs,
  FlowLogEntry,
  FlowToken,
  ObservedEvent,
  Step,
} from '@sallyport/core'
import {
  type Misbehavior,
  type Sent,
  type SimulatedAuthenticator,
  scenario,
  simulatedAuthenticator,
} from '@sallyport/testkit'
import fc from 'fast-check'

const PHONES = ['+15550100', '+15550101'] as const
const LABEL = 'robert.label'
const EMAIL = 'robert.mail@acme.test'
const HOST_PHONE = '+15559999'
const STAMPS = ['stamp-one', 'stamp-two'] as const

/** Which of the open flows an act is about: the latest ones are the likeliest to be open still. */
const which = fc.nat(2)

const event = fc.oneof(
  fc.constantFrom<ClientEvent>(
    { type: 'method_selected', method: 'authenticator' },
    { type: 'method_selected', method: 'email' },
    { type: 'method_selected', method: 'sms' },
    { type: 'selection_requested' },
    { type: 'resend_requested' },
    { type: 'rescue_requested', option: 'recovery_code' },
    { type: 'rescue_requested', option: 'email' },
    { type: 'rescue_requested', option: 'help' },
    { type: 'disable_requested' },
    { type: 'recovery_codes_requested' },
    { type: 'cancel_requested' },
  ),
  fc.record({
    type: fc.constant('enrollment_requested' as const),
    method: fc.constantFrom('authenticator', 'email', 'sms'),
    address: fc.constantFrom(...PHONES, 'no number'),
    mode: fc.constantFrom('add' as const, 'replace' as const),
    name: fc.constantFrom('my phone', ''),
  }),
  fc.record({
    type: fc.constantFrom('rename' as const, 'prefer' as const, 'remove' as const),
    enrollment: fc.nat(3),
  }),
)

const act = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constantFrom('login' as const, 'setup' as const, 'step_up' as const),
      remember: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant('prove' as const),
      which,
      proof: fc.constantFrom(
        'right' as const,
        'right' as const,
        'wrong' as const,
        'recovery' as const,
        'no proof' as const,
      ),
      remember: fc.boolean(),
    }),
  },
  { weight: 7, arbitrary: fc.record({ does: fc.constant('send' as const), which, event }) },
  { weight: 10, arbitrary: fc.record({ does: fc.constant('follow' as const), which, pick: fc.nat(100) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('wait' as const),
      seconds: fc.constantFrom(1, 31, 31, 130, 700, 3_700),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('misdeliver' as const),
      next: fc.constantFrom<Misbehavior>('refuse', 'lose', 'fail_after_sending'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('host' as const),
      facts: fc.constantFrom(
        { securityStamp: STAMPS[1] },
        { securityStamp: STAMPS[0] },
        { active: false },
        { active: true },
        { required: false },
        { email: null },
        { email: EMAIL },
        { phone: HOST_PHONE },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('unlock' as const, 'reset' as const) }) },
)

/** One act of a life: of the user, of time, of the host or of an operator. */
export type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never

/** Lives of so many acts. */
export const lives = (acts: number): fc.Arbitrary<readonly Act[]> =>
  fc.array(act, { minLength: acts, maxLength: acts })

/** What a life has left behind. */
export interface Lived {
  readonly store: ReturnType<typeof memoryStore>
  readonly log: readonly FlowLogEntry[]
  readonly observed: readonly ObservedEvent[]
  /** The last step of each flow. */
  readonly steps: readonly Step[]
  /** Every code, secret, token and address of this life: none of them may be in what is kept of it. */
  readonly secrets: ReadonlySet<string>
  /** What an enrollment's app shows at a moment; undefined for one that is no authenticator. */
  codeOf(enrollment: string | null, at: EpochMs): string | undefined
}

/** The code in a message; without one a wrong code. */
const codeIn = (sent: Sent | undefined): string =>
  /(?<!\d)\d{6}(?!\d)/.exec(sent?.message.text ?? '')?.[0] ?? '000000'

/** Lives a life, on an engine whose user has an authenticator, a number and recovery codes. */
export async function live(acts: readonly Act[], seed: string): Promise<Lived> {
  const store = memoryStore()
  const log: FlowLogEntry[] = []
  const observed: ObservedEvent[] = []
  const world = scenario({
    store,
    seed,
    policy: {
      remember: { days: 7 },
      required: true,
      rescue: { email: {}, help: 'help@acme.test', dangerouslyShowAgain: true },
      throttle: { failuresPerLock: 3 },
    },
    flowLog: { append: (entry) => log.push(JSON.parse(JSON.stringify(entry))) },
    observer: { observe: (one) => observed.push(one) },
  })
  const { twoFactor, clock, outbox, given, when } = world
  given.user('bob', { label: LABEL, email: EMAIL, securityStamp: STAMPS[0] })
  const first = await given.authenticator('bob')
  await given.factor('bob', 'sms', PHONES[0])
  const secrets = new Set<string>([LABEL, EMAIL, HOST_PHONE, ...STAMPS])
  const recoveryCodes = [...(await twoFactor.recoveryCodes.generate('bob'))]
  const apps = new Map<string, SimulatedAuthenticator>([[first.enrollment, first.app]])
  let pending: SimulatedAuthenticator | undefined
  let remembered: string | null = null
  const steps: Step[] = []

  const keep = (step: Step): void => {
    const at = steps.findIndex(({ flow }) => flow === step.flow)
    if (at === -1) steps.push(step)
    else steps[at] = step
    secrets.add(step.flow)
    if (step.state === 'enrolling' && step.provisioning?.kind === 'app') {
      secrets.add(step.provisioning.secret)
      pending = simulatedAuthenticator(step.provisioning.uri)
    }
    if (step.state === 'managing') recoveryCodes.push(...(step.recoveryCodes ?? []))
    if (step.outcome?.kind === 'changed' && pending) apps.set(step.outcome.enrollment, pending)
    if (step.outcome?.kind === 'authenticated') {
      const { enrollment, via, remembered: device } = step.outcome
      if (via === 'initial_enrollment' && enrollment !== null && pending) apps.set(enrollment, pending)
      if (device !== null) secrets.add(device.token)
      remembered = device?.token ?? remembered
    }
  }

  const lastCode = (): string => codeIn(outbox.sent.findLast(({ message }) => message.kind === 'code'))
  const rightProof = (step: Step): string => {
    const challenge = 'challenge' in step ? step.challenge : null
    if (challenge?.method === 'authenticator') {
      const app = challenge.enrollment === null ? pending : (apps.get(challenge.enrollment) ?? pending)
      return app?.codeAt(clock.now()) ?? '000000'
    }
    return challenge?.method === 'recovery_code' ? (recoveryCodes.at(-1) ?? 'none') : lastCode()
  }
  /** An event that the step says it takes, filled in as an honest client would. */
  const eventOf = (type: ClientEventType, step: Step, pick: number): ClientEvent => {
    const enrollments = 'enrollments' in step ? step.enrollments : []
    const enrollment = enrollments[pick % (enrollments.length || 1)]?.id ?? 'none'
    switch (type) {
      case 'proof_submitted':
        return { type, proof: rightProof(step), remember: true }
      case 'method_selected':
        return { type, method: enrollment }
      case 'rescue_requested': {
        const options = 'rescueOptions' in step ? step.rescueOptions : []
        return { type, option: options[pick % (options.length || 1)] ?? 'help' }
      }
      case 'enrollment_requested': {
        const methods = 'enrollable' in step ? step.enrollable : []
        return {
          type,
          method: methods[pick % (methods.length || 1)]?.method ?? 'none',
          address: PHONES[1],
          mode: 'add',
        }
      }
      case 'rename_requested':
        return { type, enrollment, name: 'renamed' }
      case 'preference_requested':
      case 'removal_requested':
        return { type, enrollment }
      default:
        return { type }
    }
  }
  const send = async (flow: FlowToken, sent: ClientEvent) =>
    keep(await twoFactor.send(flow, sent, { caller: when.session('bob') }))

  for (const one of acts) {
    const step = 'which' in one ? steps.at(-1 - one.which) : undefined
    switch (one.does) {
      case 'login':
        keep(
          await when.login('bob', { remember: one.remember, remembered: one.remember ? remembered : null }),
        )
        break
      case 'setup':
        keep(await when.setup('bob'))
        break
      case 'step_up':
        keep(await when.stepUp('bob'))
        break
      case 'prove': {
        if (step === undefined) break
        const proofs = {
          right: rightProof(step),
          wrong: '000000',
          recovery: recoveryCodes.at(0) ?? 'none',
          'no proof': 'no proof',
        }
        const proof = proofs[one.proof]
        secrets.add(proof)
        await send(step.flow, { type: 'proof_submitted', proof, remember: one.remember })
        break
      }
      case 'send': {
        if (step === undefined) break
        const profile = await twoFactor.users.get('bob')
        const { event: sent } = one
        if (sent.type === 'rename' || sent.type === 'prefer' || sent.type === 'remove') {
          const enrollment = profile.enrollments[sent.enrollment]?.id ?? 'none'
          if (sent.type === 'rename')
            await send(step.flow, { type: 'rename_requested', enrollment, name: 'new' })
          else
            await send(step.flow, {
              type: sent.type === 'prefer' ? 'preference_requested' : 'removal_requested',
              enrollment,
            })
        } else await send(step.flow, sent as ClientEvent) // all others are events
        break
      }
      case 'follow': {
        const type = step?.accepts[one.pick % (step.accepts.length || 1)]
        if (step !== undefined && type !== undefined) await send(step.flow, eventOf(type, step, one.pick))
        break
      }
      case 'wait':
        clock.advance({ seconds: one.seconds })
        break
      case 'misdeliver':
        outbox.next(one.next)
        break
      case 'host':
        given.user('bob', one.facts)
        break
      case 'unlock':
        await twoFactor.users.unlock('bob')
        break
      case 'reset':
        await twoFactor.users.reset('bob')
        break
    }
  }
  for (const sent of outbox.sent) if (sent.message.kind === 'code') secrets.add(codeIn(sent))
  for (const code of recoveryCodes) secrets.add(code).add(code.replaceAll('-', ''))
  const codeOf: Lived['codeOf'] = (enrollment, at) => apps.get(enrollment ?? '')?.codeAt(at)
  return { store, log, observed, steps, secrets, codeOf }
}
