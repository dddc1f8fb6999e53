import type { ChallengeView } from '@sallyport/core'
import type { ShownStep } from '@sallyport/http'
import type { Challenge } from './view.ts'

/** The form that asks for a code again. */
interface ResendForm {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
}

/** A challenge as pages show it. Without a form, a new code is to be had by starting again. */
export function toChallenge(
  { at }: Pick<Exclude<ShownStep, null>, 'at'>,
  { method, address, attemptsLeft, hint, resendAt }: ChallengeView,
  form: ResendForm | null,
): Challenge {
  const waitSeconds = Math.max(0, Math.ceil(((resendAt ?? 0) - at) / 1_000))
  const resend = form === null || resendAt === null ? null : { ...form, waitSeconds }
  return { method, address, attemptsLeft, hint, resend }
}
