import type { InterleavingScenario } from '../scenario.ts'
import { changeScenarios } from './changes.ts'
import { proofScenarios } from './proofs.ts'
import { threeClientScenarios } from './three.ts'
import { upkeepScenarios } from './upkeep.ts'

/** Situations in which two or three calls get in each other's way. */
export const interleavingScenarios: readonly InterleavingScenario[] = [
  ...proofScenarios,
  ...changeScenarios,
  ...upkeepScenarios,
  ...threeClientScenarios,
]
