import {
  assign,
  type EventObject,
  type MetaObject,
  type NonReducibleUnknown,
  type ParameterizedObject,
  type StateMachine,
  type StateSchema,
  setup,
} from 'xstate'
import type { FlowContext } from './context.ts'
import type { EventOf, FlowEvent, MachineClientEvent } from './events.ts'
import { faultOf } from './faults.ts'
import * as guards from './guards.ts'
import * as acceptance from './updates/acceptance.ts'
import * as challenges from './updates/challenges.ts'
import * as endings from './updates/endings.ts'
import * as rejections from './updates/rejections.ts'
import * as setupChanges from './updates/setup.ts'
import type { Update } from './updates/update.ts'

/** The parts of a state in which a proof is asked for: drawn, awaited, checked. */
export type Proving = 'opening' | 'awaiting_proof' | 'checking'

/** The states in which a flow has ended. */
export type FinalState =
  | 'authenticated'
  | 'verified'
  | 'changed'
  | 'disabled'
  | 'denied'
  | 'locked'
  | 'expired'
  | 'cancelled'

/** The machine's states, as XState nests them. */
export type FlowStateValue =
  | 'deciding'
  | 'selecting'
  | { challenging: Proving }
  | { enrolling: 'choosing' | 'preparing' | Proving }
  | { rescuing: 'choosing' | Proving }
  | { managing: 'idle' | 'drawing_recovery_codes' }
  | FinalState

/** Turns a pure update for one type of event into an action. */
const on = <Type extends FlowEvent['type']>(
  type: Type,
  update: (context: FlowContext, event: EventOf<Type>) => Update,
) =>
  assign<FlowContext, FlowEvent, undefined, FlowEvent, never>(({ context, event }) => {
    if (event.type !== type) throw new Error(`the update for ${type} was reached by ${event.type}`)
    return update(context, event as EventOf<Type>) // the check above is the narrowing that generics lack
  })

/** Turns a pure update that needs no event into an action. */
const by = (update: (context: FlowContext) => Update) =>
  assign<FlowContext, FlowEvent, undefined, FlowEvent, never>(({ context }) => update(context))

/** Turns a pure predicate into a guard. */
const when =
  (predicate: (context: FlowContext) => boolean) =>
  ({ context }: { context: FlowContext }): boolean =>
    predicate(context)

/** Asks of the engine: what it has to do is in the context's stage, and `step.ts` reads it from there. */
const ask = (): void => undefined

const { createMachine } = setup({
  types: {
    context: {} as FlowContext, // XState reads types from these values; they are never used
    events: {} as FlowEvent,
    input: {} as FlowContext,
  },
  actions: {
    prepare_enrollment: ask,
    open_challenge: ask,
    check_proof: ask,
    draw_recovery_codes: ask,

    refuse: assign(({ context, event }) => ({
      refusal: faultOf(context, event as MachineClientEvent) ?? null,
    })), // only client events are refused
    refuseOnlyMethod: assign(({ context }) => ({ refusal: guards.faultOfOnlyMethod(context) ?? null })),
    refuseMalformed: by(rejections.refuseMalformed),

    selectMethod: on('method_selected', challenges.selectMethod),
    selectOnlyMethod: by(challenges.selectOnlyMethod),
    selectRescue: on('rescue_requested', challenges.selectRescue),
    selectRecoveryCode: by(challenges.selectRecoveryCode),
    requestEnrollment: on('enrollment_requested', challenges.requestEnrollment),
    openPending: on('enrollment_prepared', challenges.openPending),
    openChallenge: on('challenge_opened', challenges.openChallenge),
    reopen: by(challenges.reopen),
    putDown: by(challenges.putDown),

    noteDeliveryFailure: on('delivery_failed', challenges.noteDeliveryFailure),
    noteHelpFailure: on('help_failed', challenges.noteHelpFailure),
    callForHelp: by(challenges.callForHelp),

    acceptProof: on('proof_accepted', acceptance.acceptProof),
    countRejection: on('proof_rejected', rejections.countRejection),
    denyExhausted: on('proof_rejected', rejections.denyExhausted),
    lockOutByRejection: on('proof_rejected', rejections.lockOutByRejection),
    rescueByRejection: on('proof_rejected', rejections.rescueByRejection),

    rename: on('rename_requested', setupChanges.rename),
    prefer: on('preference_requested', setupChanges.prefer),
    remove: on('removal_requested', setupChanges.remove),
    disableTwoFactor: by(setupChanges.disableTwoFactor),
    storeRecoveryCodes: on('recovery_codes_drawn', setupChanges.storeRecoveryCodes),

    passByDevice: by(endings.passByDevice),
    passByFirstFactor: by(endings.passByFirstFactor),
    deny: by(endings.deny),
    lockOut: by(endings.lockOut),
    expire: by(endings.expire),
    cancel: by(endings.cancel),
    supersede: by(endings.supersede),
  },
  guards: {
    allowed: ({ context, event }) => faultOf(context, event as MachineClientEvent) === undefined, // asked of client events only
    isLogin: when(guards.isLogin),
    isSetup: when(guards.isSetup),
    isInactive: when(guards.isInactive),
    isRemembered: when(guards.isRemembered),
    needsNoSecondFactor: when(guards.needsNoSecondFactor),
    isLockedButRescuable: when(guards.isLockedButRescuable),
    isLockedOut: when(guards.isLockedOut),
    mayEnroll: when(guards.mayEnroll),
    hasOneOpenMethod: when(guards.hasOneOpenMethod),
    hasMethods: when(guards.hasMethods),
    isRescuable: when(guards.isRescuable),
    callsForHelp: ({ context, event }) =>
      event.type === 'rescue_requested' && event.option === 'help' && faultOf(context, event) === undefined,
    removesLast: ({ context, event }) =>
      event.type === 'removal_requested' &&
      context.profile.enrollments.length === 1 &&
      faultOf(context, event) === undefined,
    staysOpen: ({ context }) => guards.afterRejection(context) === 'open',
    isRescuableFromLock: ({ context }) => guards.afterRejection(context) === 'rescuable',
    getsLocked: ({ context }) => guards.afterRejection(context) === 'locked',
    hasCalledForHelp: ({ context }) => context.profile.notices['help'] !== undefined,
    isOpenChallenge: ({ context: { flow }, event }) =>
      event.type === 'delivery_failed' &&
      flow.stage.phase === 'proving' &&
      flow.stage.challenge.id === event.challenge,
  },
})

