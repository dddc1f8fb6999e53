/** What a client knows of itself. */
export interface Actor {
  readonly id: string
  /** The right code for what is asked of it, as far as it can tell. */
  code(): string
  /** The code before. */
  lastCode(): string
  recoveryCode(): string
  setupToken(): string
  device(): string
  enrollment(): string
  pick<Item>(items: readonly Item[]): Item
}

/** A request that belongs where it goes. */
export interface Move {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PATCH'
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/** Where a client is, as far as the answers tell it. */
export type Situation =
  | 'out'
  | 'selecting'
  | 'challenged'
  | 'enrolling'
  | 'confirming'
  | 'in'
  | 'stepping_up'
  | 'stale'
  | 'forged'

/** A guess that no code is. */
export const GUESS = '739164'
