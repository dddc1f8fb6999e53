import type { Facts } from '../../packages/core/src/flow/context.ts'
import { isClientEventType } from '../../packages/core/src/flow/events.ts'
import { advance, isFinal, start } from '../../packages/core/src/flow/step.ts'
import { liveDevice } from '../../packages/core/src/policy/remembered-device.ts'
import { isLocked } from '../../packages/core/src/policy/throttle.ts'
import type { Edge } from './explore.ts'

/** A law: says what an edge breaks, or nothing. */
type Law = (edge: Edge) => string | undefined

const typeOf = ({ event }: Edge): string => ('type' in event ? event.type : 'start')

const endingOf = ({ to }: Edge) => (to.flow.stage.phase === 'ended' ? to.flow.stage.ending : undefined)

/** The proof that was accepted on this edge, if one was: what it was a proof of. */
function provenTarget(edge: Edge) {
  if (typeOf(edge) !== 'proof_accepted' || edge.from?.flow.stage.phase !== 'proving') return undefined
  if (!edge.from.state.endsWith('.checking')) return undefined
  return edge.from.flow.stage.challenge.target
}

const copies = new WeakMap<Facts, Facts>()

/** The same facts in another object: an answer that hangs on an object's identity would differ. */
function copyOf(facts: Facts): Facts {
  const copy = copies.get(facts) ?? structuredClone(facts)
  copies.set(facts, copy)
  return copy
}