const selectMethod = [
  { guard: 'allowed', target: '#twoFactor.challenging', actions: 'selectMethod' },
  { actions: 'refuse' },
] as const

const requestSelection = [
  { guard: 'allowed', target: '#twoFactor.selecting', actions: 'putDown' },
  { actions: 'refuse' },
] as const

const requestRescue = [
  { guard: 'callsForHelp', actions: 'callForHelp' },
  { guard: 'allowed', target: '#twoFactor.rescuing.opening', actions: 'selectRescue' },
  { actions: 'refuse' },
] as const

const requestEnrollment = [
  { guard: 'allowed', target: '#twoFactor.enrolling.preparing', actions: 'requestEnrollment' },
  { actions: 'refuse' },
] as const

const submitProof = [{ guard: 'allowed', target: 'checking' }, { actions: 'refuse' }] as const

const requestResend = [
  { guard: 'allowed', target: 'opening', actions: 'reopen' },
  { actions: 'refuse' },
] as const

const rejectProof = [
  { guard: 'staysOpen', target: 'awaiting_proof', actions: 'countRejection' },
  { guard: 'isRescuableFromLock', target: '#twoFactor.rescuing.opening', actions: 'rescueByRejection' },
  { guard: 'getsLocked', target: '#twoFactor.locked', actions: 'lockOutByRejection' },
  { target: '#twoFactor.denied', actions: 'denyExhausted' },
] as const

/** The sub-states of a proof: draw it, await it, check it; accepted, it ends a login, or else in `otherwise`. */
const proving = <Otherwise extends 'verified' | 'changed'>(otherwise: Otherwise) =>
  ({
    opening: {
      entry: 'open_challenge',
      on: { challenge_opened: { target: 'awaiting_proof', actions: 'openChallenge' } },
    },
    awaiting_proof: {
      on: { proof_submitted: submitProof, resend_requested: requestResend },
    },
    checking: {
      entry: 'check_proof',
      on: {
        proof_accepted: [
          { guard: 'isLogin', target: '#twoFactor.authenticated', actions: 'acceptProof' },
          { target: `#twoFactor.${otherwise}`, actions: 'acceptProof' },
        ],
        proof_rejected: rejectProof,
        proof_malformed: { target: 'awaiting_proof', actions: 'refuseMalformed' },
      },
    },
  }) as const

