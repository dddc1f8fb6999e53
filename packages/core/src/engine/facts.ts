import { InputError } from '../errors.ts'
import type { CallerFacts, Facts } from '../flow/context.ts'
import type { Digest, UserId } from '../ids.ts'
import type { Environment, User } from './config.ts'

/** What the machine is told of a user that the host does not have (any more): nobody who may log in. */
const NOBODY = {
  label: '',
  email: null,
  phone: null,
  active: false,
  required: false,
  mayEnrollAtLogin: false,
}

/** Stands for the digest of a stamp and, being shorter than one, is none. */
const NO_STAMP = 'nobody' as Digest

/** Resolves what the host says of a user, and the policy, to the plain facts of one step. */
export function toFacts(
  env: Environment,
  userId: UserId,
  user: User | null | undefined,
  caller: CallerFacts | null,
): Facts {
  const { policy, rules, methodFacts: methods, hasher } = env
  if (user === null || user === undefined) {
    return { user: { ...NOBODY, stamps: [NO_STAMP] }, policy, methods, caller }
  }
  if (user.id !== userId)
    throw new InputError('input_invalid', 'findUser', 'must give the user that was asked for')
  const { label, email = null, phone = null, active, securityStamp } = user
  const ruled = { id: userId, label, email, phone }
  return {
    user: {
      label,
      email,
      phone: env.sms === null ? null : phone, // for notices alone: without a sender none can go there
      active,
      required: user.required ?? rules.required(ruled),
      mayEnrollAtLogin: rules.enrollAtLogin(ruled),
      stamps: hasher.stamps(userId, securityStamp),
    },
    policy,
    methods,
    caller,
  }
}
