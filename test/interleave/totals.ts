import type { ScenarioReport } from '@sallyport/testkit'

/** What was run over all scenarios. */
export interface Totals {
  readonly schedules: number
  readonly distinct: number
  readonly crashed: number
  readonly faulted: number
  readonly ends: number
}

/** Adds the reports of all scenarios up. */
export function total(reports: readonly ScenarioReport[]): Totals {
  const sum = (of: (report: ScenarioReport) => number): number =>
    reports.reduce((added, report) => added + of(report), 0)
  return {
    schedules: sum(({ walks, drawn }) => drawn + walks.reduce((added, walk) => added + walk.schedules, 0)),
    distinct: sum(({ distinct }) => distinct),
    crashed: sum(({ crashed }) => crashed),
    faulted: sum(({ faulted }) => faulted),
    ends: sum(({ ends }) => ends),
  }
}
