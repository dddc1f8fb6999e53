import type {
  ClientEvent,
  ClientEventType,
  EnrollableView,
  EnrollmentMode,
  EnrollmentView,
  RescueOption,
  Step,
} from '@sallyport/core'

/** Asks the person for what an event needs. */
export interface Questions {
  text(question: string): Promise<string>
  /** Undefined when they have thought better of it. */
  pick<Option>(
    question: string,
    options: readonly { readonly label: string; readonly value: Option }[],
  ): Promise<Option | undefined>
}

/** Something that a person can do next. */
export interface Choice {
  readonly label: string
  /** The event to send, once everything that it needs has been asked for; undefined: none after all. */
  event(ask: Questions): Promise<ClientEvent | undefined>
}

const always = (label: string, event: ClientEvent): Choice => ({ label, event: async () => event })

const rescueLabels: Readonly<Record<RescueOption, string>> = {
  recovery_code: 'Use a recovery code',
  email: 'Have a code mailed instead',
  help: 'Ask the administrators for help',
}

const nameOf = ({ method, name, address }: EnrollmentView): string =>
  [method, name === null ? '' : `"${name}"`, address ?? ''].filter((part) => part !== '').join(' ')

/** The enrollments of a step, to pick one of. */
const enrollmentsOf = (step: Step) =>
  'enrollments' in step ? step.enrollments.map((one) => ({ label: nameOf(one), value: one.id })) : []

async function enrollmentRequest(
  step: Step,
  { method, needsAddress }: EnrollableView,
  ask: Questions,
): Promise<ClientEvent | undefined> {
  const address = needsAddress ? { address: await ask.text('Its address, such as a phone number: ') } : {}
  const name = await ask.text('What do you call it? (Enter for no name) ')
  const named = name === '' ? {} : { name }
  if (enrollmentsOf(step).length === 0) return { type: 'enrollment_requested', method, ...address, ...named }
  const mode = await ask.pick<EnrollmentMode>('Which of the two?', [
    { label: 'Replace the preferred method', value: 'replace' },
    { label: 'Add to what is there', value: 'add' },
  ])
  return mode === undefined ? undefined : { type: 'enrollment_requested', method, mode, ...address, ...named }
}

/** For each event, the ways to send it from a step that accepts it. A proof is not chosen but typed. */
const choices: { readonly [Type in ClientEventType]: (step: Step) => readonly Choice[] } = {
  proof_submitted: () => [],
  resend_requested: () => [always('Send a new code', { type: 'resend_requested' })],
  method_selected: (step) =>
    enrollmentsOf(step).map(({ label, value }) =>
      always(`Use ${label}`, { type: 'method_selected', method: value }),
    ),
  selection_requested: () => [always('Go to the choice of methods', { type: 'selection_requested' })],
  rescue_requested: (step) =>
    'rescueOptions' in step
      ? step.rescueOptions.map((option) => always(rescueLabels[option], { type: 'rescue_requested', option }))
      : [],
  enrollment_requested: (step) =>
    'enrollable' in step
      ? step.enrollable.map((enrollable) => ({
          label: `Set up ${enrollable.method}`,
          event: (ask) => enrollmentRequest(step, enrollable, ask),
        }))
      : [],
  rename_requested: (step) => [
    {
      label: 'Give a method another name',
      async event(ask) {
        const enrollment = await ask.pick('Which one?', enrollmentsOf(step))
        if (enrollment === undefined) return undefined
        return { type: 'rename_requested', enrollment, name: await ask.text('Its new name: ') }
      },
    },
  ],
  preference_requested: (step) => [
    {
      label: 'Prefer another method',
      async event(ask) {
        const enrollment = await ask.pick('Which one?', enrollmentsOf(step))
        return enrollment === undefined ? undefined : { type: 'preference_requested', enrollment }
      },
    },
  ],
  removal_requested: (step) => [
    {
      label: 'Remove a method',
      async event(ask) {
        const enrollment = await ask.pick('Which one?', enrollmentsOf(step))
        return enrollment === undefined ? undefined : { type: 'removal_requested', enrollment }
      },
    },
  ],
  disable_requested: () => [always('Switch two-factor login off', { type: 'disable_requested' })],
  recovery_codes_requested: () => [
    always('Make new recovery codes (older ones become void)', { type: 'recovery_codes_requested' }),
  ],
  cancel_requested: () => [always('Cancel', { type: 'cancel_requested' })],
}

/** What can be done next, from what the step accepts and offers, and nothing else. */
export function choicesOf(step: Step): readonly Choice[] {
  return step.accepts.flatMap((type) => choices[type](step))
}