/** The laws of the machine, by name. Each looks at one edge; what spans engines and stores is tested elsewhere. */
const laws: Readonly<Record<string, Law>> = {
  'L1: only a login ends authenticated, by a proof in this flow, a live device, or nothing to ask for': (
    edge,
  ) => {
    const ending = endingOf(edge)
    if (edge.to.state !== 'authenticated' || edge.from?.state === 'authenticated') return undefined
    if (ending?.kind !== 'authenticated') return 'the state and the ending differ'
    if (edge.to.flow.run.kind !== 'login') return `a ${edge.to.flow.run.kind} ended authenticated`
    const { profile, remembered = null, facts } = edge.beginning
    switch (ending.via) {
      case 'first_factor':
        return profile.enrollments.length > 0 || facts.user.required ? 'a second factor was owed' : undefined
      case 'remembered_device':
        return remembered && liveDevice(profile, remembered, edge.now, facts.policy.remember)
          ? undefined
          : 'no live device'
      case 'initial_enrollment':
        if (profile.enrollments.length > 0) return 'a user with a factor enrolled another at login'
        return provenTarget(edge)?.of === 'pending' ? undefined : 'nothing was proven'
      default: {
        const target = provenTarget(edge)
        if (target === undefined) return 'nothing was proven'
        if (target.of !== 'enrollment') return undefined
        return profile.enrollments.some(({ id }) => id === target.enrollment)
          ? undefined
          : 'not in force at the start'
      }
    }
  },

  'L1: a step-up ends verified by a proof of an enrollment or a recovery code, and nothing else does': (
    edge,
  ) => {
    if (edge.to.state !== 'verified' || edge.from?.state === 'verified') return undefined
    const of = provenTarget(edge)?.of
    if (edge.to.flow.run.kind !== 'step_up') return 'no step-up'
    return of === 'enrollment' || of === 'recovery_code' ? undefined : `proven by ${of}`
  },

  'L2: an accepted recovery code is struck out, and an accepted proof ends its flow': (edge) => {
    const target = provenTarget(edge)
    if (target === undefined) return undefined
    if (!isFinal(edge.to.state)) return 'the flow goes on'
    if (target.of !== 'recovery_code') return undefined
    const before = edge.from?.profile.recoveryCodes?.unused.length ?? 0
    return edge.to.profile.recoveryCodes?.unused.length === before - 1 ? undefined : 'the code is still there'
  },

  'L3: a failed check costs the flow an attempt and, but for a recovery code, the user a failure': (edge) => {
    if (typeOf(edge) !== 'proof_rejected' || !edge.from?.state.endsWith('.checking')) return undefined
    if (edge.from.flow.stage.phase !== 'proving') return 'a check without a challenge'
    const counts = edge.from.flow.stage.challenge.target.of === 'recovery_code' ? 0 : 1
    if (edge.to.flow.attemptsLeft !== edge.from.flow.attemptsLeft - 1 && !isFinal(edge.to.state))
      return 'no attempt less'
    if (edge.to.profile.failures !== edge.from.profile.failures + counts) return 'the failure was not counted'
    if (edge.to.flow.attemptsLeft === 0 && !isFinal(edge.to.state))
      return 'attempts are used up and the flow goes on'
    return undefined
  },

  'L3: nothing gives attempts back, and failures go only by a proof of what is in force': (edge) => {
    if (edge.from === undefined)
      return edge.to.profile.failures === edge.beginning.profile.failures ? undefined : 'a start forgives'
    if (edge.to.flow.attemptsLeft > edge.from.flow.attemptsLeft) return 'an attempt came back'
    if (edge.to.profile.failures >= edge.from.profile.failures) return undefined
    const of = provenTarget(edge)?.of
    return of === 'enrollment' || of === 'recovery_code'
      ? undefined
      : `failures were forgiven by ${of ?? typeOf(edge)}`
  },

  'L3: nothing but a recovery code is checked while the user is locked': (edge) => {
    if (edge.to.ask?.kind !== 'check_proof' || edge.to.flow.stage.phase !== 'proving') return undefined
    if (!isLocked(edge.to.profile, edge.now)) return undefined
    return edge.to.flow.stage.challenge.target.of === 'recovery_code'
      ? undefined
      : 'a proof is checked under a lock'
  },

  'L3: the failure that locks the user ends the flow, or leaves it a recovery code': (edge) => {
    if (edge.from === undefined || edge.to.profile.lock === edge.from.profile.lock) return undefined
    if (edge.to.profile.lock === null) return undefined
    return edge.to.state === 'locked' || edge.to.state === 'rescuing.opening'
      ? undefined
      : `it goes on in ${edge.to.state}`
  },

  'L4: enrollments change by a proven new method, a removal, disabling, or the noted use of one, only': (
    edge,
  ) => {
    const before = edge.from?.profile.enrollments ?? edge.beginning.profile.enrollments
    const ids = (list: typeof before) => list.map(({ id }) => id).join()
    if (ids(before) === ids(edge.to.profile.enrollments)) return undefined
    const type = typeOf(edge)
    const isProven = provenTarget(edge)?.of === 'pending'
    if (!isProven && type !== 'removal_requested' && type !== 'disable_requested') return `changed by ${type}`
    if (edge.to.profile.epoch !== (edge.from?.profile.epoch ?? 0) + 1) return 'the epoch was not raised'
    return edge.to.profile.devices.every(({ id }) => id === 'd') ? undefined : 'a device outlived the change'
  },

  'L5: an expired flow or challenge checks nothing': (edge) => {
    if (edge.from === undefined || isFinal(edge.from.state)) return undefined
    if (edge.now >= edge.from.flow.expiresAt)
      return edge.to.state === 'expired' ? undefined : `went to ${edge.to.state}`
    if (edge.to.ask?.kind !== 'check_proof' || edge.to.flow.stage.phase !== 'proving') return undefined
    return edge.now < edge.to.flow.stage.challenge.expiresAt ? undefined : 'a late proof is checked'
  },

  'L7: a final state is final': (edge) => {
    if (edge.from === undefined || !isFinal(edge.from.state)) return undefined
    const isSame =
      edge.to.flow === edge.from.flow &&
      edge.to.profile === edge.from.profile &&
      edge.to.state === edge.from.state
    return isSame && edge.to.refusal?.reason === 'flow_ended' ? undefined : 'something moved'
  },

  'L8: time alone ends every flow': (edge) => {
    const { to, facts } = edge
    if (isFinal(to.state)) return undefined
    return advance(to, facts, { type: 'selection_requested', at: to.flow.expiresAt }).state === 'expired'
      ? undefined
      : 'it lives on'
  },

  'L9: a rescue remembers no device, and only a second factor makes a session fresh': (edge) => {
    const ending = endingOf(edge)
    if (ending?.kind !== 'authenticated') return undefined
    if (ending.remembered !== null && ending.via !== 'enrollment' && ending.via !== 'initial_enrollment')
      return 'remembered'
    const isWeak = ending.via === 'remembered_device' || ending.via === 'first_factor'
    if (isWeak && ending.secondFactorAt !== null) return 'fresh without a second factor'
    const { email } = edge.facts.policy.rescue
    const mayChange = email !== false && email.mayChangeFactors
    return ending.via === 'email_rescue' && !mayChange && ending.secondFactorAt !== null
      ? 'fresh by a mailed code'
      : undefined
  },

  'L10: the same step gives the same answer, byte for byte': (edge) => {
    const again =
      'type' in edge.event && edge.from !== undefined
        ? advance({ ...edge.from }, copyOf(edge.facts), { ...edge.event })
        : 'run' in edge.event
          ? start(edge.event, edge.facts, edge.beginning.profile)
          : undefined
    return JSON.stringify(again) === JSON.stringify(edge.to) ? undefined : 'it differs'
  },

  'L11: no event is dropped silently': (edge) => {
    const { from, to } = edge
    if (from === undefined) return undefined
    const isMoved = to.flow !== from.flow || to.profile !== from.profile || to.state !== from.state
    return isMoved || to.ask !== null || to.refusal !== null ? undefined : 'no answer'
  },

  'a refusal changes nothing': (edge) => {
    const { from, to } = edge
    if (from === undefined || to.refusal === null || !isClientEventType(typeOf(edge))) return undefined
    return to.flow === from.flow && to.profile === from.profile && to.state === from.state
      ? undefined
      : 'it changed something'
  },

  'an engine event that was not asked for does nothing': (edge) => {
    const { from, to } = edge
    const type = typeOf(edge)
    if (from === undefined || isFinal(from.state) || isClientEventType(type)) return undefined
    if (!/^(proof_|challenge_opened|enrollment_prepared|recovery_codes_drawn)/.test(type)) return undefined
    if (/\.(opening|preparing|checking|drawing_recovery_codes)$/.test(from.state)) return undefined
    return to.refusal?.reason === 'event_not_accepted' ? undefined : `${type} moved ${from.state}`
  },

  'a user who must have a second factor is never left without one': (edge) => {
    if (edge.from === undefined || !edge.facts.user.required || edge.from.profile.enrollments.length === 0)
      return undefined
    return edge.to.profile.enrollments.length > 0 ? undefined : 'the last one is gone'
  },

  'L9: a client changes nothing in a setup that is not fresh': (edge) => {
    const { from, to, facts } = edge
    if (from === undefined || to.flow.run.kind !== 'setup' || facts.caller?.secondFactorAt !== null)
      return undefined
    if (from.profile.enrollments.length === 0) return undefined // a fresh first factor is enough there
    return to.profile === from.profile ? undefined : 'it changed the profile'
  },
}

/** Checks every law on an edge; a broken one says how to get there. */
export function checkLaws(edge: Edge): void {
  for (const [name, law] of Object.entries(laws)) {
    const broken = law(edge)
    if (broken !== undefined)
      throw new Error(`${name}: ${broken}\n  ${edge.path.join('\n  ')}\n  => ${edge.to.state}`)
  }
}
