import { type Step, type Store, StoreError } from '@sallyport/core'
import { fakeClock, simulatedAuthenticator } from '@sallyport/testkit'
import type { Chance } from '../processes/chance.ts'
import { addressOf, deployNode } from '../processes/deployment.ts'
import type { Answer, Line, Meaning, UserKind } from './ledger.ts'

/** As much as the users of this test can fail and be sent mail without any of them being stopped. */
export const CRASH_POLICY = {
  throttle: { failuresPerLock: 50 },
  delivery: { perTenMinutes: 100, perDay: 100 },
} as const

/** Where the clocks of a user's life begin: long enough ago for any of them. */
export const BIRTH_MS = Date.UTC(2026, 0, 1)

export interface LifeOptions {
  readonly user: string
  readonly kind: UserKind
  readonly store: Store
  readonly chance: Chance
  /** Told of everything, at once. */
  say(line: Line): void
  isOver(): boolean
}

/** A wrong code of the right form. */
const spoiled = (code: string): string => `${(Number(code.at(0)) + 1) % 10}${code.slice(1)}`

/** Lets a user log in and change factors, at random, and tells of each proof before and after it is sent. */
export async function live({ user, kind, store, chance, say, isOver }: LifeOptions): Promise<void> {
  const clock = fakeClock(BIRTH_MS, { autoAdvanceMs: 2_000 })
  let flowId = ''
  const { twoFactor, outbox } = deployNode({
    store,
    clock,
    policy: CRASH_POLICY,
    observe(event) {
      if ('flow' in event && event.flow !== undefined) flowId = event.flow
    },
  })
  const caller = () => ({ userId: user, firstFactorAt: clock.now(), secondFactorAt: clock.now() })

  /** Makes a call that may fail with the store; undefined: it did. */
  async function tried<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
    clock.advance({ seconds: 1 }) // so that the audit log has an order
    try {
      return await call()
    } catch (error) {
      if (error instanceof StoreError) return undefined
      throw error
    }
  }

  /** Makes a call until the store takes it. */
  async function insisted<Result>(call: () => Promise<Result>): Promise<Result> {
    for (;;) {
      const result = await tried(call)
      if (result !== undefined) return result
    }
  }

  async function submit(step: Step, proof: string, meaning: Meaning): Promise<Answer> {
    clock.advance({ seconds: 1 })
    say({ says: 'sending', user, flow: step.flow, proof, meaning, at: clock.now() })
    const options = meaning.of === 'setup' ? { caller: caller() } : {}
    const answer = await twoFactor.send(step.flow, { type: 'proof_submitted', proof }, options).then(
      ({ state, refusal, outcome }): Answer => ({
        kind: 'step',
        state,
        refusal: refusal?.reason ?? null,
        outcome: outcome?.kind ?? null,
        enrollment: outcome?.kind === 'changed' ? outcome.enrollment : null,
      }),
      (error: unknown): Answer =>
        error instanceof StoreError
          ? { kind: 'store_error', code: error.code }
          : { kind: 'error', message: String(error) },
    )
    say({ says: 'told', user, answer })
    return answer
  }

  /** Some wrong proofs, then perhaps the right one. */
  async function prove(step: Step, of: Meaning['of'], right: () => string, wrong: () => string) {
    for (let wrongs = chance.below(3); wrongs > 0; wrongs -= 1) {
      const answer = await submit(step, wrong(), { of, isRight: false })
      if (answer.kind !== 'step' || answer.refusal !== 'proof_rejected') return undefined
    }
    return chance.below(4) === 0 ? undefined : submit(step, right(), { of, isRight: true })
  }

  async function opened(kind: 'login' | 'setup', open: () => Promise<Step>): Promise<Step | undefined> {
    const step = await tried(open)
    if (step === undefined || step.refusal !== null) return undefined // nobody can say: it is not gone on with
    say({ says: 'opened', user, flow: step.flow, id: flowId, kind, at: clock.now() })
    return step
  }

  const login = () =>
    opened('login', () => twoFactor.login({ userId: user, firstFactor: { amr: ['pwd'], at: clock.now() } }))

  const { enrollment, provisioning } = await insisted(() => twoFactor.users.enroll(user, { method: kind }))
  let uri = provisioning?.kind === 'app' ? provisioning.uri : ''
  let inForce: string = enrollment
  const recoveryCodes = [...(await insisted(() => twoFactor.recoveryCodes.generate(user)))]
  say({ says: 'user', user, kind, uri, enrollment, recoveryCodes: [...recoveryCodes] })
  const app = () => simulatedAuthenticator(uri)

  async function logInByApp(): Promise<void> {
    const step = await login()
    if (step === undefined) return
    await prove(
      step,
      'authenticator',
      () => app().codeAt(clock.now()),
      () => app().wrongCodeAt(clock.now()),
    )
  }

  async function logInByMail(): Promise<void> {
    clock.advance({ minutes: 15 }) // within the budget of a day
    const step = await login()
    if (step?.state !== 'challenging' || step.challenge.delivery !== 'sent') return
    const code = outbox.lastCode(addressOf(user))
    await prove(
      step,
      'email',
      () => code,
      () => spoiled(code),
    )
  }

  async function logInByRecoveryCode(): Promise<void> {
    const code = recoveryCodes.pop()
    const step = code === undefined ? undefined : await login()
    if (code === undefined || step === undefined) return
    const asked = await tried(() =>
      twoFactor.send(step.flow, { type: 'rescue_requested', option: 'recovery_code' }),
    )
    if (asked?.state !== 'rescuing') return
    await prove(
      step,
      'recovery_code',
      () => code,
      () => 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA',
    )
  }

  async function replaceApp(): Promise<void> {
    const step = await opened('setup', () => twoFactor.setup({ caller: caller() }))
    if (step === undefined) return
    const event = { type: 'enrollment_requested', method: 'authenticator' } as const
    const asked = await tried(() => twoFactor.send(step.flow, event, { caller: caller() }))
    if (asked?.state !== 'enrolling' || asked.provisioning?.kind !== 'app') return
    const offered = asked.provisioning.uri
    say({ says: 'offered', user, flow: step.flow, uri: offered })
    const fresh = simulatedAuthenticator(offered)
    const answer = await prove(
      step,
      'setup',
      () => fresh.codeAt(clock.now()),
      () => fresh.wrongCodeAt(clock.now()),
    )
    if (answer === undefined) return
    if (answer.kind === 'step' && answer.enrollment !== null) {
      inForce = answer.enrollment
      uri = offered
      return
    }
    const [found] = (await insisted(() => twoFactor.users.get(user))).enrollments
    if (found === undefined || found.id === inForce) return
    inForce = found.id
    uri = offered
    say({ says: 'adopted', user, enrollment: found.id, uri })
  }

  while (!isOver()) {
    clock.advance({ seconds: 31 }) // the app shows another code
    const act =
      kind === 'email'
        ? logInByMail
        : chance.pick([logInByApp, logInByApp, logInByApp, replaceApp, logInByRecoveryCode])
    await act()
  }
}
