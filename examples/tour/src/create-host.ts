import { phoneNumbers } from '@sallyport/adapters-delivery'
import {
  createTwoFactor,
  type FirstFactorInput,
  keyRing,
  type PolicyInput,
  parseUserId,
  type RefusalReason,
  type Step,
  type TwoFactor,
} from '@sallyport/core'
import {
  fakeClock,
  outbox,
  type SimulatedAuthenticator,
  seededRandom,
  simulatedAuthenticator,
} from '@sallyport/testkit'
import { DAY_MS, EMAIL, PHONE, POLICY, START_MS, TIME_STEP_MS } from './cast.ts'
import type { Host, HostOptions, MakeStore, Opened } from './host.ts'
import type { Itinerary } from './itinerary.ts'
import { eventDetails, type Narrator, NotAsNarrated } from './narrator.ts'
import { signIn } from './sign-in.ts'
import { createWalk, expectStep, type Session, type StateName } from './walk.ts'

/** Who is told of what happens at a host. */
export interface Audience {
  readonly narrator: Narrator
  readonly itinerary: Itinerary
}

/** Builds the application of one scene, the same each time: its clock, its chance and its messages are staged. */
export async function createHost(
  { narrator, itinerary }: Audience,
  makeStore: MakeStore,
  { seed, ...options }: HostOptions & { readonly seed: string },
): Promise<Host> {
  const { enrolled = [], wrapStore = (store) => store } = options
  const clock = fakeClock(START_MS - DAY_MS, { autoAdvanceMs: 1_000 })
  const random = seededRandom(seed)
  const keys = keyRing([{ id: 'tour', secret: random.bytes(32) }])
  const messages = outbox()
  const audited = await makeStore()
  const store = wrapStore(audited)
  const id = parseUserId(`ana/${seed}`)
  const user: Host['user'] = {
    id,
    label: EMAIL,
    email: EMAIL,
    securityStamp: '1',
    active: true,
    ...options.user,
  }
  let app: SimulatedAuthenticator | undefined
  let heard = 0

  const build = (policy: Partial<PolicyInput> = {}, without?: 'sms'): TwoFactor =>
    createTwoFactor({
      policy: { ...POLICY, ...policy },
      store,
      keys,
      clock,
      random,
      findUser: (asked) => (asked === user.id ? user : null),
      mailer: messages.mailer,
      ...(without === 'sms'
        ? {}
        : { sms: messages.smsSender, phoneNumbers: phoneNumbers({ defaultRegion: 'DE' }) }),
      observer: { observe: (event) => itinerary.observed(event) },
    })
  let twoFactor = build(options.policy)

  /** Tells of what was sent since the last time. */
  const hear = (): void => {
    for (const sent of messages.sent.slice(heard)) {
      itinerary.message(sent)
      narrator.message(sent)
    }
    heard = messages.sent.length
  }

  /** The last code that went to an address; notices may have followed it. */
  const codeAt = (address: string): string => {
    const { message } = messages.to(address).findLast(({ message }) => message.kind === 'code') ?? {}
    const code = /\b\d{6}\b/.exec(message?.text ?? '')?.[0]
    if (code === undefined) throw new NotAsNarrated(`no code has arrived at ${address}`)
    return code
  }

  const show = async (name: string, details: string, call: () => Promise<Step>): Promise<Step> => {
    const at = clock.now()
    const step = await call()
    narrator.call(at, name, details)
    narrator.step(step, clock.now())
    itinerary.step(step)
    hear()
    return step
  }

  const open = async <State extends StateName>(
    opening: {
      readonly name: string
      readonly details: string
      readonly session?: Session
      readonly refused?: RefusalReason | undefined
    },
    to: State,
    call: () => Promise<Step>,
  ): Opened<State> => {
    const step = await show(opening.name, opening.details, call)
    const walk = createWalk({
      flow: step.flow,
      session: opening.session,
      twoFactor: () => twoFactor,
      show: (name, event, call) => {
        if (event !== null) itinerary.sent(event.type)
        return show(name, event === null ? '' : eventDetails(event), call)
      },
    })
    return [walk, expectStep(step, to, opening.refused)]
  }

  const host: Host = {
    clock,
    outbox: messages,
    user,
    get twoFactor() {
      return twoFactor
    },
    get app() {
      if (app === undefined) throw new NotAsNarrated('Ana has no authenticator app')
      return app
    },
    scan(uri) {
      app = simulatedAuthenticator(uri)
    },
    appCode: () => host.app.codeAt(clock.now()),
    wrongCode: () => host.app.wrongCodeAt(clock.now()),
    mailedCode: () => codeAt(EMAIL),
    textedCode: (number = PHONE) => codeAt(number),
    configure(policy, without) {
      twoFactor = build(policy, without)
    },
    login(to, { firstFactor, refused, ...options } = {}) {
      const factor: FirstFactorInput = { amr: ['pwd'], at: clock.now(), ...firstFactor }
      const details = [
        `first factor: ${factor.amr.join(' ')}`,
        factor.channel ? `over: ${factor.channel}` : '',
        options.remember === true ? 'remember: true' : '',
        options.remembered === undefined ? '' : 'with the token of a remembered device',
      ]
      const opening = { name: 'login', details: details.filter((one) => one !== '').join(', '), refused }
      return open(opening, to, () => twoFactor.login({ userId: user.id, firstFactor: factor, ...options }))
    },
    setup(session, to) {
      const opening = { name: 'setup', details: '', session }
      return open(opening, to, () => twoFactor.setup({ caller: { ...session } }))
    },
    stepUp(session, to) {
      const opening = { name: 'stepUp', details: '', session }
      return open(opening, to, () => twoFactor.stepUp({ caller: { ...session } }))
    },
    async offStage(call) {
      const result = await call(twoFactor, user.id)
      messages.clear()
      heard = 0
      return result
    },
    async signIn() {
      const session = await host.offStage(() => signIn(host))
      clock.advance(TIME_STEP_MS) // so that the app shows a code that was not used
      return session
    },
    pass(span) {
      const from = clock.now()
      clock.advance(span)
      narrator.pass(from, clock.now())
    },
    async operate(name, call) {
      const at = clock.now()
      const result = await call(twoFactor, user.id)
      narrator.call(at, name, '')
      hear()
      return result
    },
    audit: () => audited.auditOf(id),
  }

  await twoFactor.forget(id) // a store may remember an earlier tour
  for (const method of enrolled) {
    const address = method === 'sms' ? { address: PHONE } : {}
    const { provisioning } = await twoFactor.users.enroll(id, { method, ...address })
    if (provisioning?.kind === 'app') host.scan(provisioning.uri)
  }
  messages.clear()
  clock.set(START_MS)
  return host
}
