import type { ChallengeId, Enrollment } from '@sallyport/core'
import type { Ask, EngineEvent, Facts, FlowEvent, MachineClientEvent, Position } from '@sallyport/core/flow'
import { type Ghost, nextCode } from './ghost.ts'
import { named } from './world.ts'

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'at'> : never

/** An event before it has its time. */
export type Untimed = WithoutTime<FlowEvent>

type ClientEvent = WithoutTime<MachineClientEvent>

/** An id that nothing has. */
const NONSENSE = 'nonsense'

/** A number that the user does not have yet. */
const NEW_NUMBER = '+15550001'

/** Everything that a client could send, honest or not: what fits, what does not, and what does not exist. */
function clientEvents(facts: Facts, enrollments: readonly Enrollment[]): readonly ClientEvent[] {
  const ids = [...enrollments.map(({ id }) => id as string), NONSENSE]
  const kinds = new Set(enrollments.map(({ method }) => method))
  return [
    { type: 'proof_submitted' },
    ...[...kinds, ...ids].map((method) => ({ type: 'method_selected', method }) as const),
    { type: 'selection_requested' },
    { type: 'resend_requested' },
    ...(['recovery_code', 'email', 'help'] as const).map(
      (option) => ({ type: 'rescue_requested', option }) as const,
    ),
    ...facts.policy.methods.flatMap((kind) => enrollmentRequests(facts, kind)),
    { type: 'enrollment_requested', method: NONSENSE, mode: 'add' },
    { type: 'rename_requested', enrollment: ids[0] ?? NONSENSE, name: 'new' },
    ...ids.flatMap((enrollment) => [
      { type: 'preference_requested', enrollment } as const,
      { type: 'removal_requested', enrollment } as const,
    ]),
    { type: 'disable_requested' },
    { type: 'recovery_codes_requested' },
    { type: 'cancel_requested' },
  ]
}

function enrollmentRequests(facts: Facts, method: string): readonly ClientEvent[] {
  const type = 'enrollment_requested'
  if (facts.methods[method]?.addressed !== 'given') {
    return [
      { type, method, mode: 'replace' },
      { type, method, mode: 'add' },
    ]
  }
  return [
    { type, method, mode: 'replace', address: NEW_NUMBER },
    { type, method, mode: 'add', address: NEW_NUMBER },
    { type, method, mode: 'add', address: null }, // no valid one
    { type, method, mode: 'add' },
  ]
}

/** What becomes of messages: news of the present challenge, and of one that is not the present one. */
function newsOfMessages(challenge: ChallengeId | null): readonly Untimed[] {
  const present: readonly Untimed[] =
    challenge === null
      ? []
      : [
          { type: 'delivery_failed', challenge, definite: true },
          { type: 'delivery_failed', challenge, definite: false },
        ]
  return [
    ...present,
    { type: 'delivery_failed', challenge: named(NONSENSE), definite: true },
    { type: 'help_failed', definite: true },
    { type: 'help_failed', definite: false },
  ]
}

const known = new WeakMap<Facts, Map<string, readonly Untimed[]>>()

/** All events of a position, whatever its state: one out of order is as possible as any other. */
export function alphabet({ flow, profile }: Position, facts: Facts): readonly Untimed[] {
  const challenge = flow.stage.phase === 'proving' ? flow.stage.challenge.id : null
  const key = `${challenge} ${profile.enrollments.map(({ id, method }) => `${id} ${method}`).join()}`
  const ofFacts = known.get(facts) ?? new Map<string, readonly Untimed[]>()
  known.set(facts, ofFacts)
  const events = ofFacts.get(key) ?? [
    ...clientEvents(facts, profile.enrollments),
    ...newsOfMessages(challenge),
  ]
  ofFacts.set(key, events)
  return events
}

/** What the engine answers to an ask of the machine; null: a verdict, which takes a proof. */
export function answerTo(ask: Ask, { profile }: Position, facts: Facts, ghost: Ghost): Untimed | null {
  switch (ask.kind) {
    case 'prepare_enrollment': {
      const id = named<Enrollment['id']>(`new-${ghost.flows}`) // a flow confirms one at most
      const isSealed = facts.methods[ask.request.method]?.addressed === 'none'
      const secret = isSealed ? named<NonNullable<Enrollment['secret']>>('a sealed secret') : null
      return { type: 'enrollment_prepared', pending: { ...ask.request, id, secret, methodData: null } }
    }
    case 'open_challenge': {
      const kind = kindOf(ask, profile.enrollments)
      const challenge = named<ChallengeId>(`challenge-${ghost.flows}-${ghost.drawn}`)
      const digest = facts.methods[kind]?.sends === true ? named<never>(nextCode(ghost)) : null
      return { type: 'challenge_opened', challenge, digest, hint: null }
    }
    case 'draw_recovery_codes': {
      const taken = [...(profile.recoveryCodes?.unused ?? []), ...ghost.spent]
      const first = freeName('recovery', taken)
      const second = freeName('recovery', [...taken, first])
      const sealed = facts.policy.rescue.dangerouslyShowAgain ? named<never>('sealed recovery codes') : null
      return { type: 'recovery_codes_drawn', digests: [named(first), named(second)], sealed }
    }
    case 'check_proof':
      return null
  }
}

/** Answers that nobody asked for: an engine gone wrong, or an attacker who found a hole in the public door. */
export function unasked(): readonly WithoutTime<EngineEvent>[] {
  return unaskedAnswers
}

const others = { remember: true, device: named<never>('stolen') }
const unaskedAnswers: readonly WithoutTime<EngineEvent>[] = [
  { type: 'proof_accepted', methodData: null, recoveryCode: null, ...others },
  { type: 'proof_rejected', cause: 'code_mismatch' },
  { type: 'proof_malformed' },
  { type: 'challenge_opened', challenge: named('stolen'), digest: null, hint: null },
  { type: 'recovery_codes_drawn', digests: [named('stolen')], sealed: null },
  {
    type: 'enrollment_prepared',
    pending: {
      id: named('stolen'),
      method: 'authenticator',
      name: null,
      address: null,
      secret: null,
      methodData: null,
      replaces: null,
    },
  },
]

/** The method that a challenge is to be opened for. */
function kindOf(ask: Extract<Ask, { kind: 'open_challenge' }>, enrollments: readonly Enrollment[]): string {
  const { target } = ask
  switch (target.of) {
    case 'enrollment':
      return enrollments.find(({ id }) => id === target.enrollment)?.method ?? ''
    case 'pending':
      return target.pending.method
    case 'email_rescue':
      return 'email'
    case 'recovery_code':
      return ''
  }
}

/** The first name that is not taken. */
export function freeName(name: string, taken: readonly string[]): string {
  let number = 1
  while (taken.includes(`${name}-${number}`)) number += 1
  return `${name}-${number}`
}
