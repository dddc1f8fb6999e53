import type { Advance, FlowEvent, Position } from '@sallyport/core/flow'
import { type ExploreOptions, engineMachine, type Machine } from '@sallyport/testkit/explore'
import { START, sessionOf } from './world.ts'

/** A machine that breaks one law, where that shows, and in how many moves at the least. */
export interface Seeded {
  readonly law: string
  readonly about: string
  readonly machine: Machine
  readonly moves: number
  readonly where?: Partial<ExploreOptions>
}

const { start, advance } = engineMachine

/** The engine's machine with something changed in what it answers to an event. */
const answering = (change: (to: Advance, from: Position, event: FlowEvent) => Advance): Machine => ({
  start,
  advance: (from, facts, event) => change(advance(from, facts, event), from, event),
})

/** The engine's machine with something changed in what it is given. */
const given = (change: (from: Position, event: FlowEvent) => readonly [Position, FlowEvent]): Machine => ({
  start,
  advance: (from, facts, event) => {
    const [position, instead] = change(from, event)
    return advance(position, facts, instead)
  },
})

/** A test of an event's type. */
const is =
  (type: FlowEvent['type']) =>
  ({ type: other }: FlowEvent): boolean =>
    type === other

const isAccepted = is('proof_accepted')
const isRejected = is('proof_rejected')

const challengeOf = ({ flow: { stage } }: Position) =>
  stage.phase === 'proving' ? stage.challenge : undefined

const ofOneMethod = { users: ['a user with one method'] } as const
const login = { ...ofOneMethod, runs: ['logs in'] } as const
const setup = { ...ofOneMethod, runs: ['opens the setup'] } as const

const accepting = {
  type: 'proof_accepted',
  methodData: null,
  recoveryCode: null,
  remember: null,
  device: 'stolen' as never, // an id
} as const

let calls = 0

