import type { Channel, Profile } from '@sallyport/core'
import { type Ending, type Facts, isClientEventType, isFinal, type Target } from '@sallyport/core/flow'
import type { Edge } from './history.ts'
import { isSame } from './same.ts'

/** A law: says what an edge breaks, or nothing. It is stated anew, not by the code that it is held against. */
export type Law = (edge: Edge) => string | undefined

const DAY_MS = 86_400_000

const typeOf = ({ event }: Edge): string => ('type' in event ? event.type : 'start')

/** How a flow ended on this very edge. */
function endingOf({ from, to }: Edge): Ending | undefined {
  if (from?.flow.stage.phase === 'ended') return undefined
  return to.flow.stage.phase === 'ended' ? to.flow.stage.ending : undefined
}

/** What was proven on this edge: by an answer that the machine had asked for. */
function provenTarget(edge: Edge): Target | undefined {
  const { from, asked } = edge
  if (typeOf(edge) !== 'proof_accepted' || asked?.kind !== 'check_proof') return undefined
  return from?.flow.stage.phase === 'proving' ? from.flow.stage.challenge.target : undefined
}

/** The challenge that a failed proof was for, where the machine had asked for the verdict. */
function failedTarget(edge: Edge): Target | undefined {
  const { from, asked } = edge
  if (typeOf(edge) !== 'proof_rejected' || asked?.kind !== 'check_proof') return undefined
  return from?.flow.stage.phase === 'proving' ? from.flow.stage.challenge.target : undefined
}

const isLockedAt = ({ lock }: Profile, at: number): boolean =>
  lock !== null && (lock.until === 'rescued' || at < lock.until)

/** What a flow may rely on no more: the user may not log in, or what it was decided on has changed. */
function overtakenBy({ from, facts }: Edge): 'denied' | 'cancelled' | undefined {
  if (from === undefined || isFinal(from.state)) return undefined
  if (!facts.user.active) return 'denied'
  const isOfStamp = facts.user.stamps.includes(from.flow.stamp)
  return from.flow.epoch === from.profile.epoch && isOfStamp ? undefined : 'cancelled'
}

const isDue = ({ from, now }: Edge): boolean =>
  from !== undefined && !isFinal(from.state) && now >= from.flow.expiresAt

/** Whether nothing that is stored has changed. */
const isUnchanged = ({ from, to }: Edge): boolean =>
  from !== undefined && to.flow === from.flow && to.profile === from.profile && to.state === from.state

/** What the codes for a target are sent over. */
function channelOf(target: Target, { enrollments }: Profile, { methods }: Facts): Channel | null | undefined {
  switch (target.of) {
    case 'enrollment':
      return methods[enrollments.find(({ id }) => id === target.enrollment)?.method ?? '']?.channel
    case 'pending':
      return methods[target.pending.method]?.channel
    case 'email_rescue':
      return 'email'
    case 'recovery_code':
      return null
  }
}

const ids = ({ enrollments }: Profile): string => enrollments.map(({ id }) => id).join()

const profileBefore = ({ from, beginning }: Edge): Profile => from?.profile ?? beginning.profile

/**
 * The laws that a search of the machine can check, by name. Those of stores, of engines that race and of
 * cryptography need more than a machine, and are checked elsewhere.
 */
