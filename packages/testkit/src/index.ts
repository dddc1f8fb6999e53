export type { AuditedStore, ContractOptions, ContractRunner } from './contract/audited-store.ts'
export { storeContract } from './contract/store-contract.ts'
export { FAKE_START_MS, type FakeClock, type FakeClockOptions, fakeClock, type Span } from './fake-clock.ts'
export { type Fault, faultyStore } from './faulty-store.ts'
export {
  type InterleaveOptions,
  type InterleavingFailure,
  type InterleavingReport,
  type InterleavingSubject,
  interleave,
  type Pause,
  type Replay,
  replayInterleaving,
  type ScenarioReport,
  type WalkOptions,
} from './interleave/interleave.ts'
export type { InterleavingLaw, Violation } from './interleave/laws/check-laws.ts'
export type { Told } from './interleave/ledger.ts'
export type { Client, InterleavingScenario, Rivals, Turn } from './interleave/scenario.ts'
export { interleavingScenarios } from './interleave/scenarios/index.ts'
export type { EngineFactory } from './interleave/world.ts'
export { type Misbehavior, type Outbox, outbox, type Sent } from './outbox.ts'
export { type RecordedCommit, type Recording, recordingStore } from './recording-store.ts'
export {
  type HeldFactor,
  inState,
  type OutcomeOf,
  outcomeOf,
  refusalOf,
  type Scenario,
  type ScenarioOptions,
  type StepIn,
  scenario,
} from './scenario.ts'
export { seededRandom } from './seeded-random.ts'
export { type SimulatedAuthenticator, simulatedAuthenticator } from './simulated-authenticator.ts'
