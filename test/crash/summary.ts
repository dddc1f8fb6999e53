import type { Checked } from './check.ts'

/** What was checked of a run of cuts. */
export interface CutsChecked extends Checked {
  readonly cuts: number
  /** Commits that the store answered with an error because of one, by what it knew of them. */
  readonly broken: { readonly not_applied: number; readonly outcome_unknown: number }
}

export const NOTHING_CHECKED: Checked = {
  faults: [],
  told: 0,
  uncertain: { applied: 0, lost: 0 },
  replayed: 0,
}

export const NOTHING_CUT: CutsChecked = {
  ...NOTHING_CHECKED,
  cuts: 0,
  broken: { not_applied: 0, outcome_unknown: 0 },
}

export const addUp = (a: Checked, b: Checked): Checked => ({
  faults: [...a.faults, ...b.faults],
  told: a.told + b.told,
  uncertain: {
    applied: a.uncertain.applied + b.uncertain.applied,
    lost: a.uncertain.lost + b.uncertain.lost,
  },
  replayed: a.replayed + b.replayed,
})

/** One line for who runs it by hand. */
export const summaryOf = ({ told, uncertain, replayed }: Checked): string =>
  `${told} answers told; in the air ${uncertain.applied} applied, ${uncertain.lost} not; ${replayed} codes replayed`
