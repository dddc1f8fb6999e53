import type { AuditRecord, FlowId, FlowSnapshot, Profile, Revision } from '@sallyport/core'
import { type Applied, flowIdOf, type Happening, type Ledger } from '../ledger.ts'

/** A value with its revision; undefined where there is none. */
interface At<Value> {
  readonly value: Value
  readonly revision: Revision
}

/** A change that was applied, with what was stored when it was. */
interface Moment {
  readonly applied: Applied
  readonly profileBefore: At<Profile> | undefined
  readonly flowBefore: At<FlowSnapshot> | undefined
  /** What the change left; what it did not touch is as it was. */
  readonly profile: At<Profile> | undefined
}

/** All that happened in the store, in its order, and what it should hold in the end. */
export interface History {
  readonly moments: readonly Moment[]
  readonly profile: At<Profile> | undefined
  readonly flows: ReadonlyMap<FlowId, At<FlowSnapshot>>
  /** Audit records as JSON. */
  readonly audit: readonly string[]
}

/** Goes through what happened in the store. */
export function readHistory(happenings: readonly Happening[]): History {
  const moments: Moment[] = []
  let profile: At<Profile> | undefined
  let flows: ReadonlyMap<FlowId, At<FlowSnapshot> & { readonly expiresAt: number }> = new Map()
  let audit: readonly string[] = []
  for (const happening of happenings) {
    if (happening.kind === 'forgotten') {
      profile = undefined
      flows = new Map()
      audit = []
      continue
    }
    if (happening.kind === 'purged') {
      const { expiredBefore } = happening
      flows = new Map([...flows].filter(([, { expiresAt }]) => expiresAt >= expiredBefore))
      continue
    }
    const { change } = happening
    const profileBefore = profile
    const flowBefore = change.flow && flows.get(change.flow.id)
    if (change.profile !== undefined && 'revision' in change.profile) profile = change.profile
    if (change.flow !== undefined) flows = new Map([...flows, [change.flow.id, change.flow]])
    audit = [...audit, ...change.audit.map((record) => JSON.stringify(record))]
    moments.push({ applied: happening, profileBefore, flowBefore, profile })
  }
  return { moments, profile, flows, audit }
}

/** Whether a flow was taken away, with its user or when it was long over. */
export function isGone({ happenings }: Ledger, token: string): boolean {
  const id = flowIdOf(token)
  let expiresAt = Number.POSITIVE_INFINITY
  let gone = false
  for (const happening of happenings) {
    if (happening.kind === 'forgotten') gone = true
    else if (happening.kind === 'purged') gone ||= expiresAt < happening.expiredBefore
    else if (happening.change.flow?.id === id) expiresAt = happening.change.flow.expiresAt
  }
  return gone
}

const finals: ReadonlySet<string> = new Set([
  'authenticated',
  'verified',
  'changed',
  'disabled',
  'denied',
  'locked',
  'expired',
  'cancelled',
])

/** Whether a flow in this state has ended. */
export const isFinal = (state: string): boolean => finals.has(state)

/** How a change ended its flow, if it did. */
export function endingOf({
  change,
}: Applied): Extract<AuditRecord, { readonly kind: 'flow_ended' }> | undefined {
  return change.audit.find((record) => record.kind === 'flow_ended')
}

/** Whether a change holds a record of this kind. */
export const tells = ({ change }: Applied, kind: string): boolean =>
  change.audit.some((record) => record.kind === kind)

/** Whether an outcome gives something to whoever has proven something. */
export const isWon = (outcome: string | undefined): boolean =>
  outcome === 'authenticated' || outcome === 'verified' || outcome === 'changed'
