import type { ChallengeView } from '@sallyport/core'
import type { ShownStep } from '@sallyport/http'
import type { Challenge } from './view.ts'

/** The form that asks for a code again. */
interface ResendForm {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
}

/** A challenge as pages show it. */
export function toChallenge(
  { at }: Pick<Exclude<ShownStep, null>, 'at'>,
  { method, address, attemptsLeft, hint, resendAt }: ChallengeView,
  form: ResendForm,
): Challenge {
  const waitSeconds = Math.max(0, Math.ceil(((resendAt ?? 0) - at) / 1_000))
  const resend = resendAt === null ? null : { ...form, waitSeconds }
  return { method, address, attemptsLeft, hint, resend }
}
