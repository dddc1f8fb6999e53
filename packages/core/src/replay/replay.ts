import type { AuditEvent } from '../flow/audit.ts'
import type { Tell } from '../flow/effects.ts'
import type { FlowEvent } from '../flow/events.ts'
import type { Refusal } from '../flow/refusal.ts'
import { type FlowSnapshot, parseSnapshot, toSnapshot } from '../flow/snapshot.ts'
import { type Advance, advance, type FlowState, type Position, start } from '../flow/step.ts'
import type { CommitId, EpochMs, FlowId, UserId } from '../ids.ts'
import type { Profile } from '../profile/profile.ts'
import { digestStep, type FlowLogEntry } from './log-entry.ts'
import { parseLogEntry } from './schema.ts'

/** One step as it is run again. */
export interface ReplayedStep {
  /** Where its entry stands in the log. */
  readonly entry: number
  readonly at: EpochMs
  readonly commit: CommitId
  /** The state it left; null: the flow started here. */
  readonly from: FlowState | null
  readonly to: FlowState
  /** What happened: the event that was taken, and the engine's answers to it. */
  readonly events: readonly FlowEvent[]
  /** Why: the audit events of the step, as its commit wrote them. */
  readonly audit: readonly AuditEvent[]
  /** What the client was refused with, if it was. */
  readonly refusal: Refusal | null
  /** The flow after the step, as it was stored. */
  readonly snapshot: FlowSnapshot
  /** The profile after the step. */
  readonly profile: Profile
}

/** Where the log and the machine part: nothing after it can be replayed. */
export interface ReplayFault {
  /** The first entry that cannot be replayed. */
  readonly entry: number
  /**
   * `entry_missing`: an entry before it is not in the log. `entry_diverges`: the machine comes to something else
   * than the entry says, so one of its entries was altered, or another release wrote them.
   */
  readonly reason: 'entry_missing' | 'entry_diverges'
}

/** One flow of a log, from its start to its last entry, or to where it cannot be followed. */
export interface ReplayedFlow {
  readonly userId: UserId
  readonly flow: FlowId
  readonly steps: readonly ReplayedStep[]
  readonly fault: ReplayFault | null
}

/** An entry with its place, and as it was given: its digest is over that. */
interface Read {
  readonly index: number
  readonly given: object
  readonly entry: FlowLogEntry
}

/**
 * Runs the machine again over a flow log, and shows each step with its reasons. Pure. The entries may be of
 * several users and flows, in any order and repeated: a log that is written by several nodes is.
 *
 * It shows a log that has been damaged, not one that has been forged: the digests have no key, so whoever can
 * write the log can make them anew, and entries that are missing at the end leave no trace but in the store.
 *
 * @param log - The entries, each as `JSON.parse` gives it.
 * @returns The flows, in the order of their first entry in the log.
 * @throws {SnapshotError} `log_entry_invalid` or `version_unknown`, naming the entry and the field.
 */
export function replay(log: Iterable<unknown>): readonly ReplayedFlow[] {
  const flows = new Map<string, Read[]>()
  for (const [index, value] of [...log].entries()) {
    const entry = parseLogEntry(value, index)
    const read = { index, entry, given: value as object } // it was parsed
    const key = JSON.stringify([entry.userId, entry.flow])
    const others = flows.get(key)
    if (others === undefined) flows.set(key, [read])
    else others.push(read)
  }
  return [...flows.values()].map(replayFlow)
}

function replayFlow(unordered: readonly Read[]): ReplayedFlow {
  const entries = unordered.toSorted((a, b) => a.entry.revision - b.entry.revision)
  const [
    {
      entry: { userId, flow },
    },
  ] = entries as [Read, ...Read[]] // a flow is there by its first entry
  const steps: ReplayedStep[] = []
  const until = (index: number, reason: ReplayFault['reason']): ReplayedFlow => ({
    userId,
    flow,
    steps,
    fault: { entry: index, reason },
  })
  let last: { readonly entry: FlowLogEntry; readonly position: Position } | undefined
  for (const { index, entry, given } of entries) {
    if (entry.revision === last?.entry.revision && entry.digest === last.entry.digest) continue // a repeat
    const isNext = last === undefined ? entry.start !== null : entry.revision === last.entry.revision + 1
    if (!isNext) return until(index, 'entry_missing')
    const run = runAgain(entry, last?.position)
    if (run === undefined || digestStep(given, run.step) !== entry.digest)
      return until(index, 'entry_diverges')
    const { step, tells, refusal } = run
    const snapshot = toSnapshot(step.state, step.flow)
    steps.push({
      entry: index,
      at: step.flow.lastAt,
      commit: entry.commit,
      from: last?.position.state ?? null,
      to: step.state,
      events: entry.events,
      audit: tells.flatMap((tell) => (tell.kind === 'audit' ? [tell.event] : [])),
      refusal,
      snapshot,
      profile: step.profile,
    })
    last = { entry, position: { ...step, flow: asStored(snapshot).flow } }
  }
  return { userId, flow, steps, fault: null }
}

/** The snapshot as the next step reads it. */
function asStored(snapshot: FlowSnapshot): FlowSnapshot {
  return parseSnapshot(JSON.parse(JSON.stringify(snapshot)))
}

/** Gives the machine what it was given then; undefined when that does not make a whole step. */
function runAgain(
  { start: started, events, facts, profile }: FlowLogEntry,
  before: Position | undefined,
): { readonly step: Advance; readonly tells: readonly Tell[]; readonly refusal: Refusal | null } | undefined {
  let step = started === null ? undefined : start(started, facts, profile)
  const tells = [...(step?.tells ?? [])]
  let refusal = step?.refusal ?? null
  for (const event of events) {
    const from = step ?? (before && { ...before, profile })
    if (from === undefined) return undefined
    step = advance(from, facts, event)
    tells.push(...step.tells)
    refusal = step.refusal ?? refusal
  }
  return step === undefined || step.ask !== null ? undefined : { step, tells, refusal }
}
