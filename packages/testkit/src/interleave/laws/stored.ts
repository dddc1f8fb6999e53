import type { Profile } from '@sallyport/core'
import type { Ledger } from '../ledger.ts'
import { endingOf, type History, isFinal, tells } from './history.ts'

/** L1: whoever was let in had what it takes, as of the very moment in which it was committed. */
export function unearned({ moments }: History): readonly string[] {
  return moments.flatMap(({ applied, profileBefore }) => {
    const ended = endingOf(applied)
    if (ended?.outcome !== 'authenticated') return []
    const { enrollments = [], devices = [] } = profileBefore?.value ?? {}
    switch (ended.via) {
      case 'first_factor':
        return enrollments.length === 0 || profileBefore === undefined
          ? []
          : ['a first factor alone let in a user who had a second one']
      case 'remembered_device': {
        const used = applied.change.audit.find((record) => record.kind === 'device_used')
        const isKnown = used?.kind === 'device_used' && devices.some(({ id }) => id === used.device)
        return isKnown ? [] : ['a device was let in that was not remembered any more']
      }
      default:
        return tells(applied, 'proof_accepted') ? [] : [`a login was won by ${ended.via} without a proof`]
    }
  })
}

/** L3: every rejected proof is one failure more and one attempt less. */
export function miscounted({ moments }: History): readonly string[] {
  const faults: string[] = []
  let failures = 0
  for (const { applied, profile, flowBefore } of moments) {
    const { change } = applied
    failures = countOn(failures, change.audit, tells(applied, 'enrollment_added'))
    const counted = profile?.value.failures ?? 0
    if (counted !== failures) faults.push(`${counted} failures are counted, and there were ${failures}`)
    const rejected = change.audit.filter((record) => record.kind === 'proof_rejected').length
    if (rejected === 0 || change.flow === undefined || flowBefore === undefined) continue
    const left = flowBefore.value.flow.attemptsLeft - change.flow.value.flow.attemptsLeft
    if (left !== rejected) faults.push(`${rejected} rejected proofs cost ${left} attempts`)
  }
  return [...new Set(faults)]
}

function countOn(failures: number, audit: Ledger['remains']['audit'], confirms: boolean): number {
  let counted = failures
  for (const record of audit) {
    // A wrong recovery code spends the flow's attempts alone.
    if (record.kind === 'proof_rejected' && record.method !== 'recovery_code') counted += 1
    // Confirming a new method, and a code by rescue mail, forgive nothing.
    if (record.kind === 'proof_accepted' && !confirms && record.flowKind !== 'setup') counted = 0
    if (record.kind === 'user_unlocked' || record.kind === 'profile_reset') counted = 0
  }
  return counted
}

const factorChanges = [
  'enrollment_added',
  'enrollment_replaced',
  'enrollment_removed',
  'two_factor_disabled',
  'profile_reset',
]

/** Ends of flows that may have changed the factors: a login can have been the first enrollment. */
const changing: readonly string[] = ['authenticated', 'changed', 'disabled']

const factorsOf = (profile: Profile | undefined): string =>
  (profile?.enrollments ?? []).map(({ id }) => id).join(' ')

/** L4: factors change by what the log says, once each, and never by a flow that another change has overtaken. */
export function unprovenChanges({ moments }: History): readonly string[] {
  return moments.flatMap(({ applied, profileBefore, profile, flowBefore }) => {
    const { change } = applied
    const changes = factorsOf(profileBefore?.value) !== factorsOf(profile?.value)
    const faults: string[] = []
    const told = factorChanges.filter((kind) => tells(applied, kind))
    if (changes && told.length === 0) faults.push('the factors have changed, and the log says nothing')
    const outcome = endingOf(applied)?.outcome
    if (changes && outcome !== undefined && !changing.includes(outcome))
      faults.push(`a flow that ended ${outcome} has changed the factors`)
    const isProven = tells(applied, 'proof_accepted')
    const adds = tells(applied, 'enrollment_added') || tells(applied, 'enrollment_replaced')
    if (change.flow !== undefined && adds && !isProven)
      faults.push('a method that was not proven is in force')
    const acts = outcome === 'verified' || changing.includes(outcome ?? '')
    if (acts && flowBefore !== undefined && flowBefore.value.flow.epoch !== (profileBefore?.value.epoch ?? 0))
      faults.push(`a flow that a change of factors has overtaken ended ${outcome}`)
    return faults
  })
}

/** L7: nothing is written to a flow that has ended. */
export function reopened({ moments }: History): readonly string[] {
  return moments.flatMap(({ flowBefore, applied }) =>
    flowBefore !== undefined && isFinal(flowBefore.value.state)
      ? [`a flow that was ${flowBefore.value.state} became ${applied.change.flow?.value.state}`]
      : [],
  )
}

/** L9: a rescue remembers no browser, and neither a remembered one nor a first factor counts as fresh. */
export function refreshed({ moments }: History): readonly string[] {
  return moments.flatMap(({ applied }) => {
    const stage = applied.change.flow?.value.flow.stage
    if (stage?.phase !== 'ended' || stage.ending.kind !== 'authenticated') return []
    const { via, remembered, secondFactorAt } = stage.ending
    const isRescue = via === 'recovery_code' || via === 'email_rescue'
    const isWeak = via === 'remembered_device' || via === 'first_factor'
    return [
      ...(isRescue && remembered !== null ? [`${via} remembers a browser`] : []),
      ...(isWeak && secondFactorAt !== null ? [`${via} counts as a second factor`] : []),
    ]
  })
}

/** Revisions go up by one from where they were read, and an epoch with each change of factors. */
export function revised({ moments }: History): readonly string[] {
  return moments.flatMap(({ applied, profileBefore, flowBefore, profile }) => {
    const { change } = applied
    const faults: string[] = []
    for (const [name, written, before] of [
      ['profile', change.profile, profileBefore],
      ['flow', change.flow, flowBefore],
    ] as const) {
      if (written === undefined) continue
      if (written.expected !== before?.revision)
        faults.push(`a ${name} was written or relied on that is not the one that was read`)
      if (
        'revision' in written &&
        written.expected !== undefined &&
        written.revision !== written.expected + 1
      )
        faults.push(`the revision of a ${name} does not go up by one`)
    }
    const [before, after] = [profileBefore?.value.epoch ?? 0, profile?.value.epoch ?? 0]
    const rises = factorsOf(profileBefore?.value) !== factorsOf(profile?.value)
    if (after < before) faults.push('the epoch goes back')
    if (rises && after !== before + 1) faults.push('a change of factors does not raise the epoch by one')
    return faults
  })
}

/** L12: what is stored in the end is what the last changes wrote, and the log is of all of them. */
export function lost(expected: History, { remains }: Ledger): readonly string[] {
  const faults: string[] = []
  const isSame = (one: unknown, other: unknown): boolean => canonical(one) === canonical(other)
  if (!isSame(remains.profile?.value, expected.profile?.value))
    faults.push('the profile is not what the last change wrote')
  for (const [id, flow] of remains.flows)
    if (!isSame(flow?.value, expected.flows.get(id)?.value))
      faults.push('a flow is not what the last change wrote')
  const found = remains.audit.map(canonical).toSorted().join('\n')
  const written = expected.audit.map((record) => canonical(JSON.parse(record)))
  if (found !== written.toSorted().join('\n'))
    faults.push('the audit log is not of the changes that were made')
  return faults
}

/** JSON with its keys in order: a store may give them back in another. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? ''
  )
}
