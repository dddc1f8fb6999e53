/** How a proof was meant: what it is a proof of, and whether it is the right one. */
export interface Meaning {
  readonly of: 'authenticator' | 'email' | 'recovery_code' | 'setup'
  readonly isRight: boolean
}

/**
 * One line of what a process tells, of each user in order. A proof is told of before it is sent, and its answer
 * before anything else is done: a `sending` without an answer is what the crash came in between of.
 */
export type Line =
  | {
      readonly says: 'user'
      readonly user: string
      readonly kind: UserKind
      readonly uri: string
      readonly enrollment: string
      readonly recoveryCodes: readonly string[]
    }
  | {
      readonly says: 'opened'
      readonly user: string
      readonly flow: string
      readonly id: string
      readonly kind: 'login' | 'setup'
      readonly at: number
    }
  | { readonly says: 'offered'; readonly user: string; readonly flow: string; readonly uri: string }
  | {
      readonly says: 'sending'
      readonly user: string
      readonly flow: string
      readonly proof: string
      readonly meaning: Meaning
      readonly at: number
    }
  | { readonly says: 'told'; readonly user: string; readonly answer: Answer }
  /** After an answer that left it open, which authenticator was found in force. */
  | { readonly says: 'adopted'; readonly user: string; readonly enrollment: string; readonly uri: string }

export type UserKind = 'authenticator' | 'email'

/** What a call answered. */
export type Answer =
  | {
      readonly kind: 'step'
      readonly state: string
      readonly refusal: string | null
      readonly outcome: string | null
      readonly enrollment: string | null
    }
  | { readonly kind: 'store_error'; readonly code: 'not_applied' | 'outcome_unknown' }
  | { readonly kind: 'error'; readonly message: string }

/** A proof that was sent, and its answer; null: there was none. */
export interface Sending {
  readonly flow: string
  readonly proof: string
  readonly meaning: Meaning
  readonly at: number
  readonly answer: Answer | null
}

/** Whether the one who sent it cannot know what became of it. */
export function isUncertain({ answer }: Sending): boolean {
  if (answer === null) return true
  if (answer.kind === 'step') return answer.refusal === 'busy'
  return answer.kind === 'error' || answer.code === 'outcome_unknown'
}

export const isTold =
  (outcome: string) =>
  ({ answer }: Sending): boolean =>
    answer?.kind === 'step' && answer.outcome === outcome

/** Whether the sender was told that the proof failed: a last failure also ends its flow. */
export const isToldRejected = ({ answer }: Sending): boolean =>
  answer?.kind === 'step' && (answer.refusal === 'proof_rejected' || answer.outcome === 'denied')

/** What one user's process has told. */
export interface Ledger {
  readonly user: string
  readonly kind: UserKind
  /** The URI of each authenticator that is known to have been in force. */
  readonly apps: ReadonlyMap<string, string>
  readonly recoveryCodes: readonly string[]
  readonly flows: ReadonlyMap<string, { readonly id: string; readonly kind: 'login' | 'setup' }>
  /** By flow, the URI of the authenticator that it offered. */
  readonly offers: ReadonlyMap<string, string>
  readonly sendings: readonly Sending[]
  /** The time of the last line that has one. */
  readonly lastAt: number
}

/** Reads what was told, user by user; a user whose making was not told of is left out. */
export function readLedgers(lines: readonly Line[]): readonly Ledger[] {
  return [...Map.groupBy(lines, ({ user }) => user)].flatMap(([user, told]) => {
    const [first] = told
    return first?.says === 'user' ? [readLedger(user, first, told)] : []
  })
}

function readLedger(
  user: string,
  first: Extract<Line, { readonly says: 'user' }>,
  lines: readonly Line[],
): Ledger {
  const apps = new Map([[first.enrollment, first.uri]])
  const flows = new Map<string, { readonly id: string; readonly kind: 'login' | 'setup' }>()
  const offers = new Map<string, string>()
  const sendings: Sending[] = []
  let lastAt = 0
  for (const line of lines) {
    if ('at' in line) lastAt = line.at
    if (line.says === 'opened') flows.set(line.flow, { id: line.id, kind: line.kind })
    if (line.says === 'offered') offers.set(line.flow, line.uri)
    if (line.says === 'adopted') apps.set(line.enrollment, line.uri)
    if (line.says === 'sending') {
      const { flow, proof, meaning, at } = line
      sendings.push({ flow, proof, meaning, at, answer: null })
    }
    if (line.says === 'told') {
      const sent = sendings.pop()
      if (sent === undefined || sent.answer !== null) throw new Error('an answer to nothing')
      sendings.push({ ...sent, answer: line.answer })
      const uri = offers.get(sent.flow)
      if (line.answer.kind === 'step' && line.answer.enrollment !== null && uri !== undefined)
        apps.set(line.answer.enrollment, uri)
    }
  }
  const { kind, recoveryCodes } = first
  return { user, kind, apps, recoveryCodes, flows, offers, sendings, lastAt }
}
