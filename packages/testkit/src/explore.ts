export { type RunKind, runKinds, type UserKind, userKinds } from './explore/beginnings.ts'
export type { ChangeName } from './explore/changes.ts'
export { type Factors, pairwise, type Row } from './explore/covering.ts'
export { type Case, coveringSet } from './explore/covering-set.ts'
export {
  type Breach,
  type Exploration,
  type ExploreOptions,
  engineMachine,
  explore,
  lawNames,
} from './explore/explore.ts'
export type { Edge, Machine, Move, Origin } from './explore/history.ts'
export { type MachineImport, printTest } from './explore/printed-test.ts'
export { type Broken, type History, replayHistory } from './explore/replay.ts'
export type { Visit } from './explore/search.ts'
export { type Beginning, type Bounds, type Deployment, defaultBounds } from './explore/world.ts'
