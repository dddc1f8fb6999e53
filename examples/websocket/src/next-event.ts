import type { ClientEvent, RescueOption, Step } from '@sallyport/core'

/** A question to the user, with the event that an answer stands for. */
export interface Question {
  readonly text: string
  event(answer: string): ClientEvent
}

const words = {
  resend: { type: 'resend_requested' },
  choose: { type: 'selection_requested' },
  cancel: { type: 'cancel_requested' },
} as const satisfies Readonly<Record<string, ClientEvent>>

/** What to ask the user at a step of a login; null: the login has ended. Only the step is looked at. */
export function nextQuestion(step: Step): Question | null {
  if (step.accepts.length === 0) return null
  const named = Object.entries(words).filter(([, { type }]) => step.accepts.includes(type))
  const others = named.map(([word]) => word).join(', ')
  const question = (text: string, toEvent: (answer: string) => ClientEvent): Question => ({
    text: others === '' ? text : `${text} (or ${others})`,
    event: (answer) => named.find(([word]) => word === answer)?.[1] ?? toEvent(answer),
  })
  if ('challenge' in step && step.challenge !== null) {
    const { method, address } = step.challenge
    return question(`Code by ${method}${address === null ? '' : ` to ${address}`}`, (proof) => ({
      type: 'proof_submitted',
      proof,
    }))
  }
  switch (step.state) {
    case 'enrolling':
      return question(
        listed(
          'Enroll',
          step.enrollable.map(({ method }) => method),
        ),
        (method) => ({
          type: 'enrollment_requested',
          method,
        }),
      )
    case 'rescuing':
      return question(listed('Rescue by', step.rescueOptions), (option) => ({
        type: 'rescue_requested',
        option: option as RescueOption, // core refuses what is none
      }))
    case 'selecting':
      return question(
        listed(
          'Prove',
          step.enrollments.map(({ method }) => method),
        ),
        (method) => ({
          type: 'method_selected',
          method,
        }),
      )
    default:
      return null // a login has no other state that asks
  }
}

const listed = (what: string, choices: readonly string[]): string => `${what}: ${choices.join(', ')}`
