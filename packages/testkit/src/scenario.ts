import { AssertionError } from 'node:assert'
import {
  type Caller,
  type ClientEvent,
  createTwoFactor,
  type EnrollmentId,
  type LoginInput,
  type Outcome,
  type RefusalReason,
  type Step,
  type Store,
  type TwoFactor,
  type TwoFactorConfig,
  type User,
} from '@sallyport/core'
import { type FakeClock, fakeClock } from './fake-clock.ts'
import { type Outbox, outbox } from './outbox.ts'
import { seededRandom } from './seeded-random.ts'
import { type SimulatedAuthenticator, simulatedAuthenticator } from './simulated-authenticator.ts'

/** What a scenario is made of; everything but the store and the policy has a default. */
export interface ScenarioOptions extends Partial<Omit<TwoFactorConfig, 'store' | 'policy' | 'clock'>> {
  readonly store: Store
  readonly policy?: Partial<TwoFactorConfig['policy']>
  readonly clock?: FakeClock
  /** Seeds all chance: the same seed gives the same ids, codes and secrets. */
  readonly seed?: string
}

/** A second factor that a user holds in a scenario. */
export interface HeldFactor {
  readonly enrollment: EnrollmentId
  /** The app, for an authenticator; else undefined. */
  readonly app?: SimulatedAuthenticator
}

/** A whole deployment in memory, for tests that read as given, when, then. */
export interface Scenario {
  readonly twoFactor: TwoFactor
  readonly clock: FakeClock
  readonly outbox: Outbox
  readonly given: {
    /** Adds a host's user, or changes some of what the host says of one. */
    user(id: string, facts?: Partial<Omit<User, 'id'>>): User
    /** Removes a user from the host. */
    noUser(id: string): void
    /** Sets up an authenticator that the user holds. */
    authenticator(id: string): Promise<HeldFactor & { readonly app: SimulatedAuthenticator }>
    /** Sets up another factor; a number in E.164 for `sms`. */
    factor(id: string, method: string, address?: string): Promise<HeldFactor>
  }
  readonly when: {
    /** Logs in with the password, as of now. */
    login(id: string, input?: Partial<Omit<LoginInput, 'userId'>>): Promise<Step>
    /** Opens the setup from a session; fresh unless said otherwise. */
    setup(id: string, session?: Omit<Caller, 'userId'>): Promise<Step>
    /** Asks for a step-up from a session. */
    stepUp(id: string): Promise<Step>
    /** Sends an event to a step's flow; `as` names the user whose fresh session does. */
    send(step: Step, event: ClientEvent, as?: string): Promise<Step>
    /** Submits a proof. */
    prove(step: Step, proof: string, as?: string): Promise<Step>
    /** A session of this user that has proven both factors just now. */
    session(id: string): Caller
  }
}

/** The step of one state. */
export type StepIn<State extends Step['state']> = Extract<Step, { readonly state: State }>

/** The outcome of one kind. */
export type OutcomeOf<Kind extends Outcome['kind']> = Extract<Outcome, { readonly kind: Kind }>

/** Builds a scenario: a deployment whose clock, chance, messages and users the test holds in its hand. */
export function scenario(options: ScenarioOptions): Scenario {
  const {
    store,
    policy,
    clock = fakeClock(undefined, { autoAdvanceMs: 2_000 }),
    seed = 'scenario',
    ...config
  } = options
  const users = new Map<string, User>()
  const box = outbox()
  const twoFactor = createTwoFactor({
    keys: { ring: [{ id: 'test', secret: new Uint8Array(32).fill(7) }] },
    mailer: box.mailer,
    sms: box.smsSender,
    phoneNumbers: { toE164: (text) => (/^\+[1-9]\d{6,14}$/.test(text) ? text : undefined) },
    random: seededRandom(seed),
    findUser: (id) => users.get(id),
    ...config,
    store,
    clock,
    policy: { issuer: 'Acme', methods: ['authenticator', 'email', 'sms'], ...policy },
  })

  const user: Scenario['given']['user'] = (id, facts = {}) => {
    const before = users.get(id) ?? {
      label: id,
      email: `${id}@acme.test`,
      securityStamp: 'stamp',
      active: true,
    }
    const changed: User = { ...before, ...facts, id }
    users.set(id, changed)
    return changed
  }
  const known = (id: string): void => {
    if (!users.has(id)) user(id)
  }
  const session = (id: string): Caller => ({
    userId: id,
    firstFactorAt: clock.now(),
    secondFactorAt: clock.now(),
  })

  return {
    twoFactor,
    clock,
    outbox: box,
    given: {
      user,
      noUser: (id) => {
        users.delete(id)
      },
      async authenticator(id) {
        known(id)
        const { enrollment, provisioning } = await twoFactor.users.enroll(id, { method: 'authenticator' })
        if (provisioning?.kind !== 'app')
          throw new AssertionError({ message: 'an authenticator has provisioning data' })
        return { enrollment, app: simulatedAuthenticator(provisioning.uri) }
      },
      async factor(id, method, address) {
        known(id)
        return twoFactor.users.enroll(id, { method, ...(address === undefined ? {} : { address }) })
      },
    },
    when: {
      login(id, input = {}) {
        known(id)
        return twoFactor.login({ userId: id, firstFactor: { amr: ['pwd'], at: clock.now() }, ...input })
      },
      setup(id, facts) {
        known(id)
        return twoFactor.setup({ caller: facts === undefined ? session(id) : { userId: id, ...facts } })
      },
      stepUp(id) {
        known(id)
        return twoFactor.stepUp({ caller: session(id) })
      },
      send: (step, event, as) =>
        twoFactor.send(step.flow, event, as === undefined ? {} : { caller: session(as) }),
      prove: (step, proof, as) =>
        twoFactor.send(
          step.flow,
          { type: 'proof_submitted', proof },
          as === undefined ? {} : { caller: session(as) },
        ),
      session,
    },
  }
}

/**
 * Narrows a step to one state, or fails naming the state and the refusal that came instead.
 *
 * @throws {AssertionError} When the step is in another state.
 */
export function inState<State extends Step['state']>(step: Step, state: State): StepIn<State> {
  if (step.state === state) return step as StepIn<State> // compared just now
  const reason = step.refusal === null ? '' : `, refused: ${step.refusal.reason}`
  throw new AssertionError({
    message: `expected the flow in ${state}, found it in ${step.state}${reason}`,
    expected: state,
    actual: step.state,
  })
}

/**
 * Gives the outcome of a step, or fails naming what came instead.
 *
 * @throws {AssertionError} When the step has no outcome or one of another kind.
 */
export function outcomeOf<Kind extends Outcome['kind']>(step: Step, kind: Kind): OutcomeOf<Kind> {
  const { outcome } = step
  if (outcome?.kind === kind) return outcome as OutcomeOf<Kind> // compared just now
  const found = outcome === undefined ? `none in ${step.state}` : outcome.kind
  throw new AssertionError({
    message: `expected the outcome ${kind}, found ${found}`,
    expected: kind,
    actual: found,
  })
}

/**
 * Gives the reason of a step's refusal.
 *
 * @throws {AssertionError} When the event was taken.
 */
export function refusalOf(step: Step): RefusalReason {
  if (step.refusal !== null) return step.refusal.reason
  throw new AssertionError({ message: `expected a refusal, but the event was taken: ${step.state}` })
}
