import type {
  ChallengeView,
  DeviceView,
  EnrollableView,
  EnrollmentView,
  EpochMs,
  Outcome,
  Provisioning,
  Refusal,
  Step,
} from '@sallyport/core'
import { refusalReasons } from '@sallyport/core'
import type { Tone } from './terminal/terminal.ts'
import { formatTime } from './terminal/time.ts'

/** One thing that a step says: a label and a text. */
export interface Row {
  readonly label: string
  readonly text: string
  readonly tone?: Tone
}

/** What labels the text of a QR code; not needed where the code is drawn. */
export const URI_LABEL = 'QR code'

/** The name of a field that some step has. */
type FieldName<One = Step> = One extends unknown ? keyof One : never

/** What a field holds, in the steps that have it. */
type ValueOf<Name extends FieldName, One = Step> = One extends { readonly [Key in Name]?: infer Value }
  ? Value
  : never

type Show<Value> = (value: Value, time: FormatTime, step: Step) => readonly Row[]

/** How each field is shown, in this order. The compiler asks for what core adds. */
const fields: { readonly [Name in FieldName]: Show<ValueOf<Name>> } = {
  flow: () => [], // the capability to continue: for the client's keeping, not for show
  refusal: (refusal, time) => (refusal === null ? [] : refusalRows(refusal, time)),
  state: (_state, time, step) => [{ label: 'state', text: stateText(step, time), tone: 'state' }],
  kind: () => [], // beside the state, as are
  path: () => [],
  expiresAt: () => [],
  at: () => [], // the walk has its own clock in view
  lockedUntil: (until, time) =>
    until === null ? [] : [{ label: 'locked', text: `until ${untilText(until, time)}`, tone: 'bad' }],
  enrollments: (enrollments, time) => list('methods', enrollments, (one) => enrollmentText(one, time)),
  challenge: (challenge, time) => (challenge === null ? [] : challengeRows(challenge, time)),
  rememberDays: (days) =>
    days === null ? [] : [{ label: 'remember', text: `this browser for ${days} days, if asked to` }],
  provisioning: (provisioning) => (provisioning === null ? [] : provisioningRows(provisioning)),
  enrollable: (enrollable) => join('can enroll', enrollable.map(enrollableText)),
  rescueOptions: (options) => join('rescue by', options),
  isFresh: (isFresh) => [
    { label: 'session', text: isFresh ? 'fresh: may change factors' : 'not fresh: may change nothing' },
  ],
  isRequired: (isRequired) => [
    { label: 'must have', text: isRequired ? 'yes, a second factor is required' : 'no' },
  ],
  recoveryCodesLeft: (left) =>
    left === null ? [] : [{ label: 'codes left', text: `${left} recovery codes` }],
  devices: (devices, time) => list('devices', devices, (device) => deviceText(device, time)),
  recoveryCodes: (codes) => (codes === null ? [] : list('new codes', codes, String)),
  outcome: (outcome, time) => (outcome === undefined ? [] : outcomeRows(outcome, time)),
  accepts: (accepts) => join('accepts', accepts),
}

/**
 * Everything that a step tells its client, as rows of text. It reads the step and nothing else, so it is also
 * the proof that a transport needs nothing else; `now` only decides whether a time is written with its date.
 */
export function stepRows(step: Step, now: EpochMs): readonly Row[] {
  const time = (at: EpochMs): string => formatTime(at, now)
  return Object.entries(fields).flatMap(([name, show]) => {
    if (!(name in step)) return []
    const value: unknown = step[name as keyof Step] // found to be one of its fields
    return (show as Show<unknown>)(value, time, step) // the field's own function
  })
}

type FormatTime = (at: EpochMs) => string

function stateText(step: Step, time: FormatTime): string {
  if (step.state === 'unavailable') return step.state
  const until = step.accepts.length > 0 ? `, open until ${time(step.expiresAt)}` : ''
  return `${step.state}  (${step.kind}, path ${step.path}${until})`
}

function untilText(until: EpochMs | 'rescued', time: FormatTime): string {
  return until === 'rescued' ? 'a recovery code or an administrator lifts it' : time(until)
}

