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

/**
 * Everything that a step tells its client, as rows of text. It reads the step and nothing else, so it is also
 * the proof that a transport needs nothing else; `now` only decides whether a time is written with its date.
 */
export function stepRows(step: Step, now: EpochMs): readonly Row[] {
  const time = (at: EpochMs): string => formatTime(at, now)
  const rows: Row[] = []
  if (step.refusal !== null) rows.push(...refusalRows(step.refusal, time))
  if (step.state === 'unavailable') return [...rows, { label: 'state', text: step.state, tone: 'state' }]

  const until = step.accepts.length > 0 ? `, open until ${time(step.expiresAt)}` : ''
  rows.push({
    label: 'state',
    text: `${step.state}  (${step.kind}, path ${step.path}${until})`,
    tone: 'state',
  })
  if ('enrollments' in step)
    rows.push(...list('methods', step.enrollments, (one) => enrollmentText(one, time)))
  if ('challenge' in step && step.challenge !== null) rows.push(...challengeRows(step.challenge, time))
  if ('provisioning' in step && step.provisioning !== null) rows.push(...provisioningRows(step.provisioning))
  if ('enrollable' in step) rows.push(...join('can enroll', step.enrollable.map(enrollableText)))
  if ('rescueOptions' in step) rows.push(...join('rescue by', step.rescueOptions))
  if (step.state === 'managing') {
    rows.push({
      label: 'session',
      text: step.isFresh ? 'fresh: may change factors' : 'not fresh: may change nothing',
    })
    rows.push({ label: 'must have', text: step.isRequired ? 'yes, a second factor is required' : 'no' })
    if (step.recoveryCodesLeft !== null)
      rows.push({ label: 'codes left', text: `${step.recoveryCodesLeft} recovery codes` })
    rows.push(...list('devices', step.devices, (device) => deviceText(device, time)))
    if (step.recoveryCodes !== null) rows.push(...list('new codes', step.recoveryCodes, String))
  }
  if ('outcome' in step && step.outcome !== undefined) rows.push(...outcomeRows(step.outcome, time))
  if (step.accepts.length > 0) rows.push({ label: 'accepts', text: step.accepts.join(', ') })
  return rows
}

type FormatTime = (at: EpochMs) => string

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
    case 'locked': {
      const until =
        outcome.until === 'rescued' ? 'a recovery code or an administrator lifts it' : time(outcome.until)
      return [{ label: 'outcome', text: `${outcome.kind} until ${until}`, tone: 'bad' }]
    }
    case 'denied':
    case 'expired':
    case 'cancelled':
      return [{ label: 'outcome', text: `${outcome.kind}: ${outcome.reason}`, tone: 'bad' }]
  }
}
