import type { Act } from './scene.ts'
import { delivery } from './scenes/delivery.ts'
import { devices } from './scenes/devices.ts'
import { endings } from './scenes/endings.ts'
import { enrollment } from './scenes/enrollment.ts'
import { locks } from './scenes/locks.ts'
import { login } from './scenes/login.ts'
import { operators } from './scenes/operators.ts'
import { proofs } from './scenes/proofs.ts'
import { recoveryCodes } from './scenes/recovery-codes.ts'
import { rescue } from './scenes/rescue.ts'
import { setup } from './scenes/setup.ts'
import { setupRules } from './scenes/setup-rules.ts'
import { stepUp } from './scenes/step-up.ts'

/** The whole tour, in its order. */
export const acts: readonly Act[] = [
  login,
  proofs,
  enrollment,
  setup,
  setupRules,
  rescue,
  recoveryCodes,
  devices,
  locks,
  delivery,
  endings,
  stepUp,
  operators,
]
