import type { Templates } from '../view.ts'
import { challenge } from './challenge.ts'
import { choose } from './choose.ts'
import { confirm } from './confirm.ts'
import { devices } from './devices.ts'
import { error } from './error.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { recovery } from './recovery.ts'
import { newRecoveryCodes, recoveryCodes } from './recovery-codes.ts'
import { rescue } from './rescue.ts'
import { select } from './select.ts'
import { setup } from './setup.ts'
import { verify } from './verify.ts'

/** The pages as they come. A host's own page may call the one whose place it takes. */
export const defaultTemplates: Templates = Object.freeze({
  login,
  select,
  challenge,
  rescue,
  recovery,
  verify,
  setup,
  choose,
  confirm,
  recoveryCodes,
  newRecoveryCodes,
  devices,
  logout,
  error,
})