export const seeded: readonly Seeded[] = [
  {
    law: 'L1: a login is won by a proof in this flow of a factor in force, a live device, or nothing to ask for',
    about: 'takes a wrong proof for a right one',
    machine: given((from, event) => [from, isRejected(event) ? { ...accepting, at: event.at } : event]),
    moves: 4, // start, open, submit, check
    where: login,
  },
  {
    law: 'L1: a step-up is won by a proof of an enrollment or a recovery code, and nothing else is verified',
    about: 'lets a login end verified',
    machine: answering((to) => (to.state === 'authenticated' ? { ...to, state: 'verified' } : to)),
    moves: 4,
    where: login,
  },
  {
    law: 'L1: an answer of the engine that was not asked for does nothing',
    about: 'hears answers out of turn',
    machine: given((from, event) => {
      const isOutOfTurn = isAccepted(event) && from.state === 'challenging.awaiting_proof'
      return [isOutOfTurn ? { ...from, state: 'challenging.checking' } : from, event]
    }),
    moves: 3,
    where: login,
  },
  {
    law: 'L1: a channel that the first factor came over is no second factor',
    about: 'forgets what the first factor came over',
    machine: {
      start: (event, facts, profile) => start(event, { ...facts, caller: sessionOf(START, START) }, profile),
      advance: (from, facts, event) => advance(from, { ...facts, caller: sessionOf(START, START) }, event),
    },
    moves: 4,
    where: {
      ...ofOneMethod,
      runs: ['steps up'],
      policy: { issuer: 'Acme', methods: ['email'] },
      caller: sessionOf(START, START, 'email'),
    },
  },
  {
    law: 'L2: no code wins twice, and none that a newer one has replaced',
    about: 'forgets which time step was used',
    machine: answering((to, from, event) =>
      isAccepted(event) ? { ...to, profile: { ...to.profile, enrollments: from.profile.enrollments } } : to,
    ),
    moves: 8, // two logins
    where: { ...login, bounds: { flows: 2 } },
  },
  {
    law: 'L2: no code wins twice, and none that a newer one has replaced',
    about: 'does not strike a recovery code out',
    machine: answering((to, from, event) =>
      isAccepted(event)
        ? { ...to, profile: { ...to.profile, recoveryCodes: from.profile.recoveryCodes } }
        : to,
    ),
    moves: 6, // start, open, rescue, open, submit, check
    where: login,
  },
  {
    law: 'L2: no code wins twice, and none that a newer one has replaced',
    about: 'keeps the old code when a new one is sent',
    machine: answering((to, _from, event) => {
      const { stage } = to.flow
      if (event.type !== 'challenge_opened' || stage.phase !== 'proving') return to
      const digest = event.digest === 'code-2' ? ('code-1' as never) : event.digest // a digest
      return {
        ...to,
        flow: { ...to.flow, stage: { phase: 'proving', challenge: { ...stage.challenge, digest } } },
      }
    }),
    moves: 6, // start, open, resend, open, submit, check
    where: { ...login, policy: { issuer: 'Acme', methods: ['email'] } },
  },
  {
    law: 'L2: an accepted proof ends its flow',
    about: 'goes on after an accepted proof',
    machine: answering((to, from, event) =>
      isAccepted(event) && to.state === 'authenticated' ? { ...to, state: from.state, flow: from.flow } : to,
    ),
    moves: 4,
    where: login,
  },
  {
    law: 'L3: every failed proof is counted, against the user and the flow, and only a proof forgives',
    about: 'does not count a failure against the user',
    machine: answering((to, from, event) =>
      isRejected(event) ? { ...to, profile: { ...to.profile, failures: from.profile.failures } } : to,
    ),
    moves: 4,
    where: login,
  },
  {
    law: 'L3: every failed proof is counted, against the user and the flow, and only a proof forgives',
    about: 'forgives whoever starts again',
    machine: {
      start: (begun, facts, profile) => start(begun, facts, profile && { ...profile, failures: 0 }),
      advance,
    },
    moves: 1,
    where: { users: ['a user one failure before the lock'], runs: ['logs in'] },
  },
  {
    law: 'L3: as many failures as the policy bears lock the user, and a lock lets no proof but a recovery code be checked',
    about: 'never locks',
    machine: answering((to) => ({ ...to, profile: { ...to.profile, lock: null } })),
    moves: 5, // start, choose, open, submit, check
    where: { users: ['a user one failure before the lock'], runs: ['logs in'] },
  },
  {
    law: 'L4: enrollments change by the proof of the new one, a removal or a switching off, and the epoch with them',
    about: 'puts a method in force before it is proven',
    machine: answering((to, _from, event) => {
      if (event.type !== 'enrollment_prepared' || to.refusal !== null) return to
      const { replaces: _, ...pending } = event.pending
      const enrollment = { ...pending, createdAt: event.at, lastUsedAt: null }
      return { ...to, profile: { ...to.profile, enrollments: [...to.profile.enrollments, enrollment] } }
    }),
    moves: 3, // start, request, prepare
    where: setup,
  },
  {
    law: 'L4: a flow that the host or a change of factors has overtaken ends and changes nothing',
    about: 'goes on after a change of factors',
    machine: given((from, event) => [{ ...from, flow: { ...from.flow, epoch: from.profile.epoch } }, event]),
    moves: 4, // start, open, change, any event
    where: { ...login, bounds: { changesMeanwhile: 1 } },
  },
  {
    law: 'L4: a user who must have a second factor is not left without one',
    about: 'lets anybody switch it off',
    machine: {
      start,
      advance: (from, facts, event) =>
        advance(from, { ...facts, user: { ...facts.user, required: false } }, event),
    },
    moves: 2,
    where: { ...setup, policy: { issuer: 'Acme', required: true } },
  },
  {
    law: 'L5: an expired flow accepts nothing',
    about: 'checks a proof that comes when the flow is over',
    machine: given((from, event) => {
      const isProof = event.type === 'proof_submitted'
      return [from, isProof ? { ...event, at: Math.min(event.at, from.flow.expiresAt - 1) } : event]
    }),
    moves: 3, // start, open, submit
    where: login,
  },
  {
    law: 'L5: no proof is checked after its challenge has expired',
    about: 'checks a late proof',
    machine: given((from, event) => {
      const challenge = challengeOf(from)
      if (challenge === undefined || event.at >= from.flow.expiresAt) return [from, event]
      return [from, { ...event, at: Math.min(event.at, challenge.expiresAt - 1) }]
    }),
    moves: 3,
    where: { ...login, policy: { issuer: 'Acme', methods: ['email'] } },
  },
  {
    law: 'L6: no digest, sealed value or address is in the audit log',
    about: 'logs the digest of a code',
    machine: answering((to, _from, event) => {
      if (event.type !== 'challenge_opened' || event.digest === null) return to
      const record = { kind: 'proof_rejected', cause: event.digest } as never // no such record
      return { ...to, tells: [...to.tells, { kind: 'audit', event: record }] }
    }),
    moves: 2,
    where: { ...login, policy: { issuer: 'Acme', methods: ['email'] } },
  },
  {
    law: 'L7: a final state is final',
    about: 'lets a flow that was cancelled go on',
    machine: given((from, event) => [
      from.state === 'cancelled' ? { ...from, state: 'managing.idle' } : from,
      event,
    ]),
    moves: 3,
    where: setup,
  },
  {
    law: 'L8: time alone ends every flow, within the lifetime that the policy gives it',
    about: 'gives a flow more time with each event',
    machine: answering((to, from) =>
      to.flow === from.flow ? to : { ...to, flow: { ...to.flow, expiresAt: to.flow.expiresAt + 1 } },
    ),
    moves: 2,
    where: login,
  },
  {
    law: 'L8: time never steps back within a flow',
    about: 'believes a clock that is behind',
    machine: answering((to, from, event) =>
      to.flow === from.flow ? to : { ...to, flow: { ...to.flow, lastAt: event.at } },
    ),
    moves: 2, // start, cancel by a clock that is behind
    where: setup,
  },
  {
    law: 'L9: a rescue remembers no device',
    about: 'remembers whoever asks',
    machine: answering((to, _from, event) => {
      const { stage } = to.flow
      if (!isAccepted(event) || stage.phase !== 'ended' || stage.ending.kind !== 'authenticated') return to
      const remembered = { device: 'device-1' as never, expiresAt: event.at + 1 } // an id
      return {
        ...to,
        flow: { ...to.flow, stage: { phase: 'ended', ending: { ...stage.ending, remembered } } },
      }
    }),
    moves: 6,
    where: login,
  },
  {
    law: 'L9: only a second factor proven here makes a session fresh',
    about: 'takes a remembered browser for a second factor',
    machine: {
      advance,
      start: (begun, facts, profile) => {
        const to = start(begun, facts, profile)
        const { stage } = to.flow
        if (stage.phase !== 'ended' || stage.ending.kind !== 'authenticated') return to
        const ending = { ...stage.ending, secondFactorAt: begun.at }
        return { ...to, flow: { ...to.flow, stage: { phase: 'ended', ending } } }
      },
    },
    moves: 1,
    where: {
      users: ['a user of a remembered browser'],
      runs: ['logs in'],
      policy: { issuer: 'Acme', remember: { days: 7 } },
    },
  },
  {
    law: 'L9: a setup changes nothing for a session in which no second factor was proven recently',
    about: 'takes a password for fresh enough',
    machine: {
      start,
      advance: (from, facts, event) =>
        advance(from, { ...facts, caller: sessionOf(event.at, event.at) }, event),
    },
    moves: 2,
    where: { ...setup, caller: sessionOf(START, null) },
  },
  {
    law: 'L10: the same step gives the same answer',
    about: 'counts its calls',
    machine: answering((to) => {
      calls += 1
      return { ...to, refusal: to.refusal && { ...to.refusal, retryAt: calls } }
    }),
    moves: 2,
    where: setup,
  },
  {
    law: 'L11: no event is dropped silently',
    about: 'says nothing of an event that it does not take',
    machine: answering((to) => (to.refusal?.reason === 'event_not_accepted' ? { ...to, refusal: null } : to)),
    moves: 2,
    where: setup,
  },
  {
    law: 'L11: a refused event has changed nothing',
    about: 'counts what it refuses',
    machine: answering((to, _from, event) =>
      to.refusal?.reason === 'challenge_expired' && event.type === 'proof_submitted'
        ? { ...to, profile: { ...to.profile, failures: to.profile.failures + 1 } }
        : to,
    ),
    moves: 3,
    where: { ...login, policy: { issuer: 'Acme', methods: ['email'] } },
  },
]
