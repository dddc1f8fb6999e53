import type { AuditRecord, FlowId, Step } from '@sallyport/core'
import {
  type Applied,
  appliedBy,
  appliedIn,
  type Call,
  flowIdOf,
  type Ledger,
  stepOf,
  storeErrorOf,
} from '../ledger.ts'
import { endingOf, isGone, isWon, tells } from './history.ts'

const outcomeOf = (call: Call): string | undefined => stepOf(call)?.outcome?.kind

/** L1: a wrong proof wins nothing. */
export const wrongProofsThatWon = ({ calls }: Ledger): readonly string[] =>
  calls.flatMap((call) =>
    call.proof?.isRight === false && isWon(outcomeOf(call))
      ? [`${call.name}: a wrong proof was accepted`]
      : [],
  )

/**
 * What has ended more than once. When a user is forgotten, nothing is left that a step of theirs could be known by: one
 * whose answer was lost just before is made again, and rightly so, as nobody was told of the first.
 */
function endedAgain({ happenings }: Ledger): readonly string[] {
  const ended = new Set<FlowId | undefined>()
  const faults: string[] = []
  for (const happening of happenings) {
    if (happening.kind === 'forgotten') ended.clear()
    if (happening.kind !== 'applied' || endingOf(happening) === undefined) continue
    const flow = happening.change.flow?.id
    if (ended.has(flow)) faults.push('a flow ended again')
    ended.add(flow)
  }
  return faults
}

/** L2: one success for each flow and each secret, told and written, also when it is tried again afterwards. */
export function successes(ledger: Ledger): readonly string[] {
  const { calls, repeats } = ledger
  const faults = [...endedAgain(ledger)]
  const applied = appliedIn(ledger)
  const accepted = (flow: string): number =>
    applied.filter((one) => one.change.flow?.id === flowIdOf(flow) && tells(one, 'proof_accepted')).length
  const told = Map.groupBy(
    calls.filter((call) => outcomeOf(call) !== undefined),
    (call) => stepOf(call)?.flow,
  )
  for (const [, outcomes] of told)
    if (outcomes.length > 1) faults.push(`${outcomes.length} calls were told how one flow ended`)

  const right = calls.filter(({ proof }) => proof?.isRight === true)
  for (const [proof, submitted] of Map.groupBy(right, ({ proof }) => proof?.text ?? '')) {
    const winners = submitted.filter((call) => isWon(outcomeOf(call))).length
    if (winners > 1) faults.push(`one code was told to be right ${winners} times`)
    const flows = [...new Set(submitted.map(({ flow }) => flow ?? ''))]
    // Of a flow to which two codes went it is not known which was accepted.
    const certain = flows.filter((flow) =>
      right.every((call) => call.flow !== flow || call.proof?.text === proof),
    )
    const times = certain.reduce((sum, flow) => sum + accepted(flow), 0)
    if (times > 1) faults.push(`one code was accepted ${times} times`)
    const again = repeats.find((repeat) => repeat.proof === proof)
    if (times > 0 && isWon(again?.step.outcome?.kind))
      faults.push('a code that was accepted is accepted again')
  }
  return faults
}

/** L3: whoever is told that a proof was wrong has had it counted before. */
export const uncountedFailures = (ledger: Ledger): readonly string[] =>
  ledger.calls.flatMap((call) => {
    const step = stepOf(call)
    if (step?.refusal?.reason !== 'proof_rejected') return []
    const counted = appliedBy(ledger, call).filter((one) => tells(one, 'proof_rejected')).length
    return counted === 1 ? [] : [`${call.name}: a failure was told and counted ${counted} times`]
  })

/** L6: no secret in what is stored, logged or observed. */
export function leaks(ledger: Ledger): readonly string[] {
  const { calls, secrets } = ledger
  const texts = [
    ...appliedIn(ledger).map(({ change }) => JSON.stringify(change)),
    ...calls.flatMap(({ observed }) => observed.map(({ what }) => JSON.stringify(what))),
  ]
  const proofs = calls.flatMap(({ proof }) => (proof?.isRight ? [proof.text] : []))
  const codes = [...new Set([...secrets, ...proofs])].map(
    (code) => new RegExp(`(?<![\\w-])${code}(?![\\w-])`),
  )
  return texts.some((text) => codes.some((code) => code.test(text)))
    ? ['a secret stands in clear in what was stored or observed']
    : []
}

/**
 * L7: a flow of which an end was told is told to have ended so ever after. What a look alone shows as ended, by
 * time or by what the host says now of the user, is not yet: a step that read before may still be committed.
 */
