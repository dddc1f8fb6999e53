import type { Enrollment, Profile } from '@sallyport/core'
import type { Facts, Stage, Target } from '@sallyport/core/flow'
import type { Standing } from './history.ts'
import { isUsedUp } from './proofs.ts'
import type { Bounds } from './world.ts'

const TEN_MINUTES_MS = 600_000
const HOUR_MS = 3_600_000

/** How a key tells moments apart. */
type Ahead = (moment: number) => number

/**
 * What two standings share when the search need not tell them apart: it goes on from one of them. Ids of
 * challenges and codes count by whether they are the latest, and what no rule reads (names, times of use) not at
 * all. With `times` exact, moments count by how far ahead they are: then whatever follows from one follows from the
 * other. With `past_or_not`, which is much smaller, two that differ only in how far ahead a limit is are taken for one.
 */
export function keyOf(
  { position, ask, facts, now, ghost, origin }: Standing,
  times: Bounds['times'],
): string {
  const { state, flow, profile } = position
  const ahead: Ahead =
    times === 'exact' ? (moment) => Math.max(0, moment - now) : (moment) => (moment > now ? 1 : 0)
  return [
    state,
    ask === null ? '' : `${ask.kind} after ${origin.state} ${origin.event}`,
    flow.run.kind,
    flow.attemptsLeft,
    ahead(flow.expiresAt),
    stageKey(flow.stage, ghost.drawn, ahead),
    Object.entries(flow.cooldowns)
      .map(([destination, until]) => `${destination} ${ahead(until)}`)
      .join(),
    flow.epoch === profile.epoch,
    profileKey(profile, facts, now, ahead),
    factsKey(facts, flow.stamp, profile.factorsRevokedAt, ahead),
    ghost.flows,
    ghost.changes,
    ghost.failures,
    ghost.failuresInFlow,
    ghost.replaced !== null,
    ghost.spent.length,
    ghost.spent.filter((code) => profile.recoveryCodes?.unused.some((left) => left === code)).length,
    ghost.provenAt === null ? '' : ahead(ghost.provenAt + facts.policy.freshnessSeconds * 1000),
    ghost.tokens.map(({ device, epoch }) => `${device} ${epoch === profile.epoch}`).join(),
  ].join('|')
}

function stageKey(stage: Stage, drawn: number, ahead: Ahead): string {
  switch (stage.phase) {
    case 'idle':
      return 'idle'
    case 'preparing': {
      const { method, address, replaces } = stage.request
      return `preparing ${method} ${address} ${replaces}`
    }
    case 'opening':
      return `opening ${targetKey(stage.target)}`
    case 'proving': {
      const { target, expiresAt, digest, delivery } = stage.challenge
      const code = digest === null ? 'none' : digest === `code-${drawn}`
      return `proving ${targetKey(target)} ${ahead(expiresAt)} ${code} ${delivery}`
    }
    case 'ended':
      return `ended ${stage.ending.kind}`
  }
}

function targetKey(target: Target): string {
  switch (target.of) {
    case 'enrollment':
      return target.enrollment
    case 'pending':
      return `${target.pending.id} ${target.pending.method} ${target.pending.address} ${target.pending.replaces}`
    default:
      return target.of
  }
}

function profileKey(profile: Profile, facts: Facts, now: number, ahead: Ahead): string {
  const { enrollments, preferred, recoveryCodes, devices, failures, lock, deliveries, notices } = profile
  const { perTenMinutes, perDay } = facts.policy.delivery
  const until = lock === null ? '' : lock.until === 'rescued' ? lock.until : ahead(lock.until)
  const recent = deliveries.slice(-perTenMinutes).map((moment) => ahead(moment + TEN_MINUTES_MS))
  const help = notices['help']
  return [
    enrollments.map((enrollment) => enrollmentKey(enrollment, now)).join(),
    preferred,
    recoveryCodes?.unused.length ?? 'none',
    devices.map(({ id, expiresAt }) => `${id} ${ahead(expiresAt)}`).join(),
    failures,
    until,
    recent.join(),
    Math.min(deliveries.length, perDay),
    help === undefined ? '' : ahead(help + HOUR_MS),
  ].join(';')
}

function enrollmentKey({ id, method, address, methodData }: Enrollment, now: number): string {
  return `${id} ${method} ${address} ${isUsedUp(methodData, now)}`
}

function factsKey(
  { user, caller, policy }: Facts,
  stamp: string,
  factorsRevokedAt: number | null,
  ahead: Ahead,
): string {
  const freshUntil = (provenAt: number | null | undefined): number =>
    provenAt == null || provenAt < (factorsRevokedAt ?? 0)
      ? 0
      : ahead(provenAt + policy.freshnessSeconds * 1000)
  const isOfStamp = user.stamps.some((one) => one === stamp)
  const proven = [
    caller?.firstFactorChannel,
    freshUntil(caller?.firstFactorAt),
    freshUntil(caller?.secondFactorAt),
  ]
  return [user.active, isOfStamp, ...proven].join(' ')
}