function refusalRows({ reason, field, retryAt }: Refusal, time: FormatTime): readonly Row[] {
  const about = [
    field === undefined ? '' : ` (${field})`,
    retryAt === undefined ? '' : ` until ${time(retryAt)}`,
  ]
  return [
    { label: 'refused', text: `${reason}${about.join('')}`, tone: 'bad' },
    { label: '', text: refusalReasons[reason], tone: 'dim' },
  ]
}

/** Rows under one label, which only the first of them shows. */
function list<Item>(label: string, items: readonly Item[], text: (item: Item) => string): readonly Row[] {
  return items.map((item, index) => ({ label: index === 0 ? label : '', text: text(item) }))
}

/** One row with everything in it; none when there is nothing. */
function join(label: string, texts: readonly string[]): readonly Row[] {
  return texts.length === 0 ? [] : [{ label, text: texts.join(', ') }]
}

function enrollmentText(one: EnrollmentView, time: FormatTime): string {
  const { method, name, address, isPreferred, isUsable, lastUsedAt } = one
  return [
    method,
    name === null ? '' : `"${name}"`,
    address === null ? '' : `to ${address}`,
    isPreferred ? '(preferred)' : '',
    isUsable ? '' : '(cannot be used here)',
    lastUsedAt === null ? '' : `last used ${time(lastUsedAt)}`,
  ]
    .filter((part) => part !== '')
    .join(' ')
}

function challengeRows(challenge: ChallengeView, time: FormatTime): readonly Row[] {
  const { method, address, delivery, attemptsLeft, expiresAt, resendAt, hint } = challenge
  const sent = delivery === 'none' ? '' : `, code ${delivery}${address === null ? '' : ` to ${address}`}`
  const attempts = `${attemptsLeft} ${attemptsLeft === 1 ? 'attempt' : 'attempts'} left`
  return [
    { label: 'prove', text: `${method}${sent}; ${attempts}, until ${time(expiresAt)}` },
    ...(resendAt === null ? [] : [{ label: 'resend', text: `from ${time(resendAt)}` }]),
    ...(hint === null ? [] : [{ label: 'hint', text: JSON.stringify(hint) }]),
  ]
}

function provisioningRows(provisioning: Provisioning): readonly Row[] {
  if (provisioning.kind === 'custom') return [{ label: 'set up', text: JSON.stringify(provisioning.data) }]
  const { issuer, label, groupedSecret, uri } = provisioning
  return [
    { label: 'set up', text: `${issuer}: ${label}` },
    { label: 'key', text: groupedSecret },
    { label: URI_LABEL, text: uri },
  ]
}

function enrollableText({ method, needsAddress }: EnrollableView): string {
  return needsAddress ? `${method} (needs an address)` : method
}

function deviceText({ createdAt, lastUsedAt, expiresAt }: DeviceView, time: FormatTime): string {
  const used = lastUsedAt === null ? 'not used yet' : `last used ${time(lastUsedAt)}`
  return `remembered ${time(createdAt)}, ${used}, until ${time(expiresAt)}`
}

function outcomeRows(outcome: Outcome, time: FormatTime): readonly Row[] {
  switch (outcome.kind) {
    case 'authenticated':
    case 'verified': {
      const { userId, via, amr, authenticatedAt, secondFactorAt } = outcome
      const remembered = outcome.kind === 'authenticated' ? outcome.remembered : null
      return [
        { label: 'outcome', text: `${outcome.kind}: ${userId}, via ${via}`, tone: 'good' },
        { label: '', text: `amr ${amr.join(' ')}; at ${time(authenticatedAt)}` },
        {
          label: '',
          text: `second factor proven ${secondFactorAt === null ? 'not at all' : time(secondFactorAt)}`,
        },
        ...(remembered === null
          ? []
          : [{ label: '', text: `this browser is remembered until ${time(remembered.expiresAt)}` }]),
      ]
    }
    case 'changed':
    case 'disabled':
      return [{ label: 'outcome', text: outcome.kind, tone: 'good' }]
    case 'locked':
      return [{ label: 'outcome', text: `locked until ${untilText(outcome.until, time)}`, tone: 'bad' }]
    case 'denied':
    case 'expired':
    case 'cancelled':
      return [{ label: 'outcome', text: `${outcome.kind}: ${outcome.reason}`, tone: 'bad' }]
  }
}
