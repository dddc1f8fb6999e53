// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the lines of sources are quoted here.
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
      {
        file: 'flow/updates/acceptance.ts',
        line: 'const changed = context.facts.methods[method]?.channel ?? null',
        original: 'context.facts.methods[method]?.channel',
        replacement: 'context.facts.methods[method].channel',
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
    reason:
      'The machine asks for a check only while proving, and a proof comes with its event: what cannot happen is said loudly.',
    mutants: [
      {
        file: 'engine/answer.ts',
        line: "if (flow.stage.phase !== 'proving' || proof === null) throw new Error('there is no proof to check')",
        original: "flow.stage.phase !== 'proving' || proof === null",
        replacement: 'false',
      },
      {
        file: 'engine/answer.ts',
        line: "if (flow.stage.phase !== 'proving' || proof === null) throw new Error('there is no proof to check')",
        original: "flow.stage.phase !== 'proving' || proof === null",
        replacement: "flow.stage.phase !== 'proving' && proof === null",
      },
      {
        file: 'engine/answer.ts',
        line: "if (flow.stage.phase !== 'proving' || proof === null) throw new Error('there is no proof to check')",
        original: "flow.stage.phase !== 'proving'",
        replacement: 'false',
      },
      {
        file: 'engine/answer.ts',
        line: "if (flow.stage.phase !== 'proving' || proof === null) throw new Error('there is no proof to check')",
        original: 'proof === null',
        replacement: 'false',
      },
      {
        file: 'engine/answer.ts',
        line: "if (flow.stage.phase !== 'proving' || proof === null) throw new Error('there is no proof to check')",
        original: "'there is no proof to check'",
        replacement: '""',
      },
    ],
  },
  {
    reason: 'Another target has no enrollment, and no id is undefined: the comparison is for the compiler.',
    mutants: [
      {
        file: 'engine/answer.ts',
        line: ": profile.enrollments.find(({ id }) => target.of === 'enrollment' && id === target.enrollment)",
        original: "target.of === 'enrollment'",
        replacement: 'true',
      },
      {
        file: 'flow/options.ts',
        line: "if (target.of !== 'enrollment') return null",
        original: "target.of !== 'enrollment'",
        replacement: 'false',
      },
    ],
  },
  {
    reason: 'What is undefined has no secret by the default above: the comparison is for the compiler.',
    mutants: [
      {
        file: 'engine/answer.ts',
        line: 'enrolled === undefined || sealed === null',
        original: 'enrolled === undefined',
        replacement: 'false',
      },
    ],
  },
  {
    reason: 'A rejected proof goes on without a recovery code, whatever is said of one.',
    mutants: [
      {
        file: 'engine/answer.ts',
        line: "return verdict.kind === 'accepted' ? { ...verdict, recoveryCode: null } : verdict",
        original: "verdict.kind === 'accepted'",
        replacement: 'true',
      },
    ],
  },
  {
    reason: 'A recovery code is asked for only where there is a set: the default is for the compiler.',
    mutants: [
      {
        file: 'engine/answer.ts',
        line: 'const unused = profile.recoveryCodes?.unused ?? []',
        original: 'profile.recoveryCodes?.unused',
        replacement: 'profile.recoveryCodes.unused',
      },
      {
        file: 'engine/answer.ts',
        line: 'const unused = profile.recoveryCodes?.unused ?? []',
        original: '[]',
        replacement: '["Stryker was here"]',
      },
    ],
  },
  {
    reason: 'All that is asked of the second attempt is whether it was committed.',
    mutants: [
      {
        file: 'engine/commit.ts',
        line: "const again = await attempt(store, change).catch((): Committed => 'unknown')",
        original: "(): Committed => 'unknown'",
        replacement: '() => undefined',
      },
      {
        file: 'engine/commit.ts',
        line: "const again = await attempt(store, change).catch((): Committed => 'unknown')",
        original: "'unknown'",
        replacement: '""',
      },
    ],
  },
  {
    reason: 'No moment is before undefined: the comparison is for the compiler.',
    mutants: [
      {
        file: 'flow/options.ts',
        line: 'return until !== undefined && at < until ? until : null',
        original: 'until !== undefined',
        replacement: 'true',
      },
    ],
  },
  {
    reason: 'A short cut: the way of an older snapshot comes to the same, without a step.',
    mutants: [
      {
        file: 'flow/snapshot.ts',
        line: 'if (first.success) return first.data',
        original: 'first.success',
        replacement: 'false',
      },
    ],
  },
  {
    reason: 'The loop has ended where the versions are equal.',
    mutants: [
      {
        file: 'flow/snapshot.ts',
        line: 'if (version > SNAPSHOT_VERSION || migrate === undefined) {',
        original: 'version > SNAPSHOT_VERSION',
        replacement: 'version >= SNAPSHOT_VERSION',
      },
    ],
  },
  {
    reason: 'The caller has come here by the target `pending`: the conditions are for the compiler.',
    mutants: [
      {
        file: 'flow/updates/acceptance.ts',
        line: "if (stage.phase !== 'proving' || stage.challenge.target.of !== 'pending') return {}",
        original: "stage.phase !== 'proving' || stage.challenge.target.of !== 'pending'",
        replacement: 'false',
      },
      {
        file: 'flow/updates/acceptance.ts',
        line: "if (stage.phase !== 'proving' || stage.challenge.target.of !== 'pending') return {}",
        original: "stage.phase !== 'proving' || stage.challenge.target.of !== 'pending'",
        replacement: "stage.phase !== 'proving' && stage.challenge.target.of !== 'pending'",
      },
      {
        file: 'flow/updates/acceptance.ts',
        line: "if (stage.phase !== 'proving' || stage.challenge.target.of !== 'pending') return {}",
        original: "stage.phase !== 'proving'",
        replacement: 'false',
      },
      {
        file: 'flow/updates/acceptance.ts',
        line: "if (stage.phase !== 'proving' || stage.challenge.target.of !== 'pending') return {}",
        original: "stage.challenge.target.of !== 'pending'",
        replacement: 'false',
      },
    ],
  },
  {
    reason: 'A proof is accepted only while proving: the condition is for the compiler.',
    mutants: [
      {
        file: 'flow/updates/acceptance.ts',
        line: "return stage.phase === 'proving' ? (methodOf(context, stage.challenge.target)?.amr ?? ['otp']) : []",
        original: "stage.phase === 'proving'",
        replacement: 'true',
      },
      {
        file: 'flow/updates/acceptance.ts',
        line: "return stage.phase === 'proving' ? (methodOf(context, stage.challenge.target)?.amr ?? ['otp']) : []",
        original: '[]',
        replacement: '["Stryker was here"]',
      },
    ],
  },
  {
    reason: 'Who is locked has a lock, of which the operator reads: the question mark is for the compiler.',
    mutants: [
      {
        file: 'engine/operators.ts',
        line: 'lockedUntil: locked ? (profile.lock?.until ?? null) : null,',
        original: 'profile.lock?.until',
        replacement: 'profile.lock.until',
      },
    ],
  },
  {
    reason:
      'An error of a parse has an issue with a path and a code: the question marks are for the compiler.',
    mutants: [
      {
        file: 'engine/create-two-factor.ts',
        line: "const field = [name, ...(issue?.path ?? [])].join('.')",
        original: 'issue?.path',
        replacement: 'issue.path',
      },
      {
        file: 'engine/create-two-factor.ts',
        line: "const field = [name, ...(issue?.path ?? [])].join('.')",
        original: '[]',
        replacement: '["Stryker was here"]',
      },
      {
        file: 'engine/create-two-factor.ts',
        line: "throw new InputError('input_invalid', field, `is not as expected: ${issue?.code ?? 'invalid'}`)",
        original: 'issue?.code',
        replacement: 'issue.code',
      },
      {
        file: 'engine/create-two-factor.ts',
        line: "throw new InputError('input_invalid', field, `is not as expected: ${issue?.code ?? 'invalid'}`)",
        original: "'invalid'",
        replacement: '""',
      },
    ],
  },
  {
    reason: 'Only a login passes by its first factor: the condition is for the compiler.',
    mutants: [
      {
        file: 'flow/updates/endings.ts',
        line: "amr: flow.run.kind === 'login' ? flow.run.firstFactor.amr : [],",
        original: "flow.run.kind === 'login'",
        replacement: 'true',
      },
      {
        file: 'flow/updates/endings.ts',
        line: "amr: flow.run.kind === 'login' ? flow.run.firstFactor.amr : [],",
        original: '[]',
        replacement: '["Stryker was here"]',
      },
    ],
  },
  {
    reason:
      'A registered method that is addressed by what is given parses it, or the configuration is refused: the question mark is for the compiler.',
    mutants: [
      {
        file: 'engine/create-two-factor.ts',
        line: 'return { event: { ...rest, address: method.parseAddress?.(address) ?? null }, ...nothing }',
        original: 'method.parseAddress?.(address)',
        replacement: 'method.parseAddress(address)',
      },
    ],
  },
  {
    reason:
      'The machine hands out these four actions alone, each in its own phase: the conditions are for the compiler.',
    mutants: [
      {
        file: 'flow/step.ts',
        line: "if (action === 'prepare_enrollment' && stage.phase === 'preparing')",
        original: "action === 'prepare_enrollment' && stage.phase === 'preparing'",
        replacement: "action === 'prepare_enrollment' || stage.phase === 'preparing'",
      },
      {
        file: 'flow/step.ts',
        line: "if (action === 'prepare_enrollment' && stage.phase === 'preparing')",
        original: "action === 'prepare_enrollment'",
        replacement: 'true',
      },
      {
        file: 'flow/step.ts',
        line: "if (action === 'prepare_enrollment' && stage.phase === 'preparing')",
        original: "stage.phase === 'preparing'",
        replacement: 'true',
      },
      {
        file: 'flow/step.ts',
        line: "if (action === 'open_challenge' && stage.phase === 'opening') return { kind: action, target: stage.target }",
        original: "action === 'open_challenge' && stage.phase === 'opening'",
        replacement: 'true',
      },
      {
        file: 'flow/step.ts',
        line: "if (action === 'open_challenge' && stage.phase === 'opening') return { kind: action, target: stage.target }",
        original: "action === 'open_challenge' && stage.phase === 'opening'",
        replacement: "action === 'open_challenge' || stage.phase === 'opening'",
      },
      {
        file: 'flow/step.ts',
        line: "if (action === 'open_challenge' && stage.phase === 'opening') return { kind: action, target: stage.target }",
        original: "action === 'open_challenge'",
        replacement: 'true',
      },
      {
        file: 'flow/step.ts',
        line: "if (action === 'open_challenge' && stage.phase === 'opening') return { kind: action, target: stage.target }",
        original: "stage.phase === 'opening'",
        replacement: 'true',
      },
      {
        file: 'flow/step.ts',
        line: "if (action === 'check_proof' || action === 'draw_recovery_codes') return { kind: action }",
        original: "action === 'check_proof' || action === 'draw_recovery_codes'",
        replacement: 'true',
      },
    ],
  },
  {
    reason: 'An equal copy.',
    mutants: [
      {
        file: 'flow/step.ts',
        line: 'flow: isChanged && flow.lastAt !== at ? { ...flow, lastAt: at } : flow,',
        original: 'flow.lastAt !== at',
        replacement: 'true',
      },
      {
        file: 'flow/updates/acceptance.ts',
        line: 'event.recoveryCode === null',
        original: 'event.recoveryCode === null',
        replacement: 'false',
      },
    ],
  },
  {
    reason: 'The machine parses no address.',
    mutants: [
      {
        file: 'flow/method-facts.ts',
        line: 'const sms = smsMethod({ challengeSeconds: smsCodeSeconds, parseAddress: (text) => text })',
        original: '(text) => text',
        replacement: '() => undefined',
      },
    ],
  },
  {
    reason: 'What is sent is compared with `code` alone.',
    mutants: [
      {
        file: 'flow/method-facts.ts',
        line: "authenticator: methodFactsOf(authenticatorMethod(), 'nothing'),",
        original: "'nothing'",
        replacement: '""',
      },
      {
        file: 'engine/config.ts',
        line: "methodFactsOf(method, deliver === undefined ? 'nothing' : 'code'),",
        original: "'nothing'",
        replacement: '""',
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
  {
    reason: 'The machine asks for a registered method alone: the error is for whoever breaks that.',
    mutants: [
      {
        file: 'engine/answer.ts',
        line: 'if (entry === undefined)',
        original: 'entry === undefined',
        replacement: 'false',
      },
      {
        file: 'engine/answer.ts',
        line: 'throw new Error(`the machine asked for the method ${kind}, which is not registered`)',
        original: '`the machine asked for the method ${kind}, which is not registered`',
        replacement: '``',
      },
    ],
  },
  {
    reason: 'A fault of the texts is thrown a little later all the same: the condition is for the compiler.',
    mutants: [
      {
        file: 'engine/config.ts',
        line: "if ('faults' in parsedPolicy || 'faults' in parsedCatalog) throw new ConfigError(faults)",
        original: "'faults'",
        replacement: '""',
      },
    ],
  },
  {
    reason:
      'Only the check of a proof reads the proof and the wish to be remembered, and nothing else asks for one.',
    mutants: [
      {
        file: 'engine/create-two-factor.ts',
        line: 'const nothing = { proof: null, remember: null }',
        original: '{ proof: null, remember: null }',
        replacement: '{}',
      },
      {
        file: 'engine/settle.ts',
        line: "proof: request.does === 'send' ? request.proof : null,",
        original: "request.does === 'send'",
        replacement: 'true',
      },
      {
        file: 'engine/settle.ts',
        line: "remember: request.does === 'send' ? request.remember : null,",
        original: "request.does === 'send'",
        replacement: 'true',
      },
    ],
  },
  {
    reason: 'No other event has an address: the comparison is for the compiler.',
    mutants: [
      {
        file: 'engine/create-two-factor.ts',
        line: "if (event.type !== 'enrollment_requested' || event.address === undefined) return { event, ...nothing }",
        original: "event.type !== 'enrollment_requested'",
        replacement: 'false',
      },
    ],
  },
  {
    reason: 'The change is always decided, which sets it: the first value is for the compiler.',
    mutants: [
      {
        file: 'engine/operators.ts',
        line: 'let revoked = false',
        original: 'false',
        replacement: 'true',
      },
    ],
  },
  {
    reason: 'Where there is no flow, nothing has changed either: the condition is for the compiler.',
    mutants: [
      {
        file: 'engine/run-step.ts',
        line: 'if (position === undefined || isUnchanged) return { ...read, position, refusal, reveal: null }',
        original: 'position === undefined',
        replacement: 'false',
      },
    ],
  },
  {
    reason: 'An ending is read where the state is final alone, and then the phase is `ended`.',
    mutants: [
      {
        file: 'engine/run-step.ts',
        line: "ending: stage.phase === 'ended' ? stage.ending : null,",
        original: "stage.phase === 'ended'",
        replacement: 'true',
      },
    ],
  },
  {
    reason: 'A step that is no start is taken for a send, and this one brings no proof.',
    mutants: [
      {
        file: 'engine/run-step.ts',
        line: "does: 'send',",
        original: "'send'",
        replacement: '""',
      },
    ],
  },
  {
    reason: 'Where there is no flow, nothing is committed, and so nothing logged.',
    mutants: [
      {
        file: 'engine/settle.ts',
        line: 'const given = { start: started, events }',
        original: '{ start: started, events }',
        replacement: '{}',
      },
    ],
  },
  {
    reason: 'Where there is no flow, that alone is read of what a step came to.',
    mutants: [
      {
        file: 'engine/settle.ts',
        line: 'if (read.position === undefined) return { position: undefined, refusal: null, tells: [], secrets, given }',
        original: '{ position: undefined, refusal: null, tells: [], secrets, given }',
        replacement: '{}',
      },
      {
        file: 'engine/settle.ts',
        line: 'if (read.position === undefined) return { position: undefined, refusal: null, tells: [], secrets, given }',
        original: '[]',
        replacement: '["Stryker was here"]',
      },
    ],
  },
  {
    reason: 'A short cut: a token that is none is no token of a device.',
    mutants: [
      {
        file: 'engine/settle.ts',
        line: 'if (request.remembered === null) return null',
        original: 'request.remembered === null',
        replacement: 'false',
      },
    ],
  },
  {
    reason: 'What describes a step reads nothing of what was told.',
    mutants: [
      {
        file: 'engine/step.ts',
        line: 'tells: [],',
        original: '[]',
        replacement: '["Stryker was here"]',
      },
    ],
  },
  {
    reason: 'A final state without an ending to reveal is shown in the same way.',
    mutants: [
      {
        file: 'engine/step.ts',
        line: "case 'selecting':",
        original: "'selecting'",
        replacement: '""',
      },
      {
        file: 'engine/step.ts',
        line: "case 'challenging':",
        original: "'challenging'",
        replacement: '""',
      },
      {
        file: 'engine/step.ts',
        line: "case 'rescuing':",
        original: "'rescuing'",
        replacement: '""',
      },
    ],
  },
  {
    reason: 'A committed step in a final state has its ending: the condition is for the compiler.',
    mutants: [
      {
        file: 'engine/step.ts',
        line: 'if (reveal === null || reveal.ending === null) return view',
        original: 'reveal.ending === null',
        replacement: 'false',
      },
    ],
  },
  {
    reason:
      'What has changed is an enrollment of the profile, of a method that is registered: the rest is for the compiler.',
    mutants: [
      {
        file: 'engine/step.ts',
        line: "const amr = facts.methods[proven?.method ?? '']?.amr ?? []",
        original: "facts.methods[proven?.method ?? '']?.amr",
        replacement: "facts.methods[proven?.method ?? ''].amr",
      },
      {
        file: 'engine/step.ts',
        line: "const amr = facts.methods[proven?.method ?? '']?.amr ?? []",
        original: 'proven?.method',
        replacement: 'proven.method',
      },
      {
        file: 'engine/step.ts',
        line: "const amr = facts.methods[proven?.method ?? '']?.amr ?? []",
        original: "''",
        replacement: '"Stryker was here!"',
      },
      {
        file: 'engine/step.ts',
        line: "const amr = facts.methods[proven?.method ?? '']?.amr ?? []",
        original: '[]',
        replacement: '["Stryker was here"]',
      },
    ],
  },
  {
    reason: 'Only a login ends authenticated: the comparison is for the compiler.',
    mutants: [
      {
        file: 'engine/step.ts',
        line: "if (ending.kind !== 'authenticated' || flow.run.kind !== 'login') return ending as Outcome // a login's alone",
        original: "flow.run.kind !== 'login'",
        replacement: 'false',
      },
    ],
  },
  {
    reason: 'Without one, the error is caught with those that are its own: the condition is a short cut.',
    mutants: [
      {
        file: 'engine/tell.ts',
        line: 'env.observer?.observe(event)',
        original: 'env.observer?.observe',
        replacement: 'env.observer.observe',
      },
      {
        file: 'engine/tell.ts',
        line: 'if (env.flowLog === null) return',
        original: 'env.flowLog === null',
        replacement: 'false',
      },
    ],
  },
  {
    reason: 'What no case names is not carried out either.',
    mutants: [
      {
        file: 'engine/tell.ts',
        line: "case 'audit':",
        original: "'audit'",
        replacement: '""',
      },
    ],
  },
  {
    reason:
      'The machine tells of a code that was drawn, for a method that delivers it: the error is for whoever breaks that.',
    mutants: [
      {
        file: 'engine/tell.ts',
        line: 'const deliver = env.methods.get(method)?.deliver',
        original: 'env.methods.get(method)?.deliver',
        replacement: 'env.methods.get(method).deliver',
      },
      {
        file: 'engine/tell.ts',
        line: 'if (code === null || deliver === undefined)',
        original: 'code === null || deliver === undefined',
        replacement: 'false',
      },
      {
        file: 'engine/tell.ts',
        line: 'if (code === null || deliver === undefined)',
        original: 'code === null || deliver === undefined',
        replacement: 'code === null && deliver === undefined',
      },
      {
        file: 'engine/tell.ts',
        line: 'if (code === null || deliver === undefined)',
        original: 'code === null',
        replacement: 'false',
      },
      {
        file: 'engine/tell.ts',
        line: 'if (code === null || deliver === undefined)',
        original: 'deliver === undefined',
        replacement: 'false',
      },
      {
        file: 'engine/tell.ts',
        line: 'throw new Error(`the method ${method} has no code to deliver`)',
        original: '`the method ${method} has no code to deliver`',
        replacement: '``',
      },
    ],
  },
  {
    reason: 'What is not delivered is compared with `code` alone, and a delivery with `sent` and `refused`.',
    mutants: [
      {
        file: 'engine/tell.ts',
        line: "if (delivered !== 'sent') return { kind: 'help', definite: delivered === 'refused' }",
        original: "'help'",
        replacement: '""',
      },
      {
        file: 'engine/tell.ts',
        line: "return error instanceof DeliveryRefused ? 'refused' : 'unknown'",
        original: "'unknown'",
        replacement: '""',
      },
      {
        file: 'engine/tell.ts',
        line: "return 'unknown'",
        original: "'unknown'",
        replacement: '""',
      },
    ],
  },
  {
    reason:
      'A notice goes only over channels that the host can send over, and fails alike without the check.',
    mutants: [
      {
        file: 'engine/tell.ts',
        line: "if (sms === null) throw new DeliveryRefused('there is no sender of text messages')",
        original: 'sms === null',
        replacement: 'false',
      },
      {
        file: 'engine/tell.ts',
        line: "if (sms === null) throw new DeliveryRefused('there is no sender of text messages')",
        original: "'there is no sender of text messages'",
        replacement: '""',
      },
      {
        file: 'engine/tell.ts',
        line: "if (mailer === null) throw new DeliveryRefused('there is no sender of mail')",
        original: 'mailer === null',
        replacement: 'false',
      },
      {
        file: 'engine/tell.ts',
        line: "if (mailer === null) throw new DeliveryRefused('there is no sender of mail')",
        original: "'there is no sender of mail'",
        replacement: '""',
      },
    ],
  },
  {
    reason:
      'Help is offered only where there is somebody to ask and mail to ask by: the error is for whoever breaks that.',
    mutants: [
      {
        file: 'engine/tell.ts',
        line: "if (help === false || env.mailer === null) throw new DeliveryRefused('there is nobody to ask for help')",
        original: 'help === false || env.mailer === null',
        replacement: 'false',
      },
      {
        file: 'engine/tell.ts',
        line: "if (help === false || env.mailer === null) throw new DeliveryRefused('there is nobody to ask for help')",
        original: 'help === false || env.mailer === null',
        replacement: 'help === false && env.mailer === null',
      },
      {
        file: 'engine/tell.ts',
        line: "if (help === false || env.mailer === null) throw new DeliveryRefused('there is nobody to ask for help')",
        original: 'help === false',
        replacement: 'false',
      },
      {
        file: 'engine/tell.ts',
        line: "if (help === false || env.mailer === null) throw new DeliveryRefused('there is nobody to ask for help')",
        original: 'false',
        replacement: 'true',
      },
      {
        file: 'engine/tell.ts',
        line: "if (help === false || env.mailer === null) throw new DeliveryRefused('there is nobody to ask for help')",
        original: 'env.mailer === null',
        replacement: 'false',
      },
      {
        file: 'engine/tell.ts',
        line: "if (help === false || env.mailer === null) throw new DeliveryRefused('there is nobody to ask for help')",
        original: "'there is nobody to ask for help'",
        replacement: '""',
      },
    ],
  },
]
