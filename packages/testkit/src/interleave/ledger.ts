import { createHash } from 'node:crypto'
import type {
  AuditRecord,
  Change,
  EpochMs,
  FlowId,
  Loaded,
  ObservedEvent,
  Step,
  StoreError,
} from '@sallyport/core'
import type { Sent } from '../outbox.ts'

/** What a client was told. */
export type Told =
  | { readonly kind: 'step'; readonly step: Step }
  /** What an operator's call gave. */
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'error'; readonly error: unknown }

/** Something that left a process, with how many choices of the schedule were made by then. */
interface Left<What> {
  readonly when: number
  readonly what: What
}

/** One call of a client to its process, and all that came of it. */
export interface Call {
  readonly client: string
  readonly name: string
  /** The flow that it is about, by its token; null: it starts one, or is about none. */
  flow: string | null
  /** The proof that it submits. */
  proof: { readonly text: string; readonly isRight: boolean } | null
  /** When its process first got something from the outside; null: not yet. Before that it might as well begin later. */
  begunAt: number | null
  /** When it was answered; null: never, since its process crashed. */
  toldAt: number | null
  told: Told | null
  /** How many of its calls to the outside went wrong. */
  faults: number
  /** How often another was faster. */
  conflicts: number
  readonly sent: Left<Sent>[]
  readonly observed: Left<ObservedEvent>[]
}

/** Something that happened in the store, in the order of its happening. */
export type Happening =
  | { readonly kind: 'applied'; readonly when: number; readonly call: Call | null; readonly change: Change }
  | { readonly kind: 'purged'; readonly when: number; readonly expiredBefore: EpochMs }
  | { readonly kind: 'forgotten'; readonly when: number }

/** A change that was applied; `call` is null for one of the preparation. */
export type Applied = Extract<Happening, { readonly kind: 'applied' }>

/** What the store holds of the user when all is over. */
interface Remains {
  readonly profile: Loaded['profile']
  readonly flows: ReadonlyMap<FlowId, Loaded['flow']>
  readonly audit: readonly AuditRecord[]
}

/** A whole run, as someone saw it who saw everything. */
export interface Ledger {
  readonly calls: readonly Call[]
  readonly happenings: readonly Happening[]
  readonly remains: Remains
  /** What must not be in a row, an audit record or an observer's event. */
  readonly secrets: readonly string[]
  /** The answers to codes that were submitted once more afterwards, each in a flow of its own. */
  readonly repeats: readonly { readonly proof: string; readonly step: Step }[]
}

/** The id under which a store keeps the flow of a token: the digest of its random part. */
export function flowIdOf(token: string): FlowId {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url')
  return createHash('sha256').update(payload.subarray(1, 33)).digest('base64url') as FlowId // as core makes it
}

/** The step that a call was told; undefined when it was told none. */
export const stepOf = ({ told }: Call): Step | undefined => (told?.kind === 'step' ? told.step : undefined)

/** The code of the error that a call was told; undefined when it was told none, or another error. */
export function storeErrorOf({ told }: Call): StoreError['code'] | undefined {
  const error = told?.kind === 'error' ? told.error : undefined
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return error.code === 'not_applied' || error.code === 'outcome_unknown' ? error.code : undefined
}

/** The changes of one call that were applied. */
export const appliedBy = ({ happenings }: Pick<Ledger, 'happenings'>, call: Call): readonly Applied[] =>
  happenings.filter((happening) => happening.kind === 'applied' && happening.call === call) as Applied[] // of that kind

/** The changes that were applied, in their order. */
export const appliedIn = ({ happenings }: Pick<Ledger, 'happenings'>): readonly Applied[] =>
  happenings.filter((happening) => happening.kind === 'applied')
