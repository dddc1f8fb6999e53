import type { Mutant } from './instrument.ts'

/** What a survivor is listed by. */
export type ListedSurvivor = Pick<Mutant, 'file' | 'line' | 'original' | 'replacement'>

/** Mutants that no test kills, by the reason why none should. */
export const listedSurvivors: readonly {
  readonly reason: string
  readonly mutants: readonly ListedSurvivor[]
}[] = [
  {
    reason: '`Math.max` takes null for 0, which is before every delivery.',
    mutants: [
      {
        file: 'policy/delivery-budget.ts',
        line: 'return window === null || day === null ? (window ?? day) : Math.max(window, day)',
        original: 'window === null || day === null',
        replacement: 'window === null && day === null',
      },
      {
        file: 'policy/delivery-budget.ts',
        line: 'return window === null || day === null ? (window ?? day) : Math.max(window, day)',
        original: 'window === null',
        replacement: 'false',
      },
      {
        file: 'policy/delivery-budget.ts',
        line: 'return window === null || day === null ? (window ?? day) : Math.max(window, day)',
        original: 'day === null',
        replacement: 'false',
      },
    ],
  },
  {
    reason:
      'A property of `false` is undefined, and the condition false all the same: the comparison is for the compiler.',
    mutants: [
      {
        file: 'policy/describe.ts',
        line: 'rescue.email !== false && rescue.email.mayChangeFactors',
        original: 'rescue.email !== false',
        replacement: 'true',
      },
      {
        file: 'policy/describe.ts',
        line: 'rescue.email !== false && rescue.email.mayChangeFactors',
        original: 'false',
        replacement: 'true',
      },
      {
        file: 'flow/describe.ts',
        line: "return flow.run.kind === 'login' && remember !== false && remember.days > 0 ? remember.days : null",
        original: 'remember !== false',
        replacement: 'true',
      },
      {
        file: 'flow/describe.ts',
        line: "return flow.run.kind === 'login' && remember !== false && remember.days > 0 ? remember.days : null",
        original: 'false',
        replacement: 'true',
      },
    ],
  },
  {
    reason:
      'An ending of another kind has no `via`, and none of the cases is its: the condition is for the compiler.',
    mutants: [
      {
        file: 'flow/describe.ts',
        line: "if (ending.kind !== 'authenticated' && ending.kind !== 'verified') return 'login'",
        original: "ending.kind !== 'authenticated' && ending.kind !== 'verified'",
        replacement: 'false',
      },
    ],
  },
  {
    reason: 'Who is locked has a lock: the question mark is for the compiler.',
    mutants: [
      {
        file: 'flow/describe.ts',
        line: 'lockedUntil: isLocked(profile, context.at) ? (profile.lock?.until ?? null) : null,',
        original: 'profile.lock?.until',
        replacement: 'profile.lock.until',
      },
      {
        file: 'flow/faults.ts',
        line: "if (target.of !== 'recovery_code' && isLocked(profile, at)) return lockedFault(profile.lock?.until)",
        original: 'profile.lock?.until',
        replacement: 'profile.lock.until',
      },
      {
        file: 'flow/faults.ts',
        line: 'if (isLocked(profile, at)) return lockedFault(profile.lock?.until)',
        original: 'profile.lock?.until',
        replacement: 'profile.lock.until',
      },
    ],
  },
  {
    reason: 'Only methods that are registered get there: the question mark is for the compiler.',
    mutants: [
      {
        file: 'flow/faults.ts',
        line: 'if (!method?.sends) return undefined',
        original: 'method?.sends',
        replacement: 'method.sends',
      },
    ],
  },
  {
    reason: 'A parse that has failed has an issue: the question mark is for the compiler.',
    mutants: [
      {
        file: 'flow/events.ts',
        line: 'const field = parsed.error.issues[0]?.path[0]',
        original: 'parsed.error.issues[0]?.path',
        replacement: 'parsed.error.issues[0].path',
      },
    ],
  },
  {
    reason: "Where the HMAC is given, otpauth only passes the algorithm's name on to it.",
    mutants: [
      {
        file: 'methods/authenticator.ts',
        line: "const expected = HOTP.generate({ secret, digits, counter: step, algorithm: 'SHA1', hmac: hmacSha1 })",
        original: "'SHA1'",
        replacement: '""',
      },
    ],
  },
  {
    reason: 'What is no number is no safe integer either: the comparison is for the compiler.',
    mutants: [
      {
        file: 'methods/authenticator.ts',
        line: "if (typeof lastTimeStep === 'number' && Number.isSafeInteger(lastTimeStep)) return lastTimeStep",
        original: "typeof lastTimeStep === 'number'",
        replacement: 'true',
      },
    ],
  },
  {
    reason:
      'Where there is no first character there are no others, and it is not shown: the default is for the compiler.',
    mutants: [
      {
        file: 'methods/out-of-band.ts',
        line: "const [first = '', ...others] = address.slice(0, at)",
        original: "''",
        replacement: '"Stryker was here!"',
      },
    ],
  },
  {
    reason: 'The machine asks at events of this type alone: the condition is for the compiler.',
    mutants: [
      {
        file: 'flow/machine.ts',
        line: "event.type === 'rescue_requested' && event.option === 'help' && faultOf(context, event) === undefined,",
        original: "event.type === 'rescue_requested'",
        replacement: 'true',
      },
      {
        file: 'flow/machine.ts',
        line: "event.type === 'removal_requested' &&",
        original: "event.type === 'removal_requested'",
        replacement: 'true',
      },
      {
        file: 'flow/machine.ts',
        line: "event.type === 'delivery_failed' &&",
        original: "event.type === 'delivery_failed'",
        replacement: 'true',
      },
    ],
  },
  {
    reason: 'A proof is rejected only while one is being checked: the condition is for the compiler.',
    mutants: [
      {
        file: 'flow/guards.ts',
        line: "const counts = flow.stage.phase === 'proving' && flow.stage.challenge.target.of !== 'recovery_code'",
        original: "flow.stage.phase === 'proving'",
        replacement: 'true',
      },
    ],
  },
  {
    reason: 'XState reads the types of these values alone.',
    mutants: [
      {
        file: 'flow/machine.ts',
        line: 'types: {',
        original:
          '{ context: {} as FlowContext, // XState reads types from these values; they are never used events: {} as FlowEvent, input: {} as FlowContext, }',
        replacement: '{}',
      },
    ],
  },
]