/**
 * The two-factor machine: every path of a login, a setup and a step-up. It is pure: it is stepped with
 * XState's pure functions by `step.ts`, time comes with each event, and what it wants done it only names.
 *
 * A state that asks the engine for something names it in `entry`; the engine answers in the same step, so
 * such a state (`opening`, `checking`, `preparing`, `drawing_recovery_codes`) is never stored. A client's
 * event is taken when `allowed` finds no fault, and otherwise refused with the fault as its reason.
 */
export const twoFactorMachine: StateMachine<
  FlowContext,
  FlowEvent,
  Record<never, never>,
  never,
  ParameterizedObject,
  ParameterizedObject,
  never,
  FlowStateValue,
  string,
  FlowContext,
  NonReducibleUnknown,
  EventObject,
  MetaObject,
  StateSchema
> = createMachine({
  id: 'twoFactor',
  context: ({ input }) => input,
  initial: 'deciding',
  on: {
    cancel_requested: { target: '.cancelled', actions: 'cancel' },
    flow_expired: { target: '.expired', actions: 'expire' },
    flow_superseded: { target: '.cancelled', actions: 'supersede' },
    user_inactive: { target: '.denied', actions: 'deny' },
    delivery_failed: { guard: 'isOpenChallenge', actions: 'noteDeliveryFailure' },
    help_failed: { guard: 'hasCalledForHelp', actions: 'noteHelpFailure' },
  },
  states: {
    deciding: {
      always: [
        { guard: 'isInactive', target: 'denied', actions: 'deny' },
        { guard: 'isSetup', target: 'managing' },
        { guard: 'isRemembered', target: 'authenticated', actions: 'passByDevice' },
        { guard: 'needsNoSecondFactor', target: 'authenticated', actions: 'passByFirstFactor' },
        { guard: 'isLockedButRescuable', target: 'rescuing.opening', actions: 'selectRecoveryCode' },
        { guard: 'isLockedOut', target: 'locked', actions: 'lockOut' },
        { guard: 'mayEnroll', target: 'enrolling' },
        { guard: 'hasOneOpenMethod', target: 'challenging', actions: 'selectOnlyMethod' },
        { guard: 'hasMethods', target: 'selecting', actions: 'refuseOnlyMethod' },
        { guard: 'isRescuable', target: 'rescuing' },
        { target: 'denied', actions: 'deny' },
      ],
    },

    selecting: {
      on: {
        method_selected: selectMethod,
        rescue_requested: requestRescue,
      },
    },

    challenging: {
      initial: 'opening',
      on: {
        method_selected: selectMethod,
        selection_requested: requestSelection,
        rescue_requested: requestRescue,
      },
      states: proving('verified'),
    },

    enrolling: {
      initial: 'choosing',
      on: { enrollment_requested: requestEnrollment },
      states: {
        choosing: {},
        preparing: {
          entry: 'prepare_enrollment',
          on: { enrollment_prepared: { target: 'opening', actions: 'openPending' } },
        },
        ...proving('changed'),
      },
    },

    rescuing: {
      initial: 'choosing',
      on: {
        method_selected: selectMethod,
        selection_requested: requestSelection,
        rescue_requested: requestRescue,
      },
      states: {
        choosing: {},
        ...proving('verified'),
      },
    },

    managing: {
      initial: 'idle',
      states: {
        idle: {
          on: {
            enrollment_requested: requestEnrollment,
            rename_requested: [{ guard: 'allowed', actions: 'rename' }, { actions: 'refuse' }],
            preference_requested: [{ guard: 'allowed', actions: 'prefer' }, { actions: 'refuse' }],
            removal_requested: [
              { guard: 'removesLast', target: '#twoFactor.disabled', actions: 'disableTwoFactor' },
              { guard: 'allowed', actions: 'remove' },
              { actions: 'refuse' },
            ],
            disable_requested: [
              { guard: 'allowed', target: '#twoFactor.disabled', actions: 'disableTwoFactor' },
              { actions: 'refuse' },
            ],
            recovery_codes_requested: [
              { guard: 'allowed', target: 'drawing_recovery_codes' },
              { actions: 'refuse' },
            ],
          },
        },
        drawing_recovery_codes: {
          entry: 'draw_recovery_codes',
          on: { recovery_codes_drawn: { target: 'idle', actions: 'storeRecoveryCodes' } },
        },
      },
    },

    authenticated: { type: 'final' },
    verified: { type: 'final' },
    changed: { type: 'final' },
    disabled: { type: 'final' },
    denied: { type: 'final' },
    locked: { type: 'final' },
    expired: { type: 'final' },
    cancelled: { type: 'final' },
  },
})