export function changedEnds(ledger: Ledger): readonly string[] {
  const told = ledger.calls.flatMap((call) => {
    const step = stepOf(call)
    return step === undefined || call.toldAt === null ? [] : [{ call, step, at: call.toldAt }]
  })
  const endings = appliedIn(ledger).filter(endingOf)
  const isStored = ({ flow, state }: Step, by: number): boolean =>
    endings.some((one) => one.change.flow?.id === flowIdOf(flow) && isEnding(one, state) && one.when <= by)
  return told.flatMap(({ step: before, at }) => {
    if (!isStored(before, at) || isGone(ledger, before.flow)) return []
    return told.flatMap(({ step: after, call }) =>
      after.flow === before.flow && (call.begunAt ?? 0) > at && after.state !== before.state
        ? [`${call.name}: a flow that was ${before.state} is told to be ${after.state}`]
        : [],
    )
  })
}

/** L11: every call whose process lives is answered: moved, or refused with a reason that there is. */
export const silences = (ledger: Ledger): readonly string[] =>
  ledger.calls.flatMap((call, index) => {
    const isRepeated = ledger.calls.some(
      (later, at) => at > index && later.client === call.client && later.name === call.name,
    )
    if (call.told === null) return isRepeated ? [] : [`${call.name}: there was no answer`]
    if (call.told.kind === 'error') {
      if (storeErrorOf(call) === undefined) return [`${call.name}: an error that is none of the store's`]
      return call.faults > 0 ? [] : [`${call.name}: an error without a cause`]
    }
    const step = stepOf(call)
    if (step === undefined) return []
    if (step.refusal?.reason === 'busy')
      return call.faults > 0 || call.conflicts > 3 ? [] : [`${call.name}: busy without a cause`]
    const isMoved = appliedBy(ledger, call).length > 0
    if (call.flow === null || step.refusal !== null || isMoved || call.name.startsWith('view')) return []
    return [`${call.name}: neither moved nor refused`]
  })

/** L12: nothing leaves a process before the commit that made it so, and what was told stays true. */
export function prematureTellings(ledger: Ledger): readonly string[] {
  return ledger.calls.flatMap((call) => {
    const faults: string[] = []
    const applied = appliedBy(ledger, call)
    const by = (when: number): readonly AuditRecord[] =>
      applied.filter((one) => one.when <= when).flatMap(({ change }) => change.audit)

    for (const { what, when } of call.observed) {
      const { userId: _user, ...record } = what
      if (!('flow' in record)) continue // of a message, not of the log
      if (!by(when).some((one) => JSON.stringify(one) === JSON.stringify(record)))
        faults.push(`an observer was told ${record.kind} before it was committed`)
    }
    const isCode = ({ what }: Call['sent'][number]): boolean => what.message.kind === 'code'
    for (const [index, { when }] of call.sent.filter(isCode).entries()) {
      const opened = by(when).filter((one) => one.kind === 'challenge_opened' && one.sends).length
      if (index >= opened) faults.push('a code was sent before its challenge was committed')
    }
    for (const sent of call.sent)
      if (!isCode(sent) && by(sent.when).length === 0)
        faults.push(`a message (${sent.what.message.kind}) was sent before anything was committed`)

    const outcome = outcomeOf(call)
    if (outcome !== undefined && !applied.some((one) => isEnding(one, outcome)))
      faults.push(`${outcome} was told before it was committed`)
    if (storeErrorOf(call) === 'not_applied' && applied.length > 0)
      faults.push('it was told that nothing was written, and something was')
    const value = call.told?.kind === 'value' ? call.told.value : undefined
    if ((value === true || Array.isArray(value)) && applied.length === 0)
      faults.push('a change was told that was not made')
    return faults.map((fault) => `${call.name}: ${fault}`)
  })
}

/** Whether a change has ended its flow in this state. */
const isEnding = (applied: Applied, state: string): boolean => endingOf(applied)?.outcome === state

/** L12: a flow that was told of is there until it is taken away. */
export const vanishedFlows = (ledger: Ledger): readonly string[] =>
  ledger.calls.flatMap((call) => {
    const step = stepOf(call)
    if (step === undefined || isGone(ledger, step.flow)) return []
    if (call.flow !== null && step.refusal?.reason === 'flow_gone')
      return [`${call.name}: a flow that was told of is not found`]
    if (step.state === 'unavailable' || ledger.remains.flows.get(flowIdOf(step.flow)) !== undefined) return []
    return call.flow === null ? [`${call.name}: a flow that was told of is not stored`] : []
  })