export const laws: Readonly<Record<string, Law>> = {
  'L1: a login is won by a proof in this flow of a factor in force, a live device, or nothing to ask for': (
    edge,
  ) => {
    const ending = endingOf(edge)
    if (edge.to.state !== 'authenticated' || edge.from?.state === 'authenticated') return undefined
    if (ending?.kind !== 'authenticated') return 'the state and the ending differ'
    if (edge.to.flow.run.kind !== 'login') return `a ${edge.to.flow.run.kind} ended authenticated`
    const { facts, before, after, now, event } = edge
    const inForce = edge.from === undefined ? after.inForce : before.inForce
    switch (ending.via) {
      case 'first_factor':
        return inForce.length > 0 || facts.user.required ? 'a second factor was owed' : undefined
      case 'remembered_device': {
        const token = 'run' in event ? event.remembered : null
        const device = edge.to.profile.devices.find(({ id }) => id === token?.device)
        const days = facts.policy.remember === false ? 0 : facts.policy.remember.days
        const until = device && Math.min(device.expiresAt, device.createdAt + days * DAY_MS)
        const isLive = token?.epoch === edge.to.profile.epoch && until !== undefined && now < until
        return isLive ? undefined : 'no live device'
      }
      case 'initial_enrollment':
        if (inForce.length > 0) return 'a user with a factor enrolled another at login'
        return provenTarget(edge)?.of === 'pending' ? undefined : 'nothing was proven'
      default: {
        const target = provenTarget(edge)
        if (target === undefined) return 'nothing was proven'
        if (target.of === 'pending') return 'a method that is not in force was proven'
        if (target.of !== 'enrollment') return undefined
        return inForce.includes(target.enrollment) ? undefined : 'not in force at the start'
      }
    }
  },

  'L1: a step-up is won by a proof of an enrollment or a recovery code, and nothing else is verified': (
    edge,
  ) => {
    if (edge.to.state !== 'verified' || edge.from?.state === 'verified') return undefined
    if (edge.to.flow.run.kind !== 'step_up') return `a ${edge.to.flow.run.kind} ended verified`
    const of = provenTarget(edge)?.of
    return of === 'enrollment' || of === 'recovery_code' ? undefined : `proven by ${of ?? 'nothing'}`
  },

  'L1: an answer of the engine that was not asked for does nothing': (edge) => {
    const { from, asked, to } = edge
    const type = typeOf(edge)
    if (from === undefined || asked !== null || isFinal(from.state) || isClientEventType(type))
      return undefined
    if (isDue(edge) || overtakenBy(edge) !== undefined || /_failed$/.test(type)) return undefined
    return to.refusal?.reason === 'event_not_accepted' && isUnchanged(edge) ? undefined : `${type} was taken`
  },

  'L1: a channel that the first factor came over is no second factor': (edge) => {
    const target = provenTarget(edge)
    const { flow, profile } = edge.to
    const first =
      flow.run.kind === 'login' ? flow.run.firstFactor.channel : edge.facts.caller?.firstFactorChannel
    if (target === undefined || first === null || first === undefined) return undefined
    const second = channelOf(target, profile, edge.facts)
    return second === first ? `both came over ${first}` : undefined
  },

  'L2: no code wins twice, and none that a newer one has replaced': (edge) => {
    const target = provenTarget(edge)
    if (target === undefined || edge.proof === null) return undefined
    if (edge.before.spent.includes(edge.proof)) return `${edge.proof} has won before`
    if (edge.proof === edge.before.replaced) return `${edge.proof} was replaced`
    if (target.of !== 'recovery_code') return undefined
    const isLeft = edge.to.profile.recoveryCodes?.unused.some((code) => code === edge.proof)
    return isLeft ? 'the recovery code is still good' : undefined
  },

  'L2: an accepted proof ends its flow': (edge) =>
    provenTarget(edge) === undefined || isFinal(edge.to.state) ? undefined : 'the flow goes on',

  'L3: every failed proof is counted, against the user and the flow, and only a proof forgives': (edge) => {
    const { to, after, facts, from } = edge
    if (to.profile.failures !== after.failures)
      return `${to.profile.failures} failures are counted, ${after.failures} were told`
    const left = facts.policy.throttle.attemptsPerFlow - after.failuresInFlow
    if (to.flow.attemptsLeft !== left) return `${to.flow.attemptsLeft} attempts are left, not ${left}`
    if (failedTarget(edge) === undefined || from === undefined) return undefined
    return left > 0 || isFinal(to.state) ? undefined : 'the flow bears more failures than it may'
  },

  'L3: as many failures as the policy bears lock the user, and a lock lets no proof but a recovery code be checked':
    (edge) => {
      const { from, to, after, now, facts } = edge
      const target = failedTarget(edge)
      if (target !== undefined && target.of !== 'recovery_code') {
        const isFull = after.failures % facts.policy.throttle.failuresPerLock === 0
        if (isFull && !isLockedAt(to.profile, now)) return 'the user is not locked'
      }
      if (from === undefined || from.profile.lock === null) return undefined
      const { stage } = to.flow
      const isChecked = edge.asked === null && to.ask?.kind === 'check_proof' && stage.phase === 'proving'
      if (!isChecked || stage.challenge.target.of === 'recovery_code') return undefined
      return isLockedAt(from.profile, now) ? 'a proof is checked in spite of the lock' : undefined
    },

  'L4: enrollments change by the proof of the new one, a removal or a switching off, and the epoch with them':
    (edge) => {
      const before = profileBefore(edge)
      const { profile } = edge.to
      if (edge.from === undefined || ids(before) === ids(profile)) return undefined
      const type = typeOf(edge)
      const isProven = provenTarget(edge)?.of === 'pending'
      if (!isProven && type !== 'removal_requested' && type !== 'disable_requested')
        return `changed by ${type}`
      if (profile.epoch !== before.epoch + 1) return 'the epoch was not raised'
      const isOld = ({ id }: { readonly id: string }) => before.devices.some((device) => device.id === id)
      return profile.devices.some(isOld) ? 'a device outlived the change' : undefined
    },

  'L4: a flow that the host or a change of factors has overtaken ends and changes nothing': (edge) => {
    const end = overtakenBy(edge)
    if (end === undefined || edge.from === undefined || isDue(edge)) return undefined
    if (edge.to.profile !== edge.from.profile) return 'it changed the profile'
    return edge.to.state === end ? undefined : `went to ${edge.to.state}`
  },

  'L4: a user who must have a second factor is not left without one': (edge) => {
    const { from, to, facts } = edge
    if (!facts.user.required || from === undefined || from.profile.enrollments.length === 0) return undefined
    return to.profile.enrollments.length > 0 ? undefined : 'the last one is gone'
  },

  'L5: an expired flow accepts nothing': (edge) => {
    if (!isDue(edge) || edge.from === undefined) return undefined
    if (edge.to.profile !== edge.from.profile || edge.to.ask !== null) return 'it was still used'
    return edge.to.state === 'expired' ? undefined : `went to ${edge.to.state}`
  },

  'L5: no proof is checked after its challenge has expired': (edge) => {
    const { asked, to, now } = edge
    if (asked !== null || to.ask?.kind !== 'check_proof' || to.flow.stage.phase !== 'proving')
      return undefined
    return now < to.flow.stage.challenge.expiresAt ? undefined : 'a late proof is checked'
  },

  'L6: no digest, sealed value or address is in the audit log': (edge) => {
    const records = edge.to.tells.filter(({ kind }) => kind === 'audit')
    if (records.length === 0) return undefined
    const text = JSON.stringify(records)
    const { email } = edge.facts.user
    const found = [/"code-\d+"/, /sealed/, /\+\d{6,}/, /"recovery-\d+"/].find((one) => one.test(text))
    return found !== undefined || (email !== null && text.includes(email))
      ? `${found ?? 'an address'}`
      : undefined
  },

  'L7: a final state is final': (edge) => {
    if (edge.from === undefined || !isFinal(edge.from.state)) return undefined
    const isRefused = edge.to.refusal?.reason === 'flow_ended' && edge.to.ask === null
    return isUnchanged(edge) && isRefused && edge.to.tells.length === 0 ? undefined : 'something moved'
  },

  'L8: time alone ends every flow, within the lifetime that the policy gives it': (edge) => {
    const { to, facts, machine } = edge
    if (isFinal(to.state) || isUnchanged(edge)) return undefined
    const { lifetimes } = facts.policy
    const seconds = {
      login: lifetimes.loginSeconds,
      setup: lifetimes.setupSeconds,
      step_up: lifetimes.stepUpSeconds,
    }[to.flow.run.kind]
    if (to.flow.expiresAt > to.flow.startedAt + seconds * 1000) return 'it may live longer'
    const ended = machine.advance(to, facts, { type: 'selection_requested', at: to.flow.expiresAt })
    return isFinal(ended.state) ? undefined : 'it lives on'
  },

  'L8: time never steps back within a flow': ({ from, to, now }) => {
    if (from === undefined || to.flow === from.flow) return undefined
    return to.flow.lastAt >= from.flow.lastAt && to.flow.lastAt <= now ? undefined : 'it stepped back'
  },

  'L9: a rescue remembers no device': (edge) => {
    const ending = endingOf(edge)
    if (ending?.kind !== 'authenticated') return undefined
    const isRescue = ending.via === 'recovery_code' || ending.via === 'email_rescue'
    if (!isRescue) return undefined
    if (ending.remembered !== null) return 'a device is remembered'
    return edge.to.profile.devices.length > profileBefore(edge).devices.length
      ? 'a device was added'
      : undefined
  },

  'L9: only a second factor proven here makes a session fresh': (edge) => {
    const ending = endingOf(edge)
    if (ending?.kind !== 'authenticated' && ending?.kind !== 'verified') return undefined
    if (ending.secondFactorAt === null) return undefined
    const isProven = provenTarget(edge) !== undefined && ending.secondFactorAt === edge.after.provenAt
    return isProven ? undefined : `fresh by ${ending.via}`
  },

  'L9: a setup changes nothing for a session in which no second factor was proven recently': (edge) => {
    const { from, to, facts, now, before, asked } = edge
    if (from === undefined || asked !== null || to.flow.run.kind !== 'setup') return undefined
    if (!isClientEventType(typeOf(edge)) || from.profile.enrollments.length === 0) return undefined
    const { provenAt } = before
    const isFresh = provenAt !== null && now < provenAt + facts.policy.freshnessSeconds * 1000
    return isFresh || (to.profile === from.profile && to.ask === null) ? undefined : 'it was taken'
  },

  'L10: the same step gives the same answer': (edge) => {
    const { machine, from, facts, event, to, beginning } = edge
    const again =
      'type' in event && from !== undefined
        ? machine.advance({ ...from }, { ...facts }, { ...event })
        : 'run' in event
          ? machine.start(
              { ...event },
              { ...facts },
              edge.before.flows === 0 ? beginning.profile : to.profile,
            )
          : undefined
    if (edge.before.flows > 0 && from === undefined) return undefined // its profile is not part of the edge
    return isSame(again, to) ? undefined : 'it differs'
  },

  'L11: no event is dropped silently': (edge) => {
    const { from, to } = edge
    if (from === undefined || !isUnchanged(edge)) return undefined
    return to.ask !== null || to.refusal !== null ? undefined : 'no answer'
  },

  'L11: a refused event has changed nothing': (edge) => {
    const { to, asked } = edge
    if (edge.from === undefined || asked !== null || to.refusal === null) return undefined
    if (!isClientEventType(typeOf(edge))) return undefined
    return isUnchanged(edge) && to.ask === null && to.tells.length === 0 ? undefined : 'it changed something'
  },
}

const all = Object.entries(laws)

/** What an edge breaks, law by law. */
export function brokenBy(edge: Edge): readonly { readonly law: string; readonly why: string }[] {
  const broken: { readonly law: string; readonly why: string }[] = []
  for (const [law, check] of all) {
    const why = check(edge)
    if (why !== undefined) broken.push({ law, why })
  }
  return broken
}
